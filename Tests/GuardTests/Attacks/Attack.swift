/// One thing that a hostile program tries, and what has to come of it.
struct Attack: Sendable, CustomStringConvertible {
    /// What has to stand in the trail.
    enum Trace: Sendable, Equatable {
        /// A violation with this operation and system call.
        case denied(String, String)
        /// The same, where the host has this file and the caller could open it.
        case deniedWhere(String, String, String)
        /// A violation of whatever kind.
        case refused
        /// A violation by another architecture's number, after which the caller is killed.
        case killed
        /// A limit of this name is reached.
        case limit(String)
        /// Nothing, because of this.
        case none(String)
    }

    let name: String
    /// Completes "tries to".
    let tries: String
    /// What holds it, by the words of the README's table of mechanisms.
    let held: String
    /// The victim's act with its arguments, or a command where the first begins with a slash. What stands in braces
    /// is a part of the `AttackedWorld`.
    let words: [String]
    /// What the victim may say in the end.
    let answers: [String]
    let trace: Trace
    /// What an ordinary user's trail has instead: often an unguarded program of that user could not do it either.
    var userTrace: Trace?
    /// Names that others' test suites have for it.
    var peers: [String] = []
    var settings: [String] = []
    var options: [String] = []
    /// A part of the world that is its standard input.
    var input: String?
    /// The shipped profiles it is tried under.
    var profiles = ["strict", "python", "shell"]

    var description: String { name }

    func trace(for caller: Caller) -> Trace { caller == .user ? userTrace ?? trace : trace }
}

extension Attack {
    /// A call that no list grants: EPERM, and a violation.
    static func call(
        _ name: String, _ tries: String, _ words: [String], _ operation: String = "syscall",
        by held: String = "seccomp",
        as syscall: String? = nil, peers: [String] = []
    ) -> Attack {
        Attack(
            name: name, tries: tries, held: held, words: ["call"] + words, answers: ["EPERM"],
            trace: .denied(operation, syscall ?? words[0]), peers: peers)
    }

    /// Another act of the victim that is refused with a violation.
    static func act(
        _ name: String, _ tries: String, _ words: [String], _ operation: String, _ syscall: String,
        by held: String,
        says answers: [String] = ["EPERM"], user: Trace? = nil, peers: [String] = [], settings: [String] = [],
        input: String? = nil
    ) -> Attack {
        Attack(
            name: name, tries: tries, held: held, words: words, answers: answers,
            trace: .denied(operation, syscall), userTrace: user, peers: peers, settings: settings,
            input: input)
    }

    /// One that comes to nothing and is worth no event.
    static func quiet(
        _ name: String, _ tries: String, _ words: [String], by held: String, says answers: [String],
        because reason: String,
        peers: [String] = [], settings: [String] = [], input: String? = nil
    ) -> Attack {
        Attack(
            name: name, tries: tries, held: held, words: words, answers: answers, trace: .none(reason),
            peers: peers,
            settings: settings, input: input)
    }

    /// Every family, in the order of the table.
    static let families: [(title: String, attacks: [Attack])] = [
        ("The kernel's doors", onKernel), ("Namespaces and mounts", onNamespaces),
        ("Other processes", onProcesses),
        ("Identity, programs and terminals", onIdentity), ("Files", onFiles),
        ("Descriptors and metadata", onDescriptors),
        ("The network", onNetwork), ("Limits", onLimits),
    ]

    static var all: [Attack] { families.flatMap(\.attacks) }
}
