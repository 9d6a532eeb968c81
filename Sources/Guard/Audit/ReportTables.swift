import Event

/// What was refused, by the harm it would have done.
enum ReportTables {
    /// Equal refusals of several runs are one line.
    private struct Row {
        let event: JSON
        var count: Int64
    }

    static func refusals(
        _ denials: [(event: JSON, count: Int64)], to page: inout Markup, heading: StaticString, id: String
    ) {
        page.raw("<section><")
        page.raw(heading)
        page.raw(">Refused</")
        page.raw(heading)
        page.raw(">\n")
        defer { page.raw("</section>\n") }
        guard !denials.isEmpty else {
            page.raw("<p>Nothing was refused.</p>\n")
            return
        }
        var threats: [(name: String, rows: [String: Row], order: [String])] = []
        for denial in denials {
            let threat = denial.event["threat"]?.stringValue ?? "no threat"
            let place: Int
            if let known = threats.firstIndex(where: { $0.name == threat }) {
                place = known
            } else {
                place = threats.count
                threats.append((threat, [:], []))
            }
            let key = "\(denial.event["op"]?.stringValue ?? "") \(denial.event["message"]?.stringValue ?? "")"
            if threats[place].rows[key] == nil { threats[place].order.append(key) }
            threats[place].rows[key, default: Row(event: denial.event, count: 0)].count &+= denial.count
        }
        for threat in threats {
            page.raw("<h3>")
            page.text(threat.name.split(separator: "_").joined(separator: " "), limit: 60)
            page.raw(
                "</h3>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Act</th><th scope=\"col\">What</th><th scope=\"col\">Arguments</th><th scope=\"col\">Answer</th><th scope=\"col\">Rule</th><th scope=\"col\" class=\"n\">Times</th></tr></thead><tbody>\n"
            )
            for key in threat.order.prefix(500) {
                guard let row = threat.rows[key] else { continue }
                page.raw("<tr><th scope=\"row\">")
                page.text(row.event["op"]?.stringValue ?? "", limit: 40)
                page.raw("</th>")
                page.cell(row.event["message"]?.stringValue ?? "")
                page.cell(arguments(row.event["args"]))
                page.cell(row.event["errno"]?.stringValue ?? "")
                page.cell(row.event["rule"]?.stringValue ?? "")
                page.raw("<td class=\"n\">")
                page.number(row.count)
                page.raw("</td></tr>\n")
            }
            page.raw("</tbody></table></div>\n")
        }
    }

    /// `path /etc/shadow, flags O_RDONLY`
    private static func arguments(_ arguments: JSON?) -> String {
        (arguments?.members ?? []).map { member in
            "\(member.name) \(member.value.stringValue ?? String(decoding: member.value.encoded, as: UTF8.self))"
        }.joined(separator: ", ")
    }
}
