import Policy

/// Looks for a pattern of a policy in texts that are no code: the arguments of tools.
package struct TextSearch: Sendable {
    private let matcher: PatternMatcher

    /// A pattern that the policy was checked with.
    package init(_ pattern: Pattern) throws(ScanError) {
        do throws(Regex.Problem) {
            matcher = try PatternMatcher(pattern)
        } catch {
            let nowhere = Origin(file: pattern.id, line: 0, column: 0)
            throw ScanError.pattern(id: pattern.id, at: nowhere, reason: error.reason)
        }
    }

    package func isFound(in text: [UInt8]) -> Bool {
        !matcher.matches(in: text, [0..<text.count], isText: true).ranges.isEmpty
    }
}
