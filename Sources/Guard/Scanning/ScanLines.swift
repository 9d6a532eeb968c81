import Event
import Linux
import Policy
import Scan

/// What the scan found, a line a finding, for the report of a run.
enum ScanLines {
    private static let listed = 12

    static func lines(_ verdict: Verdict, _ terminal: Terminal) -> [String] {
        let shown = verdict.findings.sorted { $0.finding.level > $1.finding.level }
        var lines = shown.prefix(listed).map { line($0, verdict.name, terminal) }
        if shown.count > listed {
            lines.append("and \(shown.count - listed) more in \(inert(verdict.name.description))")
        }
        return lines
    }

    private static func line(_ judged: Verdict.Judged, _ name: Path, _ terminal: Terminal) -> String {
        let finding = judged.finding
        let style: Terminal.Style =
            switch finding.level {
            case .capability: .dim
            case .review: .yellow
            case .block: .red
            }
        let place = "\(inert(name.description)):\(finding.span.line):\(finding.span.column)"
        return "\(terminal.styled(finding.level.rawValue, style)) \(finding.threat.rawValue)  \(place)  "
            + "\(inert(finding.message))  "
            + terminal.styled("\(finding.rule), \(judged.action.rawValue)", .dim)
    }
}
