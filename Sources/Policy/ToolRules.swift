import Event

/// `tools`: which tools of the host the code of a session may call, and with what.
package struct ToolRules: Equatable, Sendable {
    /// Tools that may be called.
    package var allow: [Located<ToolName>] = []
    /// Tools of which each call is put before a person, or a program in a person's place.
    package var approve: [Located<ToolName>] = []
    package var rules: [Located<ToolRule>] = []
    /// How long an approval is waited for, in nanoseconds.
    package var answerWithin: UInt64 = standardPatience
    package static let standardPatience: UInt64 = 60_000_000_000
    /// The keys that were given a value other than an empty one.
    package var declared: [Located<String>] = []

    package init() {}

    /// Every pattern that its rules look for.
    package var patterns: [Located<Pattern>] {
        rules.flatMap { rule in
            (rule.value.refuse + rule.value.arguments.compactMap { $0.pattern }).map {
                Located($0, at: rule.origin)
            }
        }
    }
}

/// The name of a tool, or a pattern of names: `*` stands for any text, `?` for one character.
package struct ToolName: Equatable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { description = text }

    /// Whether it means the tool of that name. Takes time in the product of both lengths at most, which are short.
    package func matches(_ name: String) -> Bool {
        let (pattern, text) = (Array(description.utf8), Array(name.utf8))
        var (p, t) = (0, 0)
        // Where the last star was, and how much of the text it stands for so far.
        var star: (pattern: Int, text: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == text[t] || pattern[p] == UInt8(ascii: "?") {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// What calls of some tools must be like.
package struct ToolRule: Equatable, Sendable {
    package var tool: ToolName
    /// How many calls of the tools it means there may be in a session, all together.
    package var calls: UInt64?
    package var rate: CallRate?
    package var arguments: [ArgumentRule] = []
    /// What no text anywhere in the arguments may hold.
    package var refuse: [Pattern] = []

    package init(tool: ToolName) { self.tool = tool }
}

/// How many calls there may be in any stretch of time of one length.
package struct CallRate: Equatable, Sendable {
    package let calls: UInt64
    /// In nanoseconds.
    package let within: UInt64

    /// More calls are not told apart by their times.
    package static let most: UInt64 = 1_000

    package init(calls: UInt64, within: UInt64) {
        self.calls = calls
        self.within = within
    }
}

/// What one argument must be like, in the words of JSON Schema.
package struct ArgumentRule: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case string, integer, number, boolean, array, object, null
    }

    package let name: String
    package var type: Kind?
    /// The values it may have, as JSON.
    package var values: [JSON]?
    package var minimum: Double?
    package var maximum: Double?
    /// Characters of a text, elements of an array.
    package var maxLength: UInt64?
    /// What its text must hold.
    package var pattern: Pattern?
    /// The language that its text is code in; what `scan` denies in code, it denies there.
    package var language: Code?

    /// Languages that the scan reads.
    package enum Code: String, CaseIterable, Sendable { case python, shell, javascript }
    package var isRequired = false

    package init(name: String) { self.name = name }
}
