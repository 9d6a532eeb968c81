import Linux
import Policy

@testable import Scan

/// Scans text under the standard rules.
func scan(_ code: String, _ language: Language) -> Verdict { scan(Array(code.utf8), language) }

func scan(_ bytes: [UInt8], _ language: Language) -> Verdict {
    // Rules without patterns always compile.
    guard let scanner = try? Scanner(rules: ScanRules()) else {
        fatalError("the standard rules do not compile")
    }
    return scanner.scan(Source(name: Path("step"), language: language, bytes: bytes, place: .step))
}

extension Verdict {
    /// The highest level of all findings; nil when there is none.
    var level: Level? { findings.map(\.finding.level).max() }
    var rules: Set<String> { Set(findings.map(\.finding.rule)) }
}
