import Event
import Linux
import Policy
import Scan

/// `guardrun scan --format github`: a workflow command for each finding, which GitHub shows beside the line (GitHub's
/// documentation, "Workflow commands for GitHub Actions").
enum ScanAnnotations {
    static func lines(_ verdict: Verdict) -> [UInt8] {
        var out: [UInt8] = []
        for judged in verdict.findings {
            let finding = judged.finding
            let command =
                switch judged.action {
                case .deny, .ask: "error"
                case .warn: "warning"
                case .allow: "notice"
                }
            var properties = "file=" + property(String(decoding: verdict.name.bytes, as: UTF8.self))
            properties += ",line=\(finding.span.line),endLine=\(finding.span.endLine)"
            // Columns of two different lines make GitHub drop the place.
            if finding.span.line == finding.span.endLine {
                properties += ",col=\(finding.span.column),endColumn=\(finding.span.endColumn)"
            }
            properties += ",title=" + property("\(finding.threat.rawValue): \(finding.rule)")
            var sentence = finding.message
            for evidence in finding.evidence { sentence += "\n" + evidence.message }
            out += "::\(command) \(properties)::\(message(sentence))\n".utf8
        }
        return out
    }

    /// What would end a message or begin another command is spelled as GitHub's own toolkit spells it.
    static func message(_ text: String) -> String { escaped(text, property: false) }

    static func property(_ text: String) -> String { escaped(text, property: true) }

    private static func escaped(_ text: String, property: Bool) -> String {
        var out = ""
        for scalar in inertLines(text).unicodeScalars {
            switch scalar {
            case "%": out += "%25"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            case ":" where property: out += "%3A"
            case "," where property: out += "%2C"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Inert, but for the ends of lines, which are spelled anyway.
    private static func inertLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { inert(String($0), limit: 4_000) }
            .joined(separator: "\n")
    }
}
