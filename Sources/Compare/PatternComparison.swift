import Linux
import Policy
import Scan

/// Which texts each policy's patterns find, decided as inclusion of languages: every text that holds a match of a
/// pattern of B must hold a match of one of A's that is acted on at least as hard.
struct PatternComparison {
    static func differences(_ a: ScanRules, _ b: ScanRules) -> [Comparison.Difference] {
        var (ours, theirs) = (PatternComparison(a, b), PatternComparison(b, a))
        return ours.missing() + theirs.missing().map { $0.reversed }
    }

    /// The most states of all expressions that are held together; what goes beyond is not looked into.
    private static let mostStates = 1_000_000

    private struct Entry {
        let pattern: Pattern
        let action: Action
        /// Nil where there is no automaton for it.
        let expression: Expression?

        func hasSameMatches(as other: Entry) -> Bool {
            pattern.form == other.pattern.form && pattern.place == other.pattern.place
        }
    }

    private let rules: ScanRules
    private let other: ScanRules
    private let entries: [Entry]
    private let wanted: [Entry]
    /// What covers patterns of a place that are acted on so hard, made when it is first asked for.
    private var coverages: [(place: Pattern.Place, action: Action, coverage: Coverage)] = []
    /// Says what the patterns of each policy do about a text, where automata leave a doubt.
    private var trials: (ours: PatternTrial, theirs: PatternTrial)?

    /// - Parameter other: the policy whose patterns these rules should cover.
    private init(_ rules: ScanRules, _ other: ScanRules) {
        (self.rules, self.other) = (rules, other)
        (entries, wanted) = (Self.entries(rules), Self.entries(other))
    }

    private static func entries(_ rules: ScanRules) -> [Entry] {
        var states = 0
        return rules.patterns.map { located in
            let pattern = located.value
            var expression = expression(pattern.form)
            states += expression?.size ?? 0
            if states > mostStates { expression = nil }
            return Entry(
                pattern: pattern, action: rules.action(for: pattern.threat, pattern.level, confidence: 1),
                expression: expression)
        }
    }

    private static func expression(_ form: Pattern.Form) -> Expression? {
        switch form {
        case .contains(let text): Expression(literal: text)
        case .glob(let glob): try? ExpressionParser.parse(Glob.regex(glob))
        case .regex(let text): try? ExpressionParser.parse(text)
        }
    }

    /// A difference for each pattern of the other policy that these do not cover.
    private mutating func missing() -> [Comparison.Difference] {
        // By their texts, for one look each.
        var same: [String: [Entry]] = [:]
        for entry in entries { same[entry.pattern.form.text, default: []].append(entry) }
        return wanted.compactMap { wanted in
            guard wanted.action != .allow else { return nil }
            let twins = same[wanted.pattern.form.text] ?? []
            if twins.contains(where: { $0.hasSameMatches(as: wanted) && $0.action >= wanted.action }) {
                return nil
            }
            return difference(wanted)
        }
    }

    private mutating func difference(_ wanted: Entry) -> Comparison.Difference? {
        let theirs = "\(wanted.pattern.form.words): \(wanted.action.rawValue)"
        func difference(_ ours: String, _ relation: Relation, _ witness: Attempt?) -> Comparison.Difference {
            Comparison.Difference("scan.patterns", ours, theirs, relation, witness)
        }
        guard let expression = wanted.expression else {
            return difference("not known to be found", .unknown, nil)
        }
        switch covers(expression, wanted) {
        case .inside: return nil
        case .unknown: return difference("not known to be found", .unknown, nil)
        case .witness(let scalars):
            let text = String(String.UnicodeScalarView(scalars.compactMap(Unicode.Scalar.init)))
            guard let witness = witness(text, wanted) else {
                return difference("not known to be found", .unknown, nil)
            }
            return difference("no pattern finds that so hard", .looser, witness)
        }
    }

    /// A pattern of the same place covers; one for any place does too, unless it looks at what stands around a match,
    /// which is something else inside a string.
    private mutating func covers(_ expression: Expression, _ wanted: Entry) -> Inclusion {
        let (place, action) = (wanted.pattern.place, wanted.action)
        let index = coverages.firstIndex { $0.place == place && $0.action == action } ?? coverages.count
        if index == coverages.count {
            let covering = entries.filter { entry in
                entry.action >= action
                    && (entry.pattern.place == place
                        || entry.pattern.place == .any && entry.expression?.hasAssertion == false)
            }
            coverages.append((place, action, Coverage(covering.compactMap { $0.expression })))
        }
        return coverages[index].coverage.covers(expression)
    }

    /// Code that holds the text, and that the policies' own matchers tell apart; nil where none is found.
    private mutating func witness(_ text: String, _ wanted: Entry) -> Attempt? {
        let isCertain =
            wanted.pattern.place == .any
            && entries.allSatisfy {
                $0.pattern.place == .any && $0.expression != nil || $0.action < wanted.action
            }
        if isCertain { return .code(text, .other) }
        let (ours, theirs) = trials ?? (PatternTrial(rules), PatternTrial(other))
        trials = (ours, theirs)
        return Self.sources(of: text).first { ours.answer($0) < theirs.answer($0) }
    }

    /// The text as code, as a string and as a comment of Python, and as a file that has no such parts.
    private static func sources(of text: String) -> [Attempt] {
        [.code(text, .other), .code("# \(text)", .python), .code("'\(text)'", .python), .code(text, .python)]
    }
}

/// What the patterns of a policy do about code, by the scanner itself; what it finds by its own rules is left out.
package struct PatternTrial: Sendable {
    private let scanner: Scanner?

    package init(_ rules: ScanRules) { scanner = try? Scanner(rules: rules) }

    package func answer(_ attempt: Attempt) -> Answer {
        guard case .code(let text, let language) = attempt, let scanner else { return .allow }
        let source = Source(
            name: Path("-"), language: language, bytes: Array(text.utf8), place: .standardInput)
        // Rules of the scanner have a CWE, and patterns have none.
        return Answer(
            scanner.scan(source).findings.filter { $0.finding.cwe == nil }.map { $0.action }.max() ?? .allow)
    }
}

extension Pattern.Form {
    /// `contains 'rm -rf'`
    fileprivate var words: String {
        switch self {
        case .contains(let text): "contains '\(text)'"
        case .glob(let text): "glob '\(text)'"
        case .regex(let text): "regex '\(text)'"
        }
    }
}
