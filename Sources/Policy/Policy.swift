import Event
import Linux

/// What a run may do, decoded and composed: nothing in it is a guess or a default that was not asked for.
///
/// Every list starts empty and means *nothing*; a limit that is absent is *unlimited*.
package struct Policy: Equatable, Sendable {
    package var name: String
    package var scan = ScanRules()
    package var files = FileRules()
    package var network = NetworkRules()
    package var syscalls = SyscallRules()
    package var limits = Limits()
    package var tools = ToolRules()
    /// Mechanisms without which the run is refused.
    package var require: [Located<Mechanism>] = []
    package var audit = AuditRules()
    package var visibility = Visibility.full

    package init(name: String) { self.name = name }
}

/// A place in a policy document. Lines and columns count from 1, columns in Unicode scalars.
package struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// The file as the user named it, `profile NAME` for a shipped one, or `--set PATH=YAML`.
    package let file: String
    /// 0 when the file as a whole is meant.
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { line == 0 ? file : "\(file):\(line):\(column)" }

    /// Whether a shipped profile says it, and not somebody who knows the host.
    package var isShipped: Bool { file.hasPrefix("profile ") }
}

/// A value and the policy line it was written on, which errors and reports name.
package struct Located<Value: Sendable>: Sendable {
    package let value: Value
    package let origin: Origin

    package init(_ value: Value, at origin: Origin) {
        self.value = value
        self.origin = origin
    }
}

extension Located: Equatable where Value: Equatable {}

/// What is done about a finding.
package enum Action: String, CaseIterable, Comparable, Sendable {
    case allow, warn, ask, deny

    package static func < (a: Action, b: Action) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .allow: 0
        case .warn: 1
        case .ask: 2
        case .deny: 3
        }
    }
}

/// How far a finding goes: the code can, a person would look, the act is hostile.
package enum Level: String, CaseIterable, Comparable, Sendable {
    case capability, review, block

    package static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .capability: 0
        case .review: 1
        case .block: 2
        }
    }
}

/// `scan`: what the code is looked at for before it runs.
package struct ScanRules: Equatable, Sendable {
    package var patterns: [Located<Pattern>] = []
    /// The action for each level of each threat that the policy names.
    package var threats: [ThreatActions] = []
    /// Findings below this confidence (0 to 1) are listed and never acted on.
    package var confidence = 0.0
    /// What a comment in the code that allows a finding is worth.
    package var comments = Comments.ignore

    package enum Comments: String, CaseIterable, Sendable { case ignore, honour }

    package init() {}

    /// What to do about a finding of `level` that belongs to `threat`.
    package func action(for threat: Threat, _ level: Level) -> Action {
        (threats.first { $0.threat == threat }?.actions ?? .standard)[level]
    }

    /// The same for a finding that is so sure.
    package func action(for threat: Threat, _ level: Level, confidence: Double) -> Action {
        confidence < self.confidence ? .allow : action(for: threat, level)
    }
}

/// What a policy says of one threat.
package struct ThreatActions: Equatable, Sendable {
    package let threat: Threat
    package let actions: LevelActions

    package init(threat: Threat, actions: LevelActions) {
        self.threat = threat
        self.actions = actions
    }
}

/// One action for each level of a threat.
package struct LevelActions: Equatable, Sendable {
    package var capability: Action
    package var review: Action
    package var block: Action

    package init(capability: Action, review: Action, block: Action) {
        self.capability = capability
        self.review = review
        self.block = block
    }

    /// What holds for a threat that no policy names: block is denied, review warns, capability is listed.
    package static let standard = LevelActions(capability: .allow, review: .warn, block: .deny)

    package subscript(_ level: Level) -> Action {
        get {
            switch level {
            case .capability: capability
            case .review: review
            case .block: block
            }
        }
        set {
            switch level {
            case .capability: capability = newValue
            case .review: review = newValue
            case .block: block = newValue
            }
        }
    }
}

/// A text the user does not want to see in code.
package struct Pattern: Equatable, Sendable {
    package enum Form: Equatable, Sendable {
        case contains(String)
        /// `*` any text, `?` one character, `[a-z]` a class; anchored nowhere.
        case glob(String)
        /// RE2 syntax, unanchored.
        case regex(String)

        /// The text as it was written.
        package var text: String {
            switch self {
            case .contains(let text), .glob(let text), .regex(let text): text
            }
        }
    }

    /// Which part of the code a pattern looks at.
    package enum Place: String, CaseIterable, Sendable { case any, code, strings, comments }

    package var form: Form
    package var place: Place
    /// Its name in findings: the `id` key, else made from the text.
    package var id: String
    package var threat: Threat
    package var level: Level

    package init(
        form: Form, place: Place = .any, id: String, threat: Threat = .codeExecution, level: Level = .block
    ) {
        self.form = form
        self.place = place
        self.id = id
        self.threat = threat
        self.level = level
    }
}

/// `files`: what of the file system the run sees. Paths are absolute and normalised by text; symbolic links are
/// settled when the plan is made.
package struct FileRules: Equatable, Sendable {
    package var read: [Located<Path>] = []
    /// Implies reading.
    package var write: [Located<Path>] = []
    /// Taken out of every grant, however it is granted.
    package var deny: [Located<Path>] = []
    /// Programs, or directories of programs, that may be executed beside the command itself.
    package var exec: [Located<Path>] = []
    package var workspace = Workspace.direct

    package init() {}
}

/// Where what a run writes to its working directory goes.
package enum Workspace: String, CaseIterable, Sendable {
    /// To the directory itself.
    case direct
    /// To a copy of the run's own, from which somebody commits it or not.
    case overlay
}

/// `network`: where the run may connect to and where it may listen.
package struct NetworkRules: Equatable, Sendable {
    package var allow: [Located<Endpoint>] = []
    package var listen: [Located<Endpoint>] = []

    package init() {}

    /// Whether the host's network is shared without a boundary (`allow: [any]`).
    package var allowsAny: Bool { allow.contains { $0.value == .any } }
}

/// `syscalls`: which system calls work.
package struct SyscallRules: Equatable, Sendable {
    /// A named base set; each shipped profile has one.
    package enum Base: String, CaseIterable, Sendable { case strict, python, shell, observe }

    /// What a forbidden call does to its caller.
    package enum OnViolation: String, CaseIterable, Sendable { case errno, kill }

    package var base = Base.strict
    package var allow: [Located<String>] = []
    package var deny: [Located<String>] = []
    package var onViolation = OnViolation.errno

    package init() {}
}

/// `limits`: what the whole tree of processes may use. `nil` is unlimited.
package struct Limits: Equatable, Sendable {
    /// Wall-clock time of the run, in nanoseconds.
    package var wall: UInt64?
    /// Processor time of all processes together, in nanoseconds.
    package var cpu: UInt64?
    /// Memory of all processes together, in bytes.
    package var memory: UInt64?
    /// Processes and threads alive at once.
    package var processes: UInt64?
    /// Open files of each process.
    package var openFiles: UInt64?
    /// Size of each file written, in bytes.
    package var fileSize: UInt64?
    /// Bytes written to everything that may be written, private directories included.
    package var disk: UInt64?
    /// Bytes of standard output and standard error together.
    package var output: UInt64?
    /// Programs started.
    package var execs: UInt64?
    /// Caps that hold for a session and that a single run cannot honour, as they were written.
    package var session: [Located<String>] = []
    /// The same as numbers, as far as sessions enforce them.
    package var sessionCaps = SessionCaps()

    package init() {}
}

/// `audit`: how the trail is written.
package struct AuditRules: Equatable, Sendable {
    /// What must have happened to a denial before the program learns of it.
    package enum Durability: String, CaseIterable, Sendable { case written, sync }

    /// How much of the code that was scanned a trail keeps, the least first.
    package enum Code: String, CaseIterable, Sendable {
        /// Its SHA-256.
        case digest
        /// Also the lines that something was found in.
        case excerpt
        /// All of it.
        case full

        /// Whether it keeps less evidence, which is looser.
        package func isLess(than other: Code) -> Bool {
            switch (self, other) {
            case (.digest, .excerpt), (.digest, .full), (.excerpt, .full): true
            default: false
            }
        }
    }

    package var denials = Durability.written
    package var code = Code.excerpt
    /// The trail's own size at which the run is ended, in bytes.
    package var maxBytes: UInt64?
    /// A session makes a checkpoint after so many calls of tools.
    package var checkpoints: Located<UInt64>?

    package init() {}
}

/// How much is seen of file accesses that are refused.
package enum Visibility: String, CaseIterable, Sendable { case full, fast }

/// A means of enforcement, as `require:` and the enforcement table name it.
package enum Mechanism: String, CaseIterable, Sendable {
    case userNamespace = "user_namespace"
    case pidNamespace = "pid_namespace"
    case mountNamespace = "mount_namespace"
    case networkNamespace = "network_namespace"
    case ipcNamespace = "ipc_namespace"
    case utsNamespace = "uts_namespace"
    case landlock
    case seccomp
    case notify
    case noNewPrivileges = "no_new_privs"
    case capabilities
    case rlimits
    case cgroup
    case proc
    case sealedCode = "sealed_code"
    case shim
}
