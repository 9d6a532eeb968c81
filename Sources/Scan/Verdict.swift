import Linux
import Policy

/// What the scanner says about one source.
package struct Verdict: Equatable, Sendable {
    /// A finding and what the policy does about it.
    package struct Judged: Equatable, Sendable {
        package let finding: Finding
        package let action: Action
    }

    package let name: Path
    package let language: Language
    /// The hardest action of all findings; `allow` when there is none.
    package let action: Action
    /// By position in the source, then by rule.
    package let findings: [Judged]
    /// What was not looked at in full, each also a finding of its own.
    package let limits: [Limit]
}

/// A bound of the scanner that a source went over. None of them passes in silence.
package enum Limit: Hashable, Sendable, CustomStringConvertible {
    /// More bytes than are lexed; the known texts and the patterns were still looked for.
    case size(Int)
    /// Nested deeper than is followed.
    case depth
    /// More work than is done for one source.
    case steps
    /// More findings of one rule or pattern than are listed.
    case findings(of: String)
    /// Not text in the encoding that the language reads.
    case encoding
    /// A language without a lexer, or text its lexer could not read to the end.
    case unread(Language)

    package var description: String {
        switch self {
        case .size(let bytes): "the source has \(bytes) bytes, more than are analysed"
        case .depth: "the source is nested deeper than is followed"
        case .steps: "the source asks for more steps than are spent on one"
        case .findings(let rule): "more findings of \(rule) than are listed"
        case .encoding: "the source is not text in the encoding its interpreter would read"
        case .unread(let language): "this \(language.rawValue) text could not be read to its end as code"
        }
    }
}
