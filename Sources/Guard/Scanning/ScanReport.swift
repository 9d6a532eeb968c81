import Event
import Linux
import Policy
import Scan

/// `guardrun scan` for people: a paragraph for each finding. Everything that comes from the source is shown inert.
struct ScanReport {
    private let terminal: Terminal

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// Nothing is said of a file in which nothing was found, unless somebody wrote its name.
    func paragraphs(_ verdict: Verdict, _ bytes: [UInt8], isNamed: Bool) -> [UInt8] {
        var text = ""
        for judged in verdict.findings { text += paragraph(judged, verdict, bytes) }
        if verdict.findings.isEmpty, isNamed {
            text = "\(inert(verdict.name.description)): nothing found (\(verdict.form))\n"
        }
        return Array(text.utf8)
    }

    private func paragraph(_ judged: Verdict.Judged, _ verdict: Verdict, _ bytes: [UInt8]) -> String {
        let finding = judged.finding
        let place = "\(inert(verdict.name.description)):\(finding.span.line):\(finding.span.column)"
        let level = terminal.styled(finding.level.rawValue, style(finding.level))
        var action = judged.action == .ask ? "ask, so denied where nobody is there" : judged.action.rawValue
        if let reason = judged.allowed { action = "allowed by a comment: \(inert(reason, limit: 80))" }
        var lines = [
            "\(terminal.styled(place, .bold)): \(level) \(finding.threat.rawValue): \(inert(finding.message)) "
                + terminal.styled("[\(inert(finding.rule)), \(action)]", .dim)
        ]
        if let excerpt = Excerpt(of: finding.span, in: bytes) {
            let number = String(finding.span.line)
            let margin = String(repeating: " ", count: number.count)
            lines.append("  \(number) | \(excerpt.line)")
            lines.append("  \(margin) | \(terminal.styled(excerpt.carets, style(finding.level)))")
        }
        for evidence in finding.evidence {
            let elsewhere = evidence.span.line != finding.span.line ? "line \(evidence.span.line): " : ""
            lines.append("    \(elsewhere)\(inert(evidence.message))")
        }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private func style(_ level: Level) -> Terminal.Style {
        switch level {
        case .capability: .dim
        case .review: .yellow
        case .block: .red
        }
    }
}

/// The line in which a finding begins, as much of it as fits a terminal, and carets below what was found.
struct Excerpt {
    private static let before = 40
    private static let width = 100

    let line: String
    let carets: String

    /// Nil where a finding is about the source as a whole.
    init?(of span: Span, in bytes: [UInt8]) {
        guard !span.bytes.isEmpty, span.bytes.upperBound <= bytes.count else { return nil }
        let isEnd = { (byte: UInt8) in byte == 0x0A || byte == 0x0D }
        var start = span.bytes.lowerBound
        // A line may be as long as the file, and there may be many findings in it.
        let farthest = max(0, start - Self.before * 4)
        while start > farthest, !isEnd(bytes[start - 1]) { start -= 1 }
        let isCut = start > 0 && !isEnd(bytes[start - 1])
        let end = bytes[span.bytes.lowerBound...].prefix(Self.width * 4).firstIndex(where: isEnd)
        let reach = end ?? min(bytes.count, span.bytes.lowerBound + Self.width * 4)
        let stop = max(span.bytes.lowerBound, min(span.bytes.upperBound, reach))
        let head = Self.shown(bytes[start..<span.bytes.lowerBound])
        let before = (isCut || head.count > Self.before ? "…" : "") + head.suffix(Self.before)
        let found = String(Self.shown(bytes[span.bytes.lowerBound..<stop]).prefix(Self.width - before.count))
        let after = Self.shown(bytes[stop..<reach])
        let rest = after.prefix(max(0, Self.width - before.count - found.count))
        line =
            before + found + rest + (rest.count < after.count || end == nil && reach < bytes.count ? "…" : "")
        carets =
            String(repeating: " ", count: before.count) + String(repeating: "^", count: max(1, found.count))
    }

    private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "\t", omittingEmptySubsequences: false).map { inert(String($0)) }
            .joined(separator: "    ")
    }
}
