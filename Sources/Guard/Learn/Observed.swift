import Event
import Linux
import Policy

/// What a run did under `observe`, as far as a policy would have to allow it.
struct Observed {
    /// What a policy would have to grant of a path.
    enum Use: String, Sendable {
        case read
        /// All that is in a directory.
        case list
        /// Changing what is there.
        case write
        /// Making, renaming or removing it, which its directory has to allow.
        case make
        case execute
    }

    struct Access {
        /// As the program named it, where that is a whole path; what it leads to otherwise.
        let path: Path
        let use: Use
    }

    struct Connection: Equatable {
        let transport: Transport
        /// An address.
        let host: String
        let port: Int64
    }

    private(set) var accesses: [Access] = []
    /// Directories that the run made itself.
    private(set) var made: Set<Path> = []
    /// What it removed or renamed.
    private(set) var removed: Set<Path> = []
    private(set) var connections: [Connection] = []
    private(set) var sockets: [Path] = []
    private(set) var listens: [Connection] = []
    /// System calls that are refused even under `observe`.
    private(set) var refusedCalls: [String] = []
    /// Everything else that was refused, as sentences.
    private(set) var refusals: [String] = []
    /// Threats that the scan found at the level that policies refuse.
    private(set) var threats: [Threat] = []
    /// What was scanned: the script, which every run has.
    private(set) var scanned: [Path] = []
    /// Every word that programs were started with.
    private(set) var words: [String] = []
    private(set) var usage: JSON?
    private(set) var execs: UInt64 = 0
    private(set) var outcome: String?
    private var seen: Set<String> = []
    /// The command itself is granted by being the command.
    private var hasStarted = false
    let directory: Path

    /// A trail, event by event, from the run's first to its last.
    init(_ events: [JSON], in directory: Path) {
        self.directory = directory
        for event in events { take(event) }
    }

    private mutating func take(_ event: JSON) {
        switch event["type"]?.stringValue.flatMap(Event.Kind.init(rawValue:)) {
        case .policyCheck: act(event)
        case .processStarted: start(event)
        case .policyViolation:
            let call = event["syscall"]?.stringValue ?? ""
            if event["rule"]?.stringValue == "syscalls", SyscallNames.contains(call) {
                if !refusedCalls.contains(call) { refusedCalls.append(call) }
            } else if let sentence = event["message"]?.stringValue, !refusals.contains(sentence) {
                refusals.append(sentence)
            }
        case .limitExceeded: refusals.append(event["message"]?.stringValue ?? "")
        case .scanFinished:
            if let path = event["path"]?.stringValue { scanned.append(whole(path)) }
            for finding in event["findings"]?.elements ?? [] {
                guard finding["level"]?.stringValue == Level.block.rawValue,
                    let threat = finding["threat"]?.stringValue.flatMap(Threat.init(rawValue:)),
                    !threats.contains(threat)
                else { continue }
                threats.append(threat)
            }
        case .runFinished:
            usage = event["usage"]
            execs = UInt64(clamping: event["counts"]?["execs"]?.intValue ?? 0)
            outcome = event["outcome"]?.stringValue
        default: break
        }
    }

    private func whole(_ path: String) -> Path { directory.appending(path).normalised }

    private mutating func start(_ event: JSON) {
        words += (event["argv"]?.elements ?? []).compactMap { $0.stringValue }
        guard hasStarted else {
            hasStarted = true
            return
        }
        guard let path = event["given"]?.stringValue ?? event["exe"]?.stringValue else { return }
        add(whole(path), .execute)
    }

    private mutating func act(_ event: JSON) {
        let arguments = event["args"]
        switch event["op"]?.stringValue {
        case "open": opened(event)
        case "connect":
            if let connection = connection(arguments) {
                if !connections.contains(connection) { connections.append(connection) }
            } else if let path = socket(arguments), !sockets.contains(path) {
                sockets.append(path)
            }
        case "bind":
            if let connection = connection(arguments) {
                if connection.port != 0, connection.transport == .tcp, !listens.contains(connection) {
                    listens.append(connection)
                }
            } else if let path = socket(arguments) {
                add(path, .make)
            }
        default: break
        }
    }

    private func connection(_ arguments: JSON?) -> Connection? {
        guard let host = arguments?["host"]?.stringValue, let port = arguments?["port"]?.intValue else {
            return nil
        }
        let transport = arguments?["transport"]?.stringValue.flatMap(Transport.init(rawValue:)) ?? .tcp
        return Connection(transport: transport, host: host, port: port)
    }

    private func socket(_ arguments: JSON?) -> Path? {
        guard let address = arguments?["address"]?.stringValue, address.hasPrefix("unix:/") else {
            return nil
        }
        return Path(String(address.dropFirst("unix:".count))).normalised
    }

    private mutating func opened(_ event: JSON) {
        guard let place = event["args"]?["path"]?.stringValue else { return }
        let path = whole(event["args"]?["given"]?.stringValue ?? place)
        let call = event["syscall"]?.stringValue ?? ""
        guard let flags = event["args"]?["flags"]?.stringValue?.split(separator: "|").map(String.init) else {
            if ["mkdir", "mkdirat"].contains(call) { made.insert(path) }
            if Self.removing.contains(call) { removed.insert(path) }
            add(path, Self.altering.contains(call) ? .write : .make)
            if let to = event["args"]?["to"]?.stringValue { add(whole(to), .make) }
            return
        }
        if flags.contains("O_CREAT") || flags.contains("O_TMPFILE") {
            add(flags.contains("O_TMPFILE") ? path.appending("file") : path, .make)
        } else if ["O_WRONLY", "O_RDWR", "O_TRUNC"].contains(where: flags.contains) {
            add(path, .write)
        } else {
            add(path, flags.contains("O_DIRECTORY") ? .list : .read)
        }
    }

    private static let removing: Set<String> = [
        "rename", "renameat", "renameat2", "rmdir", "unlink", "unlinkat",
    ]

    /// Calls that change what is there and no name.
    private static let altering: Set<String> = [
        "chmod", "chown", "fchmodat", "fchmodat2", "fchownat", "futimesat", "lchown", "lremovexattr",
        "lsetxattr",
        "removexattr", "setxattr", "truncate", "utime", "utimensat", "utimes",
    ]

    private mutating func add(_ path: Path, _ use: Use) {
        guard seen.insert("\(use.rawValue) \(path)").inserted else { return }
        accesses.append(Access(path: path, use: use))
    }
}
