import Event
import Policy

/// Something in the source that a rule or a pattern names, and where.
package struct Finding: Equatable, Sendable {
    /// One step of the reason, for people.
    package struct Evidence: Equatable, Sendable {
        package let span: Span
        package let message: String

        package init(span: Span, message: String) {
            self.span = span
            self.message = message
        }
    }

    /// The rule's id, or the pattern's.
    package let rule: String
    package let threat: Threat
    package let level: Level
    /// How likely a finding of this rule is right, 0 to 1.
    package let confidence: Double
    package let span: Span
    /// One sentence for people.
    package let message: String
    package let evidence: [Evidence]
    /// The weakness it is an instance of: `CWE-78`; `nil` for a user's pattern.
    package let cwe: String?
    /// The MITRE ATT&CK technique: `T1059.006`; `nil` for a user's pattern.
    package let attack: String?
}
