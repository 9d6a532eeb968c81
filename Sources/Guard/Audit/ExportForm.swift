import Audit
import Event
import Linux

/// The forms that other tools read events in.
enum ExportForm: String, CaseIterable {
    /// The lines of the trail as they are, with their hashes.
    case jsonl
    /// The Open Cybersecurity Schema Framework, an object a line.
    case ocsf
    /// OpenTelemetry's protocol as JSON: logs, and metrics of runs that have ended; a message a line, as its file
    /// exporters and receivers have it.
    case otlp
    case otlpMetrics = "otlp-metrics"
    /// RFC 4180, with a line that names the columns.
    case csv
    /// RFC 5424, a message a line.
    case syslog
    /// The journal's export format, for systemd-journal-remote(8).
    case journal

    /// What a web server is told that it is.
    var mediaType: String {
        switch self {
        case .jsonl, .ocsf: "application/x-ndjson"
        case .otlp, .otlpMetrics: "application/json"
        case .csv: "text/csv"
        case .syslog: "text/plain"
        case .journal: "application/vnd.fdo.journal"
        }
    }

    /// What stands before all events.
    var opening: [UInt8] { self == .csv ? ExportTable.header : [] }

    /// Whole lines of a trail in this form.
    func text(of block: [UInt8]) -> (bytes: [UInt8], strays: Int) {
        if self == .jsonl { return (block, 0) }
        var (events, strays) = ([ExportedEvent](), 0)
        for line in block.split(separator: UInt8(ascii: "\n")) {
            if let event = ExportedEvent(line) { events.append(event) } else { strays += 1 }
        }
        guard !events.isEmpty else { return ([], strays) }
        var out: [UInt8] = []
        switch self {
        case .jsonl: break
        case .ocsf: for event in events { add(ExportOCSF.object(of: event), to: &out) }
        case .otlp: add(ExportOTLP.logs(of: events), to: &out)
        case .otlpMetrics: for metrics in ExportOTLP.metrics(of: events) { add(metrics, to: &out) }
        case .csv: for event in events { out += ExportTable.row(of: event) }
        case .syslog: for event in events { out += ExportSyslog.message(of: event) + [UInt8(ascii: "\n")] }
        case .journal: for event in events { out += ExportJournal.entry(of: event) }
        }
        return (out, strays)
    }

    private func add(_ value: JSON, to out: inout [UInt8]) {
        value.write(to: &out)
        out.append(UInt8(ascii: "\n"))
    }
}

/// An event of a trail, by what every form asks for. Somebody may have written anything there, so nothing is taken for
/// granted but what makes it an event: a run, a place in it, a time and a type.
struct ExportedEvent {
    let json: JSON
    let run: String
    let sequence: Int64
    /// Since 1970.
    let microseconds: Int
    let time: String
    let type: String

    init?(_ line: ArraySlice<UInt8>) {
        guard let json = JSONReader.event(line), let run = json["run_id"]?.stringValue,
            let sequence = json["seq"]?.intValue, let time = json["time"]?.stringValue,
            let moment = Moment(rfc3339: time.utf8), let type = json["type"]?.stringValue
        else { return nil }
        self.json = json
        self.run = run
        self.sequence = sequence
        self.time = time
        microseconds = moment.microseconds
        self.type = type
    }

    var kind: Event.Kind? { Event.Kind(rawValue: type) }
    var severity: Event.Severity { text("severity").flatMap { Event.Severity(rawValue: $0) } ?? .info }
    var message: String { text("message") ?? "" }
    func text(_ name: String) -> String? { json[name]?.stringValue }

    /// What the act was on: a path, an address, a program.
    var subject: String? {
        let arguments = json["args"]
        return arguments?["path"]?.stringValue ?? arguments?["address"]?.stringValue
            ?? arguments?["argv"]?.elements?.first?.stringValue ?? text("path") ?? text("program")
            ?? text("tool")
    }

    /// What no form has a place of its own for.
    var rest: [JSON.Member] {
        let common = ["v", "run_id", "seq", "time", "type", "severity", "message"]
        return (json.members ?? []).filter { !common.contains($0.name) }
    }
}
