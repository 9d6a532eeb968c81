import Linux
import Policy

/// What the scanner says about one source.
package struct Verdict: Equatable, Sendable {
    /// A finding and what the policy does about it.
    package struct Judged: Equatable, Sendable {
        package let finding: Finding
        package let action: Action
        /// Why a comment in the code allows it, where the policy honours those.
        package let allowed: String?

        package init(finding: Finding, action: Action, allowed: String? = nil) {
            self.finding = finding
            self.action = allowed == nil ? action : .allow
            self.allowed = allowed
        }
    }

    package let name: Path
    /// What was looked at; of a document, what most of its code is.
    package let language: Language
    /// Set for a file that holds code in pieces.
    package let kind: Document.Kind?
    /// The hardest action of all findings; `allow` when there is none.
    package let action: Action
    /// By position in the source, then by rule.
    package let findings: [Judged]
    /// What was not looked at in full, each also a finding of its own.
    package let limits: [Limit]

    /// What the file is, for people and programs: `python`, `notebook`.
    package var form: String { kind?.rawValue ?? language.rawValue }

    /// The same with those findings only that are at least as grave; what is done about the file stays.
    package func showing(from level: Level) -> Verdict {
        Verdict(
            name: name, language: language, kind: kind, action: action,
            findings: findings.filter { $0.finding.level >= level }, limits: limits)
    }
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
