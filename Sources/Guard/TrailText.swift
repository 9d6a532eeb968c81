import Audit
import Event

/// A trail as a timeline for people.
struct TrailText {
    private let terminal: Terminal

    init(_ terminal: Terminal) { self.terminal = terminal }

    func write(_ bytes: [UInt8]) {
        var start: Int64?
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let event = JSONReader.value(line) else {
                terminal.line(terminal.styled("(a line that cannot be read)", .red))
                continue
            }
            let moment = event["mono_ns"]?.intValue ?? 0
            let first = start ?? moment
            start = first
            // Somebody may have written anything into the file, and it is still to be shown.
            terminal.line(text(event, milliseconds: (moment &- first) / 1_000_000))
        }
    }

    private func text(_ event: JSON, milliseconds: Int64) -> String {
        let time = String(milliseconds)
        let padding = String(repeating: " ", count: max(0, 8 - time.count))
        let kind = event["type"]?.stringValue ?? "?"
        let column = kind + String(repeating: " ", count: max(1, 18 - kind.count))
        let style: Terminal.Style =
            switch event["severity"]?.stringValue {
            case "high", "critical": .red
            case "warning": .yellow
            default: .dim
            }
        let errno = event["errno"]?.stringValue.map { " (\($0))" } ?? ""
        return
            "\(padding)\(time) ms  \(terminal.styled(column, style))\(inert(event["message"]?.stringValue ?? ""))\(errno)"
    }
}
