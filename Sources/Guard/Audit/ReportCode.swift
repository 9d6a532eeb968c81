import Event

/// The code that ran, with what the scan found marked in it; where the trail holds no code, the findings alone.
enum ReportCode {
    static func write(_ scans: [JSON], to page: inout Markup) {
        guard !scans.isEmpty else { return }
        page.raw("<section><h2>The code</h2>\n")
        for scan in scans.prefix(50) {
            let findings = scan["findings"]?.elements ?? []
            page.raw("<h3>")
            page.text(scan["path"]?.stringValue ?? "", limit: 300)
            page.raw(" <span class=\"soft\">")
            page.text(scan["verdict"]?.stringValue ?? "", limit: 20)
            page.raw("</span></h3>\n")
            list(findings, &page)
            if let code = scan["code"]?.stringValue {
                listing(code, findings, &page)
            } else {
                page.raw("<p class=\"soft\">The trail holds its digest")
                if findings.contains(where: { $0["excerpt"] != nil }) {
                    page.raw(" and the lines that something was found in")
                }
                page.raw("; audit.code: full keeps all of it.</p>\n")
            }
        }
        page.raw("</section>\n")
    }

    private static func list(_ findings: [JSON], _ page: inout Markup) {
        guard !findings.isEmpty else {
            page.raw("<p>Nothing was found.</p>\n")
            return
        }
        page.raw(
            "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Place</th><th scope=\"col\">Level</th><th scope=\"col\">Threat</th><th scope=\"col\">Finding</th><th scope=\"col\">Code</th></tr></thead><tbody>\n"
        )
        for finding in findings {
            page.raw("<tr><td>")
            page.number(finding["line"]?.intValue ?? 0)
            page.raw(":")
            page.number(finding["column"]?.intValue ?? 0)
            page.raw("</td>")
            page.cell(finding["level"]?.stringValue ?? "")
            page.cell(finding["threat"]?.stringValue ?? "")
            page.cell(finding["message"]?.stringValue ?? "")
            page.raw("<td class=\"kind\">")
            page.text(finding["excerpt"]?.stringValue ?? "", limit: 300)
            page.raw("</td></tr>\n")
        }
        page.raw("</tbody></table></div>\n")
    }

    /// Lines with their numbers; a stretch that a finding is about is marked, where it lies within one line.
    private static func listing(_ code: String, _ findings: [JSON], _ page: inout Markup) {
        page.raw("<pre tabindex=\"0\" aria-label=\"The code, with findings marked\">")
        let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.prefix(2_000).enumerated() {
            page.raw("<span class=\"no\">")
            page.number(number + 1)
            page.raw("</span>")
            let scalars = Array(String(line).unicodeScalars.prefix(2_000))
            let marks = findings.filter { $0["line"]?.intValue == Int64(number + 1) }.compactMap { finding in
                mark(finding, in: scalars.count)
            }.sorted { $0.lowerBound < $1.lowerBound }
            var place = 0
            for mark in marks where mark.lowerBound >= place {
                text(scalars[place..<mark.lowerBound], &page)
                page.raw("<mark>")
                text(scalars[mark], &page)
                page.raw("</mark>")
                place = mark.upperBound
            }
            text(scalars[place...], &page)
            page.raw("\n")
        }
        page.raw("</pre>\n")
    }

    private static func mark(_ finding: JSON, in count: Int) -> Range<Int>? {
        guard let column = finding["column"]?.intValue, column >= 1, column <= count else { return nil }
        let isOneLine = finding["end_line"]?.intValue == finding["line"]?.intValue
        let end = isOneLine ? finding["end_column"]?.intValue ?? 0 : Int64(count + 1)
        return Int(column) - 1..<min(count, max(Int(column), Int(clamping: end) - 1))
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>, _ page: inout Markup) {
        var text = String.UnicodeScalarView()
        // A tab is no control character to spell out here.
        for scalar in scalars { text.append(scalar == "\t" ? " " : scalar) }
        page.text(String(text))
    }
}
