import Event

/// Events as messages of syslog (RFC 5424).
enum ExportSyslog {
    /// `log audit` (section 6.2.1).
    private static let facility = 13

    static func message(of event: ExportedEvent) -> [UInt8] {
        let priority = facility * 8 + level(event.severity)
        var text = "<\(priority)>1 \(event.time) - guardrun \(process(event)) \(name(event.type)) "
        // The number is the one that documentation uses (RFC 5612): guardrun has none of its own.
        text += "[guardrun@32473 run=\"\(value(event.run))\" seq=\"\(event.sequence)\""
        for member in [
            "severity", "threat", "rule", "op", "exe", "errno", "outcome", "limit", "tool", "hash",
        ] {
            if let given = event.text(member) { text += " \(member)=\"\(value(given))\"" }
        }
        if let subject = event.subject { text += " subject=\"\(value(subject))\"" }
        text += "] " + inert(event.message, limit: 1_000)
        return Array(text.utf8)
    }

    /// As syslog(3) numbers them, the worst first.
    static func level(_ severity: Event.Severity) -> Int {
        switch severity {
        case .critical: 2
        case .high: 3
        case .warning: 4
        case .info: 6
        }
    }

    private static func process(_ event: ExportedEvent) -> String {
        event.json["pid"]?.intValue.map { "\($0)" } ?? "-"
    }

    /// A name has 32 printable ASCII characters at most (section 6.2.7).
    private static func name(_ type: String) -> String {
        let kept = type.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F }.prefix(32)
        var name = String.UnicodeScalarView()
        for scalar in kept { name.append(scalar) }
        return name.isEmpty ? "-" : String(name)
    }

    /// Three characters are escaped in a value (section 6.3.3); what could end the line is spelled out.
    private static func value(_ text: String) -> String {
        var value = String.UnicodeScalarView()
        for scalar in inert(text, limit: 1_000).unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "]" { value.append("\\") }
            value.append(scalar)
        }
        return String(value)
    }
}

/// Events as entries of the systemd journal, in its export format (systemd.io/JOURNAL_EXPORT_FORMATS).
enum ExportJournal {
    static func entry(of event: ExportedEvent) -> [UInt8] {
        var out: [UInt8] = []
        add("__REALTIME_TIMESTAMP", "\(event.microseconds)", to: &out)
        add("MESSAGE", event.message, to: &out)
        add("PRIORITY", "\(ExportSyslog.level(event.severity))", to: &out)
        add("SYSLOG_IDENTIFIER", "guardrun", to: &out)
        add("SYSLOG_FACILITY", "13", to: &out)
        add("GUARDRUN_RUN", event.run, to: &out)
        add("GUARDRUN_SEQ", "\(event.sequence)", to: &out)
        add("GUARDRUN_TYPE", event.type, to: &out)
        for (name, field) in fields { if let text = event.text(name) { add(field, text, to: &out) } }
        if let subject = event.subject { add("GUARDRUN_SUBJECT", subject, to: &out) }
        if let pid = event.json["pid"]?.intValue { add("GUARDRUN_PID", "\(pid)", to: &out) }
        out.append(UInt8(ascii: "\n"))
        return out
    }

    private static let fields = [
        ("severity", "GUARDRUN_SEVERITY"), ("threat", "GUARDRUN_THREAT"), ("rule", "GUARDRUN_RULE"),
        ("op", "GUARDRUN_OP"), ("exe", "GUARDRUN_EXE"), ("errno", "GUARDRUN_ERRNO"),
        ("outcome", "GUARDRUN_OUTCOME"), ("limit", "GUARDRUN_LIMIT"), ("tool", "GUARDRUN_TOOL"),
        ("hash", "GUARDRUN_HASH"),
    ]

    /// A value that holds a control character comes with its length, so that it can hold anything.
    private static func add(_ name: String, _ value: String, to out: inout [UInt8]) {
        let bytes = Array(value.utf8)
        out += name.utf8
        if bytes.contains(where: { $0 < 0x20 && $0 != UInt8(ascii: "\t") }) {
            out.append(UInt8(ascii: "\n"))
            for place in 0..<8 { out.append(UInt8(truncatingIfNeeded: bytes.count >> (place * 8))) }
        } else {
            out.append(UInt8(ascii: "="))
        }
        out += bytes
        out.append(UInt8(ascii: "\n"))
    }
}
