/// What kinds of place a path names.
struct PathKind: OptionSet, Sendable {
    let rawValue: UInt32

    /// The root, a home, or a directory that much else hangs below.
    static let broad = PathKind(rawValue: 1 << 0)
    /// Below a directory that belongs to the system.
    static let system = PathKind(rawValue: 1 << 1)
    /// System files that any program may look at.
    static let harmless = PathKind(rawValue: 1 << 2)
    /// Holds keys, passwords or tokens.
    static let secret = PathKind(rawValue: 1 << 3)
    /// The lists of accounts: who there is, not their passwords.
    static let accounts = PathKind(rawValue: 1 << 4)
    /// What a browser, wallet or chat program keeps.
    static let browser = PathKind(rawValue: 1 << 5)
    /// Runs at each login or shell start.
    static let login = PathKind(rawValue: 1 << 6)
    /// Runs by the clock.
    static let schedule = PathKind(rawValue: 1 << 7)
    /// Runs as a service or at start-up.
    static let service = PathKind(rawValue: 1 << 8)
    /// Says who may log in with a key.
    static let authorizedKeys = PathKind(rawValue: 1 << 9)
    /// Runs with each commit, or with each start of an interpreter or program.
    static let hook = PathKind(rawValue: 1 << 10)
    /// Says who may act as root.
    static let sudoers = PathKind(rawValue: 1 << 11)
    /// A disk or partition as a device.
    static let disk = PathKind(rawValue: 1 << 12)
    /// A device that takes or gives anything: `/dev/null`, `/dev/stdout`.
    static let neutralDevice = PathKind(rawValue: 1 << 13)
    /// Handles with which the kernel runs a program or is switched: `release_agent`, `core_pattern`, `sysrq-trigger`.
    static let kernelHandle = PathKind(rawValue: 1 << 14)
    /// The memory of a process or of the kernel.
    static let memory = PathKind(rawValue: 1 << 15)
    /// The socket of a container runtime.
    static let containerSocket = PathKind(rawValue: 1 << 16)
    /// A record of what was done: shell history, logs.
    static let trace = PathKind(rawValue: 1 << 17)
    /// A place for scratch files.
    static let temporary = PathKind(rawValue: 1 << 18)
    /// Climbs out of where it starts with `..`.
    static let climbing = PathKind(rawValue: 1 << 19)
    /// Climbs so far that it means to end at the root.
    static let uphill = PathKind(rawValue: 1 << 25)
    /// Begins in one directory of the root, climbs out of it and goes down into one of the system's.
    static let detour = PathKind(rawValue: 1 << 26)
    /// The file of accounts and passwords itself.
    static let passwordFile = PathKind(rawValue: 1 << 20)
    /// `/dev/tcp` and `/dev/udp`, which bash turns into connections.
    static let networkDevice = PathKind(rawValue: 1 << 21)
    /// The working directory or all that is in it.
    static let here = PathKind(rawValue: 1 << 22)
    /// Below the user's home, or a home whose owner is named.
    static let home = PathKind(rawValue: 1 << 23)
    /// Gives endless bytes: `/dev/zero`, `/dev/urandom`.
    static let endless = PathKind(rawValue: 1 << 24)
}

/// A path that an act is about.
struct Target: Sendable {
    let text: Text
    let kinds: PathKind

    init(_ text: Text) {
        self.text = text
        kinds = PathKind(of: text)
    }

    func isA(_ kinds: PathKind) -> Bool { !self.kinds.isDisjoint(with: kinds) }

    var isUnknown: Bool { text.isUnknown }
}

extension PathKind {
    /// What a path names, by its text alone. The home directory may be written as `~`, `$HOME` or by its place.
    init(of text: Text) {
        let path = NormalPath(text)
        self = path.kinds
        if path.hasWildcards {
            // A wildcard that the shell would expand to a famous path names that path.
            for famous in PathKind.famous where path.couldName(famous) {
                formUnion(NormalPath(Text(famous)).kinds)
            }
        }
    }

    private static let famous = [
        "/etc/shadow", "/etc/passwd", "/etc/sudoers", "~/.ssh/id_rsa", "~/.ssh/id_ed25519",
        "~/.aws/credentials",
        "~/.bashrc", "~/.profile", "/etc/crontab", "~/.ssh/authorized_keys", "/dev/sda", "/root/.ssh/id_rsa",
    ]
}
