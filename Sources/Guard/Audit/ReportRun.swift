import Audit
import Event

/// One run of a report, read from its trail. Any of it may have been written by anybody.
struct ReportRun {
    let name: String
    private let events: [JSON]
    private let first: JSON?
    private let last: JSON?
    let outcome: String
    /// What was refused, with how often.
    let denials: [(event: JSON, count: Int64)]

    init(_ run: RunID, _ bytes: [UInt8], tally: [Repeat]) {
        name = run.description
        events = bytes.split(separator: UInt8(ascii: "\n")).compactMap { JSONReader.event($0) }
        first = events.first { Self.kind($0) == Event.Kind.runStarted.rawValue }
        last = events.last.flatMap { Self.kind($0) == Event.Kind.runFinished.rawValue ? $0 : nil }
        outcome = last?["outcome"]?.stringValue ?? "no seal"
        var again: [Int64: Int64] = [:]
        for one in tally { again[Int64(clamping: one.sequence)] = Int64(clamping: one.count) }
        for one in last?["repeated"]?.elements ?? [] {
            if let number = one["seq"]?.intValue { again[number] = one["count"]?.intValue }
        }
        denials = events.filter { Self.kind($0) == Event.Kind.policyViolation.rawValue }.map { event in
            (event, 1 &+ (event["seq"]?.intValue.flatMap { again[$0] } ?? 0))
        }
    }

    private static func kind(_ event: JSON) -> String { event["type"]?.stringValue ?? "" }

    var started: String { first?["time"]?.stringValue ?? events.first?["time"]?.stringValue ?? "" }
    var policy: String { first?["policy"]?["name"]?.stringValue ?? "" }
    var command: String {
        (first?["command"]?.elements ?? []).compactMap { $0.stringValue }.joined(separator: " ")
    }
    var refused: Int64 { denials.reduce(0) { $0 &+ $1.count } }
    var wall: String { usage("wall_ms").map(String.init) ?? "" }

    private func usage(_ name: String) -> Int64? { last?["usage"]?[name]?.intValue }

    func write(to page: inout Markup) {
        facts(&page)
        ReportTables.refusals(denials, to: &page, heading: "h2", id: name)
        ReportCode.write(events.filter { Self.kind($0) == Event.Kind.scanFinished.rawValue }, to: &page)
        timeline(&page)
        enforcement(&page)
    }

    private func facts(_ page: inout Markup) {
        page.raw("<section><h2>The run</h2>\n<dl>\n")
        page.fact("Run", name)
        page.fact("Started", started)
        page.fact("Command", command)
        page.fact("Program", first?["program"]?.stringValue)
        page.fact("Directory", first?["directory"]?.stringValue)
        page.fact("User", first?["uid"]?.intValue.map { "\($0)" })
        page.fact("Outcome", outcome)
        page.fact("Reason", last?["message"]?.stringValue)
        page.fact("Exit status", last?["exit_status"]?.intValue.map { "\($0)" })
        page.fact("Limit", last?["limit"]?.stringValue)
        page.fact(
            "Time", usage("wall_ms").map { "\($0) ms, of which \(usage("cpu_ms") ?? 0) ms on a processor" })
        page.fact("Memory", usage("peak_memory_bytes").map { "\($0 / 1_024) KiB at most" })
        page.fact("Processes", usage("processes").map { "\($0)" })
        page.fact("Output", usage("output_bytes").map { "\($0) bytes" })
        page.fact("Policy", policy)
        page.fact("Policy digest", first?["policy"]?["digest"]?.stringValue)
        page.fact("Code digest", first?["code_digest"]?.stringValue)
        page.raw("</dl>\n")
        plot(&page)
        page.raw("</section>\n")
    }

    /// When things happened: a mark for each event along the time of the run.
    private func plot(_ page: inout Markup) {
        let moments = events.compactMap { $0["mono_ns"]?.intValue }
        guard let start = moments.first, let end = moments.last, end > start else { return }
        let length = Double(end) - Double(start)
        page.raw(
            "<h3>When it happened</h3>\n<svg role=\"img\" viewBox=\"0 0 720 60\" aria-label=\"Events along the time of the run; refusals are the tall marks\">\n"
        )
        page.raw("<line class=\"axis\" x1=\"10\" x2=\"710\" y1=\"40\" y2=\"40\"/>\n")
        for event in events.prefix(2_000) {
            guard let moment = event["mono_ns"]?.intValue else { continue }
            let place = min(1, max(0, (Double(moment) - Double(start)) / length))
            let isRefusal = Self.kind(event) == Event.Kind.policyViolation.rawValue
            page.raw("<rect class=\"dot ")
            if isRefusal { page.raw("bad") }
            page.raw("\" x=\"")
            page.number(Int(10 + place * 697))
            if isRefusal {
                page.raw("\" y=\"12\" width=\"3\" height=\"28\"/>\n")
            } else {
                page.raw("\" y=\"30\" width=\"3\" height=\"10\"/>\n")
            }
        }
        page.raw("<text x=\"10\" y=\"56\">0 ms</text><text x=\"710\" y=\"56\" text-anchor=\"end\">")
        page.number(Int(length / 1_000_000))
        page.raw(" ms</text>\n</svg>\n")
    }

    private func timeline(_ page: inout Markup) {
        page.raw("<section><h2>Timeline</h2>\n<ol class=\"time\">\n")
        let start = events.first?["mono_ns"]?.intValue ?? 0
        var again: [Int64: Int64] = [:]
        for one in denials { if let number = one.event["seq"]?.intValue { again[number] = one.count } }
        for event in events.prefix(5_000) {
            page.raw("<li><span class=\"at\">")
            page.number(((event["mono_ns"]?.intValue ?? start) &- start) / 1_000_000)
            page.raw(" ms</span><span class=\"kind ")
            switch event["severity"]?.stringValue {
            case "high", "critical": page.raw("bad")
            case "warning": page.raw("warn")
            default: page.raw("soft")
            }
            page.raw("\">")
            page.text(Self.kind(event), limit: 60)
            page.raw("</span><span>")
            page.text(event["message"]?.stringValue ?? "", limit: 1_000)
            if let count = event["seq"]?.intValue.flatMap({ again[$0] }), count > 1 {
                page.raw(" <strong>")
                page.number(count)
                page.raw(" times</strong>")
            }
            page.raw("</span></li>\n")
        }
        page.raw("</ol>\n")
        if events.count > 5_000 {
            page.raw("<p class=\"cut\">")
            page.number(events.count - 5_000)
            page.raw(" more events are in the trail.</p>\n")
        }
        page.raw("</section>\n")
    }

    private func enforcement(_ page: inout Markup) {
        guard let rows = first?["enforcement"]?.members, !rows.isEmpty else { return }
        page.raw("<section><h2>What was enforced</h2>\n<div class=\"scroll\"><table><caption>By the policy ")
        page.text(policy)
        let documents = (first?["policy"]?["composed_of"]?.elements ?? []).compactMap { $0.stringValue }
        if !documents.isEmpty {
            page.raw(", composed of ")
            page.text(documents.joined(separator: ", "))
        }
        page.raw(
            "</caption><thead><tr><th scope=\"col\">Mechanism</th><th scope=\"col\">State</th><th scope=\"col\">Why</th></tr></thead><tbody>\n"
        )
        for row in rows {
            let state = row.value["state"]?.stringValue ?? ""
            page.raw("<tr><th scope=\"row\">")
            page.text(row.name)
            page.raw("</th><td class=\"")
            if state == "enforced" { page.raw("good") } else { page.raw("warn") }
            page.raw("\">")
            page.text(state)
            page.raw("</td>")
            page.cell(row.value["why"]?.stringValue ?? "")
            page.raw("</tr>\n")
        }
        page.raw("</tbody></table></div></section>\n")
    }
}
