import Event
import Linux

/// Events in the Open Cybersecurity Schema Framework, version 1.8.0 (schema.ocsf.io). What was refused, found or ended a
/// run is a Detection Finding; the start and end of a run are Application Lifecycle; the rest is the Base Event. What
/// the schema has no name for stands under `unmapped`, as it was.
enum ExportOCSF {
    static func object(of event: ExportedEvent) -> JSON {
        switch event.kind {
        case .policyViolation, .toolCallBlocked, .limitExceeded, .driftDetected: finding(event, .blocked)
        case .scanFinished where event.json["findings"]?.elements?.isEmpty == false:
            finding(event, ["deny", "ask"].contains(event.text("verdict")) ? .blocked : .logged)
        case .runStarted: lifecycle(event, 3, "Start")
        case .runFinished: lifecycle(event, 4, "Stop")
        default: base(event)
        }
    }

    /// What became of it (the profile `security_control`).
    private enum Disposition {
        case blocked, logged

        var members: [JSON.Member] {
            switch self {
            case .blocked:
                [
                    .init("action_id", 2), .init("action", "Denied"), .init("disposition_id", 2),
                    .init("disposition", "Blocked"),
                ]
            case .logged:
                [
                    .init("action_id", 3), .init("action", "Observed"), .init("disposition_id", 17),
                    .init("disposition", "Logged"),
                ]
            }
        }
    }

    private static func finding(_ event: ExportedEvent, _ disposition: Disposition) -> JSON {
        let rule = event.text("rule") ?? event.text("limit") ?? event.type
        var about: [JSON.Member] = [
            .init("uid", .string(identifier(event))), .init("title", .string(event.message)),
            .init("created_time", .number(milliseconds(event))),
            .init(
                "analytic",
                .object([
                    .init("type_id", 1), .init("type", "Rule"), .init("name", .string(rule)),
                    .init("uid", .string(rule)),
                ])),
        ]
        if let threat = event.text("threat") { about.append(.init("types", .array([.string(threat)]))) }
        var members = classified(event, 2, "Findings", 2_004, "Detection Finding", 1, "Create")
        members += disposition.members
        members += [
            .init("is_alert", .bool(disposition == .blocked)), .init("status_id", 1), .init("status", "New"),
            .init("finding_info", .object(about)),
        ]
        let evidence = evidence(event)
        if !evidence.isEmpty { members.append(.init("evidences", .array([.object(evidence)]))) }
        return .object(members)
    }

    /// The process that acted, and the file or the address that it acted on.
    private static func evidence(_ event: ExportedEvent) -> [JSON.Member] {
        var evidence: [JSON.Member] = []
        if let pid = event.json["pid"]?.intValue {
            var process: [JSON.Member] = [.init("pid", .int(pid))]
            if let program = event.text("exe") {
                process += [.init("name", .string(lastName(program))), .init("file", file(program))]
            }
            evidence.append(.init("process", .object(process)))
        }
        if let path = event.json["args"]?["path"]?.stringValue { evidence.append(.init("file", file(path))) }
        let address = event.json["args"]?["host"]?.stringValue ?? event.json["args"]?["address"]?.stringValue
        if let address, event.json["args"]?["port"]?.intValue != nil {
            var endpoint: [JSON.Member] = [
                .init(isAddress(address) ? "ip" : "hostname", .string(address))
            ]
            if let port = event.json["args"]?["port"]?.intValue { endpoint.append(.init("port", .int(port))) }
            evidence.append(.init("dst_endpoint", .object(endpoint)))
        }
        return evidence
    }

    /// A name has letters beyond those of hexadecimal numbers; an address has not.
    private static func isAddress(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "."), UInt8(ascii: ":"):
                true
            default: false
            }
        }
    }

    private static func file(_ path: String) -> JSON {
        .object([
            .init("name", .string(lastName(path))), .init("path", .string(path)), .init("type_id", 0),
        ])
    }

    private static func lastName(_ path: String) -> String {
        let name = Path(path).name
        return name.isEmpty ? path : name
    }

    private static func lifecycle(_ event: ExportedEvent, _ activity: Int, _ name: String) -> JSON {
        let program = event.text("program")
        let app = JSON.object([
            .init("name", .string(program.map(lastName) ?? "guarded program")),
            .init("vendor_name", "guarded program"),
        ])
        var members = classified(
            event, 6, "Application Activity", 6_002, "Application Lifecycle", activity, name)
        members.append(.init("app", app))
        if event.kind == .runFinished {
            let isCompleted = event.text("outcome") == "completed"
            members += [
                .init("status_id", isCompleted ? 1 : 2), .init("status", isCompleted ? "Success" : "Failure"),
                .init("status_detail", .string(event.message)),
            ]
            if let outcome = event.text("outcome") { members.append(.init("status_code", .string(outcome))) }
        }
        return .object(members)
    }

    private static func base(_ event: ExportedEvent) -> JSON {
        .object(classified(event, 0, "Uncategorized", 0, "Base Event", 99, event.type))
    }

    /// What every class has.
    private static func classified(
        _ event: ExportedEvent, _ category: Int, _ categoryName: String, _ class_: Int, _ className: String,
        _ activity: Int, _ activityName: String
    ) -> [JSON.Member] {
        let (severity, severityName) = severity(event.severity)
        var metadata: [JSON.Member] = [
            .init("version", "1.8.0"),
            .init(
                "product",
                .object([
                    .init("name", "guardrun"), .init("vendor_name", "guardrun"),
                    .init("version", .string(Help.versionNumber)),
                ])),
            .init("uid", .string(identifier(event))), .init("correlation_uid", .string(event.run)),
            .init("event_code", .string(event.type)), .init("sequence", .int(event.sequence)),
            .init("original_time", .string(event.time)), .init("log_name", "guardrun audit trail"),
        ]
        if class_ == 2_004 { metadata.append(.init("profiles", ["security_control"])) }
        var members: [JSON.Member] = [
            .init("activity_id", .number(activity)), .init("activity_name", .string(activityName)),
            .init("category_uid", .number(category)), .init("category_name", .string(categoryName)),
            .init("class_uid", .number(class_)), .init("class_name", .string(className)),
            .init("type_uid", .number(class_ * 100 + activity)),
            .init("type_name", .string("\(className): \(activity == 99 ? "Other" : activityName)")),
            .init("time", .number(milliseconds(event))), .init("timezone_offset", 0),
            .init("severity_id", .number(severity)), .init("severity", .string(severityName)),
            .init("message", .string(event.message)), .init("metadata", .object(metadata)),
        ]
        let rest = event.rest
        if !rest.isEmpty { members.append(.init("unmapped", .object(rest))) }
        return members
    }

    private static func identifier(_ event: ExportedEvent) -> String { "\(event.run):\(event.sequence)" }
    private static func milliseconds(_ event: ExportedEvent) -> Int { event.microseconds / 1_000 }

    private static func severity(_ severity: Event.Severity) -> (Int, String) {
        switch severity {
        case .info: (1, "Informational")
        case .warning: (3, "Medium")
        case .high: (4, "High")
        case .critical: (5, "Critical")
        }
    }
}
