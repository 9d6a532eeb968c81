import Event
import Policy

/// What each policy does about what the scan finds.
enum ScanComparison {
    static func differences(_ a: ScanRules, _ b: ScanRules) -> [Comparison.Difference] {
        PatternComparison.differences(a, b) + findings(a, b)
    }

    /// An action depends on threat and level, and on whether the confidence reaches a threshold: between the two
    /// thresholds nothing changes.
    private static func findings(_ a: ScanRules, _ b: ScanRules) -> [Comparison.Difference] {
        var found: [Comparison.Difference] = []
        for threat in Threat.allCases {
            for level in Level.allCases {
                found += difference(a, b, threat, level, confidence: 1, "scan.threats.\(threat.rawValue)")
            }
        }
        guard a.confidence != b.confidence else { return found }
        let between = min(a.confidence, b.confidence)
        for threat in Threat.allCases {
            for level in Level.allCases {
                let low = difference(a, b, threat, level, confidence: between, "scan.confidence")
                // One stands for all: the threshold is one for every threat.
                if let first = low.first,
                    !found.contains(where: { $0.path == first.path && $0.relation == first.relation })
                {
                    found.append(first)
                }
            }
        }
        return found
    }

    private static func difference(
        _ a: ScanRules, _ b: ScanRules, _ threat: Threat, _ level: Level, confidence: Double, _ path: String
    ) -> [Comparison.Difference] {
        let ours = a.action(for: threat, level, confidence: confidence)
        let theirs = b.action(for: threat, level, confidence: confidence)
        guard ours != theirs else { return [] }
        func words(_ rules: ScanRules, _ action: Action) -> String {
            path == "scan.confidence" ? "\(rules.confidence)" : "\(level.rawValue): \(action.rawValue)"
        }
        return [
            .init(
                path, words(a, ours), words(b, theirs), ours < theirs ? .looser : .stricter,
                .finding(threat, level, confidence: confidence))
        ]
    }
}
