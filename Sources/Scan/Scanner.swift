import Event
import Policy

/// Reads sources and says what is in them, by the rules of this tool and the patterns of a policy. The same bytes give
/// the same verdict on every machine.
package struct Scanner: Sendable {
    /// Larger sources are searched as bytes only.
    package static let largest = 10 << 20

    private let rules: ScanRules
    private let patterns: [PatternMatcher]

    /// Compiles the patterns of a policy.
    package init(rules: ScanRules) throws(ScanError) {
        self.rules = rules
        var patterns: [PatternMatcher] = []
        for located in rules.patterns {
            do throws(Regex.Problem) {
                patterns.append(try PatternMatcher(located.value))
            } catch {
                throw ScanError.pattern(id: located.value.id, at: located.origin, reason: error.reason)
            }
        }
        self.patterns = patterns
    }

    /// Why a pattern cannot be used; `nil` when it can.
    package static func problem(with pattern: Pattern) -> String? {
        let text =
            switch pattern.form {
            case .contains(let text), .glob(let text), .regex(let text): text
            }
        if text.isEmpty || text.allSatisfy({ $0 == "*" }) { return "the pattern matches everything" }
        do throws(Regex.Problem) {
            _ = try PatternMatcher(pattern)
            return nil
        } catch {
            return error.reason
        }
    }

    /// Everything that is found in a source, and what the policy does about it. Never fails: what cannot be read is
    /// a finding.
    package func scan(_ source: Source) -> Verdict {
        let analysis = Analysis()
        let matches = examine(source, analysis)
        let findings = Findings(
            sightings: analysis.sightings, matches: matches, limits: analysis.limits)
        return verdict(source, source.language, findings, nil)
    }

    /// Looks at all of a source; the matches of the policy's patterns.
    func examine(_ source: Source, _ analysis: Analysis) -> [Match] {
        let isText = SourceText.isReadable(source, analysis)
        if source.bytes.count > Scanner.largest {
            analysis.exceeded(.size(source.bytes.count))
        } else if let analyze = source.language.analyzer {
            if isText { analyze(source.bytes, analysis) }
        } else if !source.bytes.isEmpty {
            analysis.exceeded(.unread(source.language))
        }
        analysis.conclude()
        analysis.searchBytes(source.bytes)
        return matches(in: source, isText: isText, analysis)
    }

    typealias Match = (pattern: Pattern, range: Range<Int>)

    /// - Parameter wholeOnly: leaves out patterns that ask for strings or comments, in what has neither.
    func matches(
        in source: Source, isText: Bool, _ analysis: Analysis, wholeOnly: Bool = false
    ) -> [Match] {
        let patterns = wholeOnly ? patterns.filter { $0.pattern.place == .any } : patterns
        guard !patterns.isEmpty else { return [] }
        let needsParts = patterns.contains { $0.pattern.place != .any }
        let parts =
            needsParts && source.bytes.count <= Scanner.largest
            ? Stretches(of: source.bytes, in: source.language) : nil
        var found: [Match] = []
        for matcher in patterns {
            let stretches = parts?.stretches(of: matcher.pattern.place) ?? [0..<source.bytes.count]
            let (ranges, more) = matcher.matches(in: source.bytes, stretches, isText: isText)
            found += ranges.map { (pattern: matcher.pattern, range: $0) }
            if more { analysis.exceeded(.findings(of: matcher.pattern.id)) }
        }
        return found
    }

    func verdict(
        _ source: Source, _ language: Language, _ found: Findings, _ kind: Document.Kind?
    ) -> Verdict {
        let ranges =
            found.sightings.flatMap { [$0.range] + $0.evidence.map { $0.range } }
            + found.matches.map { $0.range }
        let positions = Positions(of: ranges.flatMap { [$0.lowerBound, $0.upperBound] }, in: source.bytes)
        var findings = found.sightings.map { Finding($0, positions) }
        findings += found.matches.map { Finding($0.pattern, positions.span($0.range)) }
        findings.sort { a, b in
            (a.span.bytes.lowerBound, a.span.bytes.upperBound, a.rule) < (
                b.span.bytes.lowerBound, b.span.bytes.upperBound, b.rule
            )
        }
        let allowances =
            rules.comments == .honour && !findings.isEmpty && kind == nil
            ? Allowances(in: source.bytes, language) : nil
        let judged = findings.map { finding in
            // That code was not looked at in full no comment can allow.
            let reason =
                finding.rule == Rule.unreadable.id
                ? nil : allowances?.reason(finding.rule, at: finding.span.bytes.lowerBound)
            return Verdict.Judged(finding: finding, action: action(for: finding), allowed: reason)
        }
        return Verdict(
            name: source.name, language: language, kind: kind,
            action: judged.map { $0.action }.max() ?? .allow, findings: judged, limits: found.limits)
    }

    private func action(for finding: Finding) -> Action {
        rules.action(for: finding.threat, finding.level, confidence: finding.confidence)
    }
}

/// What was found in a file so far, with its places there.
struct Findings {
    private struct Key: Hashable {
        let rule: String
        let range: Range<Int>
    }

    private(set) var sightings: [Analysis.Sighting] = []
    private(set) var matches: [Scanner.Match] = []
    private(set) var limits: [Limit] = []
    private var known: Set<Key> = []

    init() {}

    init(sightings: [Analysis.Sighting], matches: [Scanner.Match], limits: [Limit]) {
        self.sightings = sightings
        self.matches = matches
        self.limits = limits
    }

    /// Adds what one piece of the file gave. What a rule or a pattern found there already is left out.
    mutating func take(
        _ analysis: Analysis, _ matches: [Scanner.Match], at place: (Range<Int>) -> Range<Int>
    ) {
        for sighting in analysis.sightings {
            let range = place(sighting.range)
            guard known.insert(Key(rule: sighting.rule.id, range: range)).inserted else { continue }
            sightings.append(
                Analysis.Sighting(
                    rule: sighting.rule, range: range,
                    evidence: sighting.evidence.map { (place($0.range), $0.message) }))
        }
        for match in matches {
            let range = place(match.range)
            if known.insert(Key(rule: match.pattern.id, range: range)).inserted {
                self.matches.append((match.pattern, range))
            }
        }
        for limit in analysis.limits where !limits.contains(limit) { limits.append(limit) }
    }
}

/// Why a scanner cannot be made.
package enum ScanError: Error, Equatable, CustomStringConvertible {
    case pattern(id: String, at: Origin, reason: String)

    package var description: String {
        switch self {
        case .pattern(let id, let origin, let reason):
            "\(origin): the pattern \(id) does not compile: \(reason)"
        }
    }
}

extension Finding {
    fileprivate init(_ sighting: Analysis.Sighting, _ positions: Positions) {
        let rule = sighting.rule
        self.init(
            rule: rule.id, threat: rule.threat, level: rule.level, confidence: rule.confidence,
            span: positions.span(sighting.range),
            message: rule.message,
            evidence: sighting.evidence.map { Evidence(span: positions.span($0.range), message: $0.message) },
            cwe: "CWE-\(rule.cwe)", attack: rule.attack)
    }

    fileprivate init(_ pattern: Pattern, _ span: Span) {
        self.init(
            rule: pattern.id, threat: pattern.threat, level: pattern.level, confidence: 1, span: span,
            message: "Holds what the policy's pattern \(pattern.id) looks for.", evidence: [], cwe: nil,
            attack: nil)
    }
}
