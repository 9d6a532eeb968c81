import Event

/// `scan`
enum ScanKey: String, CaseIterable { case patterns, threats, confidence, comments }

extension ScanKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .patterns:
            KeyMeaning(
                "Texts that the code may not hold; a plain text is looked for as it stands.", .list(.pattern),
                default: "[]",
                example: "['rm -rf /', {regex: 'AKIA[0-9A-Z]{16}', id: aws-key, threat: credential_access}]")
        case .threats:
            KeyMeaning(
                "What is done about what the scan finds, for each threat: one word, which is for findings at `block` "
                    + "while lower ones warn at most, or one for each level.",
                .mapping(MappingShape(entries: Threat.entries)),
                default: nil, example: "{data_exfiltration: deny, code_execution: {review: warn, block: ask}}"
            )
        case .confidence:
            KeyMeaning(
                "Findings that are less sure than this are listed and not acted on.", .share, default: "0",
                example: "0.6")
        case .comments:
            KeyMeaning(
                "Whether a comment `guardrun: allow RULE reason` in the code, in the line of a finding or in a line of "
                    + "its own before it, allows the finding. The reason goes into the trail.",
                .word(ScanRules.Comments.allCases.map { $0.rawValue }), default: "ignore", example: "honour")
        }
    }
}

extension Threat: DocumentKey {
    var meaning: KeyMeaning {
        KeyMeaning(
            about, .either([Action.words, .mapping(MappingShape(entries: Level.entries))]),
            default: "{capability: allow, review: warn, block: deny}", example: "warn")
    }

    private var about: String {
        switch self {
        case .destructiveData: "Deleting or overwriting what was not made by the run."
        case .dataExfiltration: "Sending what was read to somebody else."
        case .privilegeEscalation: "Getting rights that the caller does not have."
        case .systemModification: "Changing the system or how it starts."
        case .codeExecution: "Starting programs, and running code that is made at run time."
        case .networkAccess: "Reaching other hosts."
        case .credentialAccess: "Reading keys, passwords and tokens."
        case .resourceExhaustion: "Using up processes, memory, disk or time."
        case .sandboxEscape: "Getting out of the walls around the run."
        }
    }
}

extension Level: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .capability:
            KeyMeaning("The code can do this.", Action.words, default: "allow", example: "allow")
        case .review:
            KeyMeaning("A person would look at it.", Action.words, default: "warn", example: "warn")
        case .block: KeyMeaning("The act is hostile.", Action.words, default: "deny", example: "deny")
        }
    }
}

/// A pattern, in `scan.patterns` and in what rules of tools refuse.
enum PatternKey: String, CaseIterable { case contains, glob, regex, `in`, id, threat, level }

extension PatternKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .contains:
            KeyMeaning(
                "Text that is looked for as it stands.", .text(.any), default: nil, example: "'rm -rf /'")
        case .glob:
            KeyMeaning(
                "Text in which * is any text, ? one character and [a-z] a class; it may stand anywhere.",
                .text(.any), default: nil, example: "'*/.ssh/*'")
        case .regex:
            KeyMeaning(
                "A regular expression of RE2, which may match anywhere.", .text(.any), default: nil,
                example: "'AKIA[0-9A-Z]{16}'")
        case .in:
            KeyMeaning(
                "Which part of the code is looked at.", .word(Pattern.Place.allCases.map { $0.rawValue }),
                default: "any", example: "strings")
        case .id:
            KeyMeaning(
                "What findings call it; else made from its text.", .text(.identifier), default: nil,
                example: "aws-key")
        case .threat:
            KeyMeaning(
                "The threat that a finding of it belongs to.", .word(Threat.allCases.map { $0.rawValue }),
                default: "code_execution", example: "credential_access")
        case .level:
            KeyMeaning(
                "The level of a finding of it.", .word(Level.allCases.map { $0.rawValue }), default: "block",
                example: "review")
        }
    }

    /// Of these a pattern has one.
    static let forms = ["contains", "glob", "regex"]
}
