import Audit
import Event

/// A trail as a timeline for people. Somebody may have written anything into the file, and it is still to be shown.
struct TrailText {
    private let terminal: Terminal
    /// How often an event came again, by its number.
    private var again: [Int64: Int64] = [:]

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// - Parameter again: how often an event came again, by its number.
    mutating func write(_ bytes: [UInt8], again: [Int64: Int64] = [:]) {
        self.again = again
        let lines = bytes.split(separator: UInt8(ascii: "\n"))
        var start: Int64?
        for line in lines {
            guard let event = JSONReader.event(line) else {
                terminal.line(terminal.styled("(a line that cannot be read)", .red))
                continue
            }
            let moment = event["mono_ns"]?.intValue ?? 0
            if start == nil { head(event) }
            let first = start ?? moment
            start = first
            terminal.line(text(event, milliseconds: (moment &- first) / 1_000_000))
        }
    }

    private func head(_ event: JSON) {
        guard event["type"]?.stringValue == Event.Kind.runStarted.rawValue else { return }
        let command = (event["command"]?.elements ?? []).compactMap { $0.stringValue }.joined(separator: " ")
        for (name, text) in [
            ("run", event["run_id"]?.stringValue), ("started", event["time"]?.stringValue),
            ("command", command), ("directory", event["directory"]?.stringValue),
            ("policy", event["policy"]?["name"]?.stringValue), ("code", event["code_digest"]?.stringValue),
        ] {
            guard let text else { continue }
            let padding = String(repeating: " ", count: 10 - name.count)
            terminal.line("\(terminal.styled(name, .dim))\(padding)\(inert(text))")
        }
        terminal.line()
    }

    private func text(_ event: JSON, milliseconds: Int64) -> String {
        let time = String(milliseconds)
        let padding = String(repeating: " ", count: max(0, 8 - time.count))
        var line = "\(padding)\(time) ms  \(Self.summary(event, terminal))"
        if let count = event["seq"]?.intValue.flatMap({ again[$0] }), count > 0 {
            line += terminal.styled("  and \(count) more time\(count == 1 ? "" : "s")", .bold)
        }
        return line
    }

    /// The kind of an event, its sentence, and what decided it.
    static func summary(_ event: JSON, _ terminal: Terminal) -> String {
        let kind = inert(event["type"]?.stringValue ?? "?", limit: 40)
        let column = kind + String(repeating: " ", count: max(1, 18 - kind.count))
        let style: Terminal.Style =
            switch event["severity"]?.stringValue {
            case "high", "critical": .red
            case "warning": .yellow
            default: .dim
            }
        let errno = event["errno"]?.stringValue.map { " (\(inert($0, limit: 40)))" } ?? ""
        let why = [event["threat"], event["rule"]].compactMap { $0?.stringValue }.joined(separator: ", ")
        return "\(terminal.styled(column, style))\(inert(event["message"]?.stringValue ?? ""))\(errno)"
            + (why.isEmpty ? "" : terminal.styled("  \(inert(why))", .dim))
    }
}
