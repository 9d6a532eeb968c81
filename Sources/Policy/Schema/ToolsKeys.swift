/// `tools`
enum ToolsKey: String, CaseIterable {
    case allow, approve
    case answerWithin = "answer_within"
    case rules, servers
}

extension ToolsKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .allow:
            KeyMeaning(
                "Tools that may be called; * is any text and ? one letter.", .list(.text(.tool)),
                default: "[]", example: "[web_search, 'files.*']")
        case .approve:
            KeyMeaning(
                "Tools of which each call is put before somebody; no answer in time is no.",
                .list(.text(.tool)), default: "[]", example: "[send_email]")
        case .answerWithin:
            KeyMeaning(
                "How long an approval is waited for.", .time, default: "1m", example: "5m")
        case .rules:
            KeyMeaning(
                "What calls of some tools have to be like.",
                .list(.mapping(MappingShape(entries: ToolRuleKey.entries, required: ["tool"]))),
                default: "[]",
                example: "[{tool: web_search, calls: 5}]")
        case .servers:
            KeyMeaning(
                "Is kept for later versions; an entry is refused.", .nothing, default: "{}", example: "{}")
        }
    }
}

/// A rule of `tools.rules`.
enum ToolRuleKey: String, CaseIterable { case tool, calls, rate, arguments, refuse }

/// The rate of a rule.
enum RateKey: String, CaseIterable { case calls, within }

extension RateKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .calls:
            KeyMeaning("How many calls, 1,000 at most.", .count, default: nil, example: "10")
        case .within:
            KeyMeaning("In any stretch of time so long.", .time, default: nil, example: "1m")
        }
    }
}

extension ToolRuleKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .tool:
            KeyMeaning("The tools it is about.", .text(.tool), default: nil, example: "'files.*'")
        case .calls:
            KeyMeaning(
                "How many calls of these tools there may be, all together.", .count, default: "unlimited",
                example: "5")
        case .rate:
            KeyMeaning(
                "How many calls of these tools there may be in any stretch of time.",
                .mapping(MappingShape(entries: RateKey.entries, required: ["calls", "within"])),
                default: nil, example: "{calls: 10, within: 1m}")
        case .arguments:
            KeyMeaning(
                "What each argument has to be like, by its name.",
                .named(.mapping(MappingShape(entries: ArgumentKey.entries))), default: "{}",
                example: "{path: {type: string, pattern: '^out/', required: true}}")
        case .refuse:
            KeyMeaning(
                "What no text anywhere in the arguments may hold.", .list(.pattern), default: "[]",
                example: "[{contains: '..'}]")
        }
    }
}

/// What one argument has to be like, in the words of JSON Schema.
enum ArgumentKey: String, CaseIterable {
    case type, values, minimum, maximum
    case maxLength = "max_length"
    case pattern, language, required
}

extension ArgumentKey: DocumentKey {
    var meaning: KeyMeaning {
        switch self {
        case .type:
            KeyMeaning(
                "Its type in JSON.", .word(ArgumentRule.Kind.allCases.map { $0.rawValue }), default: nil,
                example: "string")
        case .values:
            KeyMeaning("The values it may have.", .list(.scalar), default: nil, example: "[daily, weekly]")
        case .minimum: KeyMeaning("The least number.", .number, default: nil, example: "1")
        case .maximum: KeyMeaning("The greatest number.", .number, default: nil, example: "10")
        case .maxLength:
            KeyMeaning(
                "How many characters a text, or elements a list, may have.", .count, default: "unlimited",
                example: "200")
        case .pattern:
            KeyMeaning(
                "A regular expression of RE2 that its text has to match somewhere.", .text(.any),
                default: nil,
                example: "'^out/'")
        case .language:
            KeyMeaning(
                "The language that its text is code in: what `scan` denies there is refused.",
                .word(ArgumentRule.Code.allCases.map { $0.rawValue }), default: nil, example: "shell")
        case .required:
            KeyMeaning("Whether it has to be there.", .truth, default: "false", example: "true")
        }
    }
}
