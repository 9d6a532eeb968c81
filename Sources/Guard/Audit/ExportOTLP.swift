import Event

/// Events in OpenTelemetry's protocol, encoded as JSON (opentelemetry.io/docs/specs/otlp, JSON Protobuf encoding: names in
/// lowerCamelCase, 64-bit numbers as strings).
enum ExportOTLP {
    /// One message with these events as log records.
    static func logs(of events: [ExportedEvent]) -> JSON {
        .object([
            .init(
                "resourceLogs",
                .array([
                    .object([
                        .init("resource", resource),
                        .init(
                            "scopeLogs",
                            .array([
                                .object([
                                    .init("scope", scope), .init("logRecords", .array(events.map(record))),
                                ])
                            ])),
                    ])
                ]))
        ])
    }

    private static func record(_ event: ExportedEvent) -> JSON {
        let (number, text) = severity(event.severity)
        return .object([
            .init("timeUnixNano", .string("\(event.microseconds)000")),
            .init("observedTimeUnixNano", .string("\(event.microseconds)000")),
            .init("severityNumber", .number(number)), .init("severityText", .string(text)),
            .init("eventName", .string("guardrun.\(event.type)")),
            .init("body", .object([.init("stringValue", .string(event.message))])),
            .init(
                "attributes",
                .array(
                    [
                        attribute("guardrun.run_id", .string(event.run)),
                        attribute("guardrun.seq", .int(event.sequence)),
                        attribute("guardrun.type", .string(event.type)),
                    ] + known(event)
                        + event.rest.map { attribute("guardrun.\($0.name)", $0.value) })),
        ])
    }

    /// Under the names of OpenTelemetry's own conventions, where it has one.
    private static func known(_ event: ExportedEvent) -> [JSON] {
        var found: [JSON] = []
        if let pid = event.json["pid"]?.intValue { found.append(attribute("process.pid", .int(pid))) }
        if let program = event.text("exe") {
            found.append(attribute("process.executable.path", .string(program)))
        }
        return found
    }

    /// What runs that have ended used, a message for each.
    static func metrics(of events: [ExportedEvent]) -> [JSON] {
        events.filter { $0.kind == .runFinished }.map { event in
            let usage = event.json["usage"]
            let counts = event.json["counts"]
            let points: [(name: String, unit: String, value: Int64?)] = [
                ("guardrun.run.duration", "ms", usage?["wall_ms"]?.intValue),
                ("guardrun.run.cpu.time", "ms", usage?["cpu_ms"]?.intValue),
                ("guardrun.run.memory.peak", "By", usage?["peak_memory_bytes"]?.intValue),
                ("guardrun.run.processes", "{process}", usage?["processes"]?.intValue),
                ("guardrun.run.output", "By", usage?["output_bytes"]?.intValue),
                ("guardrun.run.violations", "{violation}", counts?["violations"]?.intValue),
                ("guardrun.run.tool_calls", "{call}", counts?["tool_calls"]?.intValue),
                ("guardrun.run.execs", "{exec}", counts?["execs"]?.intValue),
            ]
            let labels = JSON.array([
                attribute("guardrun.run_id", .string(event.run)),
                attribute("guardrun.outcome", .string(event.text("outcome") ?? "")),
            ])
            let metrics = points.compactMap { point in
                point.value.map { value in
                    JSON.object([
                        .init("name", .string(point.name)), .init("unit", .string(point.unit)),
                        .init(
                            "gauge",
                            .object([
                                .init(
                                    "dataPoints",
                                    .array([
                                        .object([
                                            .init("attributes", labels),
                                            .init("timeUnixNano", .string("\(event.microseconds)000")),
                                            .init("asInt", .string("\(value)")),
                                        ])
                                    ]))
                            ])),
                    ])
                }
            }
            let scoped = JSON.object([.init("scope", scope), .init("metrics", .array(metrics))])
            return .object([
                .init(
                    "resourceMetrics",
                    .array([.object([.init("resource", resource), .init("scopeMetrics", .array([scoped]))])]))
            ])
        }
    }

    private static let resource = JSON.object([
        .init(
            "attributes",
            .array([
                attribute("service.name", "guardrun"),
                attribute("service.version", .string(Help.versionNumber)),
            ]))
    ])

    private static let scope = JSON.object([
        .init("name", "guardrun"), .init("version", .string(Help.versionNumber)),
    ])

    /// The numbers of the log data model: INFO, WARN, ERROR, FATAL.
    private static func severity(_ severity: Event.Severity) -> (Int, String) {
        switch severity {
        case .info: (9, "INFO")
        case .warning: (13, "WARN")
        case .high: (17, "ERROR")
        case .critical: (21, "FATAL")
        }
    }

    private static func attribute(_ name: String, _ value: JSON) -> JSON {
        .object([.init("key", .string(name)), .init("value", any(value))])
    }

    /// AnyValue; nothing is deeper than the JSON that was read.
    private static func any(_ value: JSON) -> JSON {
        switch value {
        case .null: .object([])
        case .bool(let flag): .object([.init("boolValue", .bool(flag))])
        case .int(let number): .object([.init("intValue", .string("\(number)"))])
        case .fraction: .object([.init("doubleValue", value)])
        case .string: .object([.init("stringValue", value)])
        case .array(let values):
            .object([.init("arrayValue", .object([.init("values", .array(values.map(any)))]))])
        case .object(let members):
            .object([
                .init(
                    "kvlistValue",
                    .object([.init("values", .array(members.map { attribute($0.name, $0.value) }))]))
            ])
        }
    }
}
