import Event

/// The keys of a whole document.
enum Section: String, CaseIterable {
    case guardrun, name, extends, loosen, examples
    case scan, files, network, syscalls, limits, tools, require, audit, visibility
}

extension Section: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .guardrun:
            KeyMeaning(
                "The version of the policy language, with which every policy begins.", .constant("1"),
                default: nil, example: "1")
        case .name:
            KeyMeaning(
                "What reports and trails call the policy; else the file's name.", .text(.name), default: nil,
                example: "report")
        case .extends:
            KeyMeaning(
                "What this policy is laid over: mappings are joined key by key, a list or a scalar takes the base's "
                    + "place, and {+: [...]} is added to the base's list. Of several the later is laid over the "
                    + "earlier.",
                .list(.text(.base)), default: "[]", example: "[python]")
        case .loosen:
            KeyMeaning(
                "What may be looser than in the bases: paths of keys, each with all below it. Anything else that is "
                    + "looser is an error.",
                .list(.text(.keys)), default: "[]", example: "[limits.wall]")
        case .examples:
            KeyMeaning(
                "Acts and what the policy means to do about each; `guardrun policy check` decides them, and a run does "
                    + "not read them.",
                .list(
                    .mapping(
                        MappingShape(entries: Action.entries, oneOf: Action.allCases.map { $0.rawValue }))),
                default: "[]", example: "[{deny: open /etc/shadow r}]")
        case .scan: Self.section("What the code is looked at for before it runs.", ScanKey.self)
        case .files: Self.section("What of the file system the run sees.", FilesKey.self)
        case .network: Self.section("Where the run may connect to, and where it may listen.", NetworkKey.self)
        case .syscalls: Self.section("Which system calls work.", SyscallsKey.self)
        case .limits:
            Self.section(
                "What the whole tree of processes may use. `wall` and `cpu` hold for a run, or for one cell of a "
                    + "session; a limit that no policy names is unlimited.",
                LimitsKey.self)
        case .tools:
            Self.section(
                "Which tools of the host the code of a session may call, and with what.", ToolsKey.self)
        case .require:
            KeyMeaning(
                "Mechanisms without which nothing is run, where the host lacks one.",
                .list(.word(Mechanism.allCases.map { $0.rawValue })), default: "[]",
                example: "[landlock, pid_namespace]")
        case .audit: Self.section("How the trail is written.", AuditKey.self)
        case .visibility:
            KeyMeaning(
                "With `full` every refused open is an event; with `fast` the kernel answers those that only read, "
                    + "without one.",
                .word(Visibility.allCases.map { $0.rawValue }), default: "full", example: "fast")
        }
    }

    /// A section of keys, whose example is made of theirs.
    private static func section<Key: DocumentKey>(_ sentence: String, _ keys: Key.Type) -> KeyMeaning {
        let entries = Key.entries
        let example = entries.map { "\($0.name): \($0.meaning.example)" }.joined(separator: ", ")
        return KeyMeaning(
            sentence, .mapping(MappingShape(entries: entries)), default: nil, example: "{\(example)}")
    }
}

/// An act of `examples:` stands behind what becomes of it.
extension Action: DocumentKey {
    var meaning: KeyMeaning {
        let sentence =
            switch self {
            case .allow: "The act is allowed."
            case .warn: "The code runs, and what was found is recorded."
            case .ask: "The operator is asked; without a terminal that is a refusal."
            case .deny: "The act is refused."
            }
        return KeyMeaning(sentence, .text(.act), default: nil, example: "open ./data.csv r")
    }

    /// The words that stand for an action.
    static var words: ValueShape { .word(allCases.map { $0.rawValue }) }
}
