import Audit
import Changes
import Event
import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// The events that frame a run: what it started with, what the scan said, and how it ended.
enum RunEvents {
    static func started(
        _ plan: Plan, policy: PolicySummary, codeDigest: Digest?, notes: [String], more: [JSON.Member]
    ) -> Event {
        Event(
            .runStarted, .info, "\(plan.command.program) is started under \(policy.name)",
            fields: [
                .init("command", .array(plan.command.words.map { JSON.text($0) })),
                .init("program", .text(plan.command.program.bytes)),
                .init("directory", .text(plan.directory.bytes)),
                .init("policy", policy.json),
                .init("command_digest", .string(commandDigest(plan.command).description)),
                .init("code_digest", codeDigest.map { .string($0.description) } ?? .null),
                .init("enforcement", enforcement(plan.enforcement)),
                .init("fitted", .array((plan.notes + notes).map(JSON.string))),
                .init("uid", .number(plan.user.uid)),
            ] + (plan.workingCopy.map { [.init("workspace", workspace($0))] } ?? []) + more)
    }

    private static func workspace(_ copy: WorkingCopy) -> JSON {
        [
            "way": .string(copy.way.rawValue), "directory": .text(copy.directory.bytes),
            "layers": .text(copy.layers.bytes),
        ]
    }

    /// What a run changed in its copy of the working directory, in numbers, and the digest of the list that is kept.
    static func changed(_ contents: Kept.Contents) -> JSON {
        let counts = Change.Kind.allCases.map { kind in
            JSON.Member(kind.rawValue, .number(contents.changes.count { $0.kind == kind }))
        }
        return .object(
            counts + [
                .init("cut", .bool(contents.isCut)), .init("digest", .string(contents.digest.description)),
            ])
    }

    static func commandDigest(_ command: Command) -> Digest {
        Digest(command.words.map { $0 + [0] })
    }

    static func enforcement(_ rows: [Enforcement]) -> JSON {
        .object(
            rows.map { row in
                let state = JSON.string(row.state.rawValue)
                return .init(
                    row.mechanism.rawValue,
                    row.why.isEmpty
                        ? .object([.init("state", state)])
                        : .object([.init("state", state), .init("why", .string(row.why))]))
            })
    }

    /// The decision to run, or not to.
    static func decided(allowed: Bool, reason: String, rule: String = "scan.threats") -> Event {
        Event(
            .policyCheck, allowed ? .info : .high, rule: rule,
            allowed ? "the run is allowed: \(reason)" : "the run is refused: \(reason)",
            fields: [.init("decision", .string(allowed ? "allow" : "deny"))])
    }

    static func exited(_ outcome: Outcome) -> Event {
        Event(
            .processExited, .info, outcome.reason,
            fields: [
                .init("exit_code", outcome.exitCode.map { .number($0) } ?? .null),
                .init("signal", outcome.signal.map { .string(SignalName.of($0)) } ?? .null),
                .init("leftovers", .number(outcome.leftovers)),
            ])
    }

    static func finished(_ outcome: Outcome, exitStatus: Int32, changed: Kept.Contents?) -> Event {
        Event(
            .runFinished, outcome.kind == .completed ? .info : .warning, outcome.reason,
            fields: [
                .init("outcome", .string(outcome.kind.rawValue)), .init("exit_status", .number(exitStatus)),
                .init("limit", outcome.limit.map(JSON.string) ?? .null), .init("counts", counts(outcome)),
                .init("usage", usage(outcome.usage)),
            ] + (changed.map { [.init("workspace", Self.changed($0))] } ?? []))
    }

    static func counts(_ outcome: Outcome) -> JSON {
        .object([
            .init("violations", .number(outcome.violations)),
            .init("tool_calls", .number(outcome.toolCalls)),
            .init("tool_calls_blocked", .number(outcome.toolCallsBlocked)),
            .init("execs", .number(outcome.execs)),
        ])
    }

    static func usage(_ usage: Usage) -> JSON {
        .object([
            .init("wall_ms", .number(usage.wall / 1_000_000)),
            .init("cpu_ms", .number(usage.cpu / 1_000_000)),
            .init("peak_memory_bytes", .number(usage.peakMemory)),
            .init("processes", .number(usage.processes)),
            .init("output_bytes", .number(usage.output)),
        ])
    }
}

/// What a run says of its policy.
struct PolicySummary {
    let name: String
    let digest: Digest
    /// The documents that were composed.
    let chain: [String]

    var json: JSON {
        .object([
            .init("name", .string(name)), .init("digest", .string(digest.description)),
            .init("composed_of", .array(chain.map(JSON.string))),
        ])
    }
}
