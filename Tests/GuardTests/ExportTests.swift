import Audit
import Event
import Foundation
import Linux
import Testing

@testable import Guard

/// Events in the forms of other tools.
@Suite("Exporting events", .timeLimit(.minutes(60)))
struct ExportTests {
    /// What somebody may have called a file: it ends lines, cells and messages, and turns writing around.
    private static let hostile = "=cmd|' /C calc'!A0\"]\\\n<1>1 x\r\n,\"\u{1B}[31m\u{202E}\u{0}'"

    /// An event of every type, with hostile words in it.
    private static func events() -> [ExportedEvent] {
        Event.Kind.allCases.enumerated().compactMap { number, kind in
            let fields: [JSON.Member] = [
                .init("op", "open"),
                .init("args", ["path": .string(hostile), "port": 443, "host": "192.0.2.1"]),
                .init("pid", 7), .init("exe", .string("/usr/bin/" + hostile)), .init("errno", "ENOENT"),
                .init("program", .string(hostile)), .init("outcome", "completed"), .init("verdict", "deny"),
                .init("findings", [["rule": "x"]]), .init("usage", ["wall_ms": 5, "cpu_ms": 4]),
                .init("counts", ["violations": 2]), .init("enforcement", ["a": ["b", .null, true, 2]]),
            ]
            let event = Event(
                kind, .high, rule: hostile, threat: .credentialAccess, hostile, fields: fields)
            let members: [JSON.Member] =
                [
                    .init("v", 1), .init("run_id", "20261126-061210-639661-19c1439e"),
                    .init("seq", .number(number)), .init("time", "2026-11-26T06:12:10.639661Z"),
                    .init("mono_ns", 1),
                ] + event.members + [.init("hash", "ab")]
            return ExportedEvent(JSON.object(members).encoded[...])
        }
    }

    private static func block() -> [UInt8] { events().flatMap { $0.json.encoded + [10] } }

    private static func lines(_ form: ExportForm) -> [String] {
        String(decoding: form.text(of: block()).bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("each event is one of the schema's, by its rules")
    func ocsf() throws {
        let schema = try SchemaOCSF()
        let lines = Self.lines(.ocsf)
        #expect(lines.count == Event.Kind.allCases.count)
        try #require(!lines.isEmpty)
        for line in lines { #expect(try schema.faults(line) == [], "\(line)") }
        // The rules are rules.
        let line = try #require(lines.first { $0.contains("\"class_uid\":2004") })
        #expect(line.contains("\"disposition\":\"Blocked\""))
        for (old, new) in [
            ("\"severity_id\":4", "\"severity_id\":44"), ("\"severity_id\":4,", ""),
            ("\"time\":", "\"when\":"), ("\"type_uid\":200401", "\"type_uid\":200402"),
            ("\"pid\":7", "\"pid\":\"7\""), ("\"finding_info\":{\"uid\"", "\"finding_info\":{\"id\""),
        ] {
            #expect(line.contains(old))
            #expect(try !schema.faults(line.replacingOccurrences(of: old, with: new)).isEmpty, "\(new)")
        }
    }

    @Test("log records and metrics have the shape of the protocol")
    func otlp() throws {
        try #require(!Self.lines(.otlp).isEmpty)
        let logs = try #require(JSONReader.event(Self.lines(.otlp)[0].utf8))
        let scope = logs["resourceLogs"]?.elements?.first?["scopeLogs"]?.elements?.first
        let records = scope?["logRecords"]?.elements ?? []
        #expect(records.count == Event.Kind.allCases.count)
        let record = try #require(records.first)
        #expect(record["timeUnixNano"] == "1795673530639661000")
        #expect(record["severityNumber"] == 17 && record["severityText"] == "ERROR")
        #expect(record["body"]?["stringValue"]?.stringValue == Self.hostile)
        func attribute(_ name: String) -> JSON? {
            record["attributes"]?.elements?.first { $0["key"]?.stringValue == name }?["value"]
        }
        #expect(attribute("process.pid") == ["intValue": "7"])
        #expect(attribute("guardrun.op") == ["stringValue": "open"])
        #expect(attribute("guardrun.enforcement")?["kvlistValue"]?["values"]?.elements?.count == 1)
        // 64-bit numbers are strings, and there is no null.
        #expect(!Self.lines(.otlp)[0].contains("null"))
        let metrics = try #require(JSONReader.value(Self.lines(.otlpMetrics)[0].utf8))
        let points = metrics["resourceMetrics"]?.elements?.first?["scopeMetrics"]?.elements?.first?["metrics"]
        #expect(
            points?.elements?.compactMap { $0["name"]?.stringValue } == [
                "guardrun.run.duration", "guardrun.run.cpu.time", "guardrun.run.violations",
            ])
        #expect(Self.lines(.otlpMetrics).count == 1)
    }

    @Test("a message of syslog is one line, and what is in it ends nothing")
    func syslog() throws {
        let lines = Self.lines(.syslog)
        #expect(lines.count == Event.Kind.allCases.count)
        let pattern = try Regex(
            #"<10[0-9]{1}>1 2026-11-26T06:12:10\.639661Z - guardrun 7 [\x21-\x7e]{1,32} \[guardrun@32473( [a-z]+="([^"\\\]]|\\["\\\]])*")+\] .*"#
        )
        for line in lines {
            #expect(line.wholeMatch(of: pattern) != nil, "\(line)")
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E }, "\(line)")
        }
    }

    @Test("a table has a row an event, and no cell is a formula")
    func csv() throws {
        #expect(ExportForm.csv.opening.suffix(2) == [13, 10])
        let text = String(decoding: ExportForm.csv.text(of: Self.block()).bytes, as: UTF8.self)
        let rows = text.components(separatedBy: "\r\n").dropLast()
        #expect(rows.count == Event.Kind.allCases.count)
        for row in rows {
            #expect(row.contains("\"'=cmd"))
            #expect(!row.contains("\n") && !row.contains("\u{1B}"))
            // Cells are closed: outside of them there is nothing but commas and numbers.
            let outside = row.components(separatedBy: "\"").enumerated().filter { $0.offset % 2 == 0 }
            #expect(outside.allSatisfy { $0.element.allSatisfy { $0 == "," || $0.isNumber } }, "\(row)")
        }
    }

    @Test("an entry of the journal holds everything, with its length")
    func journal() throws {
        let bytes = ExportForm.journal.text(of: Self.block()).bytes
        var rest = bytes[...]
        var entries = 0
        var messages: [[UInt8]] = []
        // A reader of the format: NAME=VALUE, or NAME, a length of eight bytes and so many bytes.
        while let end = rest.firstIndex(of: 10) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            if line.isEmpty {
                entries += 1
            } else if !line.contains(UInt8(ascii: "=")) {
                let count = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
                let value = Array(rest.dropFirst(8).prefix(count))
                if line.elementsEqual("MESSAGE".utf8) { messages.append(value) }
                rest = rest.dropFirst(8 + count)
                #expect(rest.first == 10)
                rest = rest.dropFirst()
            }
        }
        #expect(rest.isEmpty && entries == Event.Kind.allCases.count)
        #expect(messages.count == entries)
        #expect(messages.allSatisfy { $0.elementsEqual(Self.hostile.utf8) })
    }

    @Test("garbage is counted and left out")
    func garbage() {
        var block = Self.block()
        block += Array("{}\nnot json\n{\"run_id\":1}\n\u{0}\n".utf8)
        for form in ExportForm.allCases where form != .jsonl {
            #expect(form.text(of: block).strays == 4, "\(form)")
        }
        #expect(ExportForm.jsonl.text(of: block).bytes == block)
    }

    @Test("a run is exported in every form from the command line", arguments: Caller.possible)
    func command(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("hidden-thing")
        let seen = try Guarded(caller, in: scratch).run(["--", "/bin/sh", "-c", "read x < \(secret)"])
        func export(_ words: String...) throws -> Command.Result {
            try Command(
                [Shared.guardrun, "audit", "export", "--audit", seen.audit.path] + words, as: caller,
                in: scratch.url
            ).run()
        }
        let lines = try export("last")
        #expect(lines.status == 0 && Array(lines.output.utf8) == seen.trail)
        for form in ExportForm.allCases {
            let whole = try export("last", "--format", form.rawValue)
            #expect(whole.status == 0, "\(form): \(whole.errors)")
            let expected = form.opening + form.text(of: seen.trail).bytes
            #expect(Array(whole.output.utf8) == expected, "\(form)")
        }
        let schema = try SchemaOCSF()
        for line in try export("--since", "1h", "--format", "ocsf").output.split(separator: "\n") {
            #expect(try schema.faults(String(line)) == [])
        }
        let some = try export("--format", "csv", "--type", "policy_violation", "-o", "out.csv")
        #expect(some.status == 0 && some.output.isEmpty)
        let rows = scratch.contents("out.csv")?.components(separatedBy: "\r\n") ?? []
        #expect(rows.count == 3 && rows[1].contains(secret), "\(rows)")
        #expect(try export("--format", "ocfs").errors.contains("did you mean ocsf?"))
        #expect(try export("never").errors.contains("no run is named 'never'"))
    }
}
