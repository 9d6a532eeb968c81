import Audit
import Event
import Policy
import Scan

/// The events of a session's cells and tools.
enum SessionEvents {
    /// - Parameter kept: how much of the code the event tells.
    static func scanned(
        _ verdict: Verdict, cell: Int64, _ code: [UInt8], isAllowed: Bool, kept: AuditRules.Code
    ) -> Event {
        let source = Source(name: verdict.name, language: verdict.language, bytes: code, place: .step)
        let count = verdict.findings.count
        return Event(
            .scanFinished, !isAllowed ? .high : verdict.action == .allow ? .info : .warning,
            "cell \(cell) was scanned: \(count) finding\(count == 1 ? "" : "s"), "
                + (isAllowed ? "it may run" : "it is refused"),
            fields: [
                .init("cell", .number(cell)), .init("code_digest", .string(Digest(code).description)),
                .init("language", .string(verdict.language.rawValue)),
                .init("verdict", .string(verdict.action.rawValue)),
                .init("findings", findings(verdict, in: kept == .digest ? nil : source)),
            ] + (kept == .full ? [.init("code", .text(code))] : []))
    }

    static func compiled(
        _ code: GuestMessage.Compiled, _ verdict: Verdict, digest: Digest, threats: String, isAllowed: Bool
    ) -> Event {
        Event(
            .codeCompiled, !isAllowed ? .high : verdict.action == .allow ? .info : .warning,
            rule: isAllowed ? nil : "scan.threats",
            isAllowed
                ? "code was made while cell \(code.id) ran, and may run"
                : "code that was made while cell \(code.id) ran is refused: the scan found \(threats)",
            fields: [
                .init("cell", .number(code.id)), .init("origin", .string(code.origin.rawValue)),
                .init("name", .string(shown(code.name))), .init("code_digest", .string(digest.description)),
                .init("decision", .string(isAllowed ? "allow" : "deny")),
                .init("findings", findings(verdict)),
                .init("source", "guest"),
            ])
    }

    /// As the trail and the host get them; with the lines they are in, where their source is given.
    static func findings(_ verdict: Verdict, in source: Source? = nil) -> JSON {
        .array(verdict.findings.prefix(200).map { json($0, in: source) })
    }

    private static func json(_ judged: Verdict.Judged, in source: Source?) -> JSON {
        let finding = judged.finding
        var members: [JSON.Member] = [
            .init("rule", .string(finding.rule)), .init("threat", .string(finding.threat.rawValue)),
            .init("level", .string(finding.level.rawValue)), .init("action", .string(judged.action.rawValue)),
            .init("line", .number(finding.span.line)), .init("column", .number(finding.span.column)),
        ]
        if let source {
            members.append(.init("excerpt", .text(source.line(at: finding.span.bytes.lowerBound))))
        }
        members.append(.init("message", .string(finding.message)))
        if let allowed = judged.allowed { members.append(.init("allowed", .string(allowed))) }
        return .object(members)
    }

    static func toolStarted(_ call: GuestMessage.ToolCall, digest: Digest) -> Event {
        Event(
            .toolCallStarted, .info, "the tool \(call.name) is called", fields: fields(call, digest))
    }

    static func toolBlocked(
        _ call: GuestMessage.ToolCall, digest: Digest, rule: String, reason: String
    ) -> Event {
        Event(
            .toolCallBlocked, .high, rule: rule,
            "a call of the tool \(shown(call.name)) is blocked: \(reason)",
            fields: fields(call, digest))
    }

    static func toolFinished(_ call: GuestMessage.ToolCall, digest: Digest, result: Digest, failed: Bool)
        -> Event
    {
        Event(
            .toolCallFinished, failed ? .warning : .info,
            "the tool \(call.name) \(failed ? "failed" : "has answered")",
            fields: fields(call, digest) + [
                .init("failed", .bool(failed)), .init("result_digest", .string(result.description)),
            ])
    }

    static func approvalRequested(_ call: GuestMessage.ToolCall, digest: Digest, rule: String) -> Event {
        Event(
            .approvalRequested, .info, rule: rule, "a call of the tool \(call.name) is to be approved",
            fields: fields(call, digest))
    }

    static func approvalDecided(
        _ call: GuestMessage.ToolCall, digest: Digest, rule: String, isAllowed: Bool, by: String
    ) -> Event {
        Event(
            .approvalDecided, isAllowed ? .info : .high, rule: rule,
            "the call of the tool \(call.name) is \(isAllowed ? "approved" : "not approved") by \(shown(by))",
            fields: fields(call, digest) + [
                .init("decision", .string(isAllowed ? "allow" : "deny")), .init("by", .string(by)),
            ])
    }

    /// - Parameter fields: what the checkpoint says of itself.
    static func checkpointCreated(_ fields: [JSON.Member], isAsked: Bool, cells: UInt64, calls: UInt64)
        -> Event
    {
        let number = fields.first { $0.name == "checkpoint" }?.value.intValue ?? 0
        return Event(
            .checkpointCreated, .info, rule: isAsked ? nil : "audit.checkpoints",
            "checkpoint \(number) was made \(isAsked ? "as the host asked" : "after calls of tools")",
            fields: fields + [
                .init("cells", .number(cells)), .init("tool_calls", .number(calls)), .init("source", "guest"),
            ])
    }

    static func checkpointRestored(_ number: Int64, _ problems: JSON.Member) -> Event {
        let count = problems.value.elements?.count ?? 0
        return Event(
            .checkpointRestored, count == 0 ? .info : .warning,
            "the session went back to checkpoint \(number)"
                + (count == 0 ? "" : "; not everything of its files could be brought back"),
            fields: [.init("checkpoint", .number(number)), problems, .init("source", "guest")])
    }

    static func drifted(_ texts: HostMessage.Drift, by distance: Double) -> Event {
        let share = JSON.fraction(distance)
        return Event(
            .driftDetected, .warning,
            "\(shown(texts.name)) has drifted: \(Int(distance * 100)) % of it and what it was is in one of the two alone",
            fields: [
                .init("name", .string(shown(texts.name))), .init("distance", share),
                .init("threshold", .fraction(texts.threshold)),
                .init("baseline_digest", .string(Digest(Array(texts.baseline.utf8)).description)),
                .init("text_digest", .string(Digest(Array(texts.text.utf8)).description)),
            ])
    }

    static func interrupted(reason: String, cell: Int64?) -> Event {
        Event(
            .interrupted, .warning, "the host interrupted the session: \(reason)",
            fields: [
                .init("reason", .string(reason)), .init("by", "host"),
                .init("cell", cell.map { .number($0) } ?? .null),
            ])
    }

    static func malformed(_ what: String) -> Event {
        Event(
            .policyViolation, .critical, rule: "session.protocol", threat: .sandboxEscape,
            "the guarded side of the session sent what is not of its protocol: \(what)",
            fields: [.init("op", "protocol")])
    }

    private static func fields(_ call: GuestMessage.ToolCall, _ digest: Digest) -> [JSON.Member] {
        [
            .init("tool", .string(shown(call.name))), .init("call", .number(call.call)),
            .init("cell", .number(call.id)), .init("arguments_digest", .string(digest.description)),
        ]
    }

    /// A name that the guarded side chose, cut to what a tool's name may be.
    private static func shown(_ text: String) -> String {
        text.utf8.count <= 128 ? text : String(text.prefix(100)) + "..."
    }
}
