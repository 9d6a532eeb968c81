/// `files`
enum FilesKey: String, CaseIterable { case read, write, deny, exec, workspace }

extension FilesKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .read:
            KeyMeaning(
                "What may be read: files, and directories with all below them. Relative paths begin at the working "
                    + "directory, and ~ is the caller's home.",
                .list(.text(.path)), default: "[]", example: "[., /usr/share/dict]")
        case .write:
            KeyMeaning(
                "What may be written, made, renamed and deleted, and read too.", .list(.text(.path)),
                default: "[]", example: "[./out]")
        case .deny:
            KeyMeaning(
                "What is taken out of every grant, whoever granted it.", .list(.text(.path)), default: "[]",
                example: "[~/.ssh]")
        case .exec:
            KeyMeaning(
                "Programs, or directories of programs, that may be started beside the command itself.",
                .list(.text(.path)), default: "[]", example: "[/usr/bin/sort]")
        case .workspace:
            KeyMeaning(
                "With `overlay` the run works on a copy of its directory, which somebody commits or discards.",
                .word(Workspace.allCases.map { $0.rawValue }), default: "direct", example: "direct")
        }
    }
}

/// `network`
enum NetworkKey: String, CaseIterable { case allow, listen }

extension NetworkKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .allow:
            KeyMeaning(
                "Where the run may connect to: tcp://HOST:PORTS, udp://HOST:PORTS, unix://PATH, or any, which shares "
                    + "the host's network. HOST is a name, an address or a block of them, PORTS a port, a list, a "
                    + "range or *.",
                .list(.text(.endpoint)), default: "[]",
                example: "['tcp://api.example.com:443', 'udp://192.0.2.53:53']")
        case .listen:
            KeyMeaning(
                "Where the run may wait for connections: tcp://ADDRESS:PORTS, or any.",
                .list(.text(.listening)),
                default: "[]", example: "['tcp://127.0.0.1:8000-8080']")
        }
    }
}

/// `syscalls`
enum SyscallsKey: String, CaseIterable {
    case profile, allow, deny
    case onViolation = "on_violation"
}

extension SyscallsKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .profile:
            KeyMeaning(
                "The set of system calls that the policy begins with.",
                .word(SyscallRules.Base.allCases.map { $0.rawValue }), default: "strict", example: "python")
        case .allow:
            KeyMeaning(
                "System calls that run natively beside that set; what would undo the walls stays forbidden.",
                .list(.text(.systemCall)), default: "[]", example: "[vmsplice]")
        case .deny:
            KeyMeaning(
                "System calls that are refused whatever they are asked for.", .list(.text(.systemCall)),
                default: "[]", example: "[ptrace]")
        case .onViolation:
            KeyMeaning(
                "What a refused act does to its caller: it fails, or its process is killed.",
                .word(SyscallRules.OnViolation.allCases.map { $0.rawValue }), default: "errno",
                example: "errno")
        }
    }
}

/// `audit`
enum AuditKey: String, CaseIterable {
    case denials, code
    case maxBytes = "max_bytes"
    case checkpoints
}

extension AuditKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .denials:
            KeyMeaning(
                "What has happened to the event of a refusal before the program learns of it: it is `written`, which "
                    + "outlives guardrun, or on disk (`sync`), which outlives a power cut.",
                .word(AuditRules.Durability.allCases.map { $0.rawValue }), default: "written", example: "sync"
            )
        case .code:
            KeyMeaning(
                "How much of the code that was scanned the trail keeps, without the secrets in it: its SHA-256 (`digest`), "
                    + "also the lines that something was found in (`excerpt`), or all of it (`full`).",
                .word(AuditRules.Code.allCases.map { $0.rawValue }), default: "excerpt", example: "full")
        case .maxBytes:
            KeyMeaning(
                "The size of the trail at which the run is ended.", .size, default: "unlimited",
                example: "64MiB")
        case .checkpoints:
            KeyMeaning(
                "After how many calls of tools a session makes a checkpoint; for sessions alone.", .count,
                default: "unlimited", example: "5")
        }
    }
}
