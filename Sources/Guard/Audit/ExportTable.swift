import Event

/// Events as a table (RFC 4180).
enum ExportTable {
    private static let columns = [
        "run_id", "seq", "time", "type", "severity", "threat", "rule", "op", "subject", "pid", "exe", "errno",
        "message", "hash",
    ]

    static let header = Array((columns.joined(separator: ",") + "\r\n").utf8)

    static func row(of event: ExportedEvent) -> [UInt8] {
        let cells = columns.map { column in
            switch column {
            case "seq": "\(event.sequence)"
            case "pid": event.json["pid"]?.intValue.map { "\($0)" } ?? ""
            case "subject": quoted(event.subject ?? "")
            default: quoted(event.text(column) ?? "")
            }
        }
        return Array((cells.joined(separator: ",") + "\r\n").utf8)
    }

    /// Spreadsheets take a cell that begins with one of these for a formula, quoted or not; behind an apostrophe it is
    /// text.
    private static let formulas: [Unicode.Scalar] = ["=", "+", "-", "@"]

    private static func quoted(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return "" }
        var cell = "\""
        if formulas.contains(first) { cell += "'" }
        for scalar in inert(text, limit: 32_000).unicodeScalars {
            if scalar == "\"" { cell += "\"" }
            cell.unicodeScalars.append(scalar)
        }
        return cell + "\""
    }
}
