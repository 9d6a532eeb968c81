import Changes
import Event
import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// What a person reads when a run is over.
struct RunReport {
    let outcome: Outcome
    let exitStatus: Int32
    /// The policy's name.
    let policy: String
    /// Nobody named a policy.
    let isFitted: Bool
    let verdicts: [Verdict]
    let witness: Witness
    let trail: Path
    let warnings: [String]
    let plan: Plan
    /// What the run changed in its copy of the working directory, and the command that shows it.
    let changed: (contents: Kept.Contents, command: String)?

    private static let listed = 20

    func print(to terminal: Terminal) {
        let width = 9
        func row(_ name: String, _ text: String) {
            let padding = String(repeating: " ", count: max(1, width - name.count))
            terminal.line("  \(terminal.styled(name, .dim))\(padding)\(text)")
        }
        terminal.line(headline(terminal))
        for warning in warnings { row("note", warning) }
        if isFitted {
            row(
                "policy",
                "strict, fitted to \(plan.command.program); name another with -p (python, shell, ...)")
        }
        for verdict in verdicts { for line in ScanLines.lines(verdict, terminal) { row("found", line) } }
        printRefusals(terminal, row)
        if let hint = RunHints.hint(
            plan: plan, languages: verdicts.map { $0.language }, exitStatus: exitStatus,
            refusals: witness.refusals)
        {
            row("hint", hint)
        }
        for limit in witness.limits { row("limit", terminal.styled(inert(limit.message), .yellow)) }
        if outcome.leftovers > 0, outcome.kind == .completed {
            row(
                "killed",
                "\(outcome.leftovers) process\(outcome.leftovers == 1 ? "" : "es") that outlived the program")
        }
        for missing in plan.enforcement where missing.state != .enforced && !missing.isUnneeded {
            row(missing.state.rawValue, "\(missing.mechanism.rawValue): \(inert(missing.why))")
        }
        if let changed {
            row("changed", ChangeCount.text(changed.contents))
            if !changed.contents.changes.isEmpty { row("", "\(changed.command)") }
        }
        if outcome.kind != .refused { row("used", usage) }
        row("trail", trail.description)
    }

    private func headline(_ terminal: Terminal) -> String {
        let style: Terminal.Style = outcome.kind == .completed && exitStatus == 0 ? .green : .red
        let end =
            "\(terminal.styled("guardrun", .bold)) \(policy): \(terminal.styled(outcome.kind.rawValue, style))"
        if outcome.kind == .refused {
            return "\(end) before it ran: \(inert(outcome.reason)) (exit \(exitStatus))"
        }
        let count = outcome.violations
        let refused =
            count == 0 ? "nothing was refused" : "\(count) act\(count == 1 ? " was" : "s were") refused"
        if outcome.kind == .completed { return "\(end), exit \(exitStatus); \(refused)" }
        return "\(end): \(inert(outcome.reason)) (exit \(exitStatus))" + (count == 0 ? "" : "; \(refused)")
    }

    private func printRefusals(_ terminal: Terminal, _ row: (String, String) -> Void) {
        for refusal in witness.refusals.prefix(Self.listed) {
            row("denied", Self.line(refusal, terminal))
        }
        let more = witness.refusals.dropFirst(Self.listed).reduce(witness.unlisted) { $0 + $1.count }
        if more > 0 { row("denied", "and \(more) more, all in the trail") }
    }

    private static func line(_ refusal: Witness.Refusal, _ terminal: Terminal) -> String {
        let event = refusal.event
        func field(_ name: String) -> String {
            event.fields.first { $0.name == name }?.value.stringValue ?? ""
        }
        let arguments = event.fields.first { $0.name == "args" }?.value
        var subject = event.message
        if let place = arguments?["path"]?.stringValue ?? arguments?["address"]?.stringValue {
            subject = place
            if let flags = arguments?["flags"]?.stringValue { subject += "  \(flags)" }
        }
        if let words = arguments?["argv"]?.elements?.compactMap({ $0.stringValue }), !words.isEmpty {
            subject += "  (\(words.joined(separator: " ")))"
        }
        let times = refusal.count > 1 ? "  \(refusal.count) times" : ""
        let operation = field("op")
        let padding = String(repeating: " ", count: max(1, 8 - operation.count))
        return "\(terminal.styled(operation, .red))\(padding)\(inert(subject))  "
            + terminal.styled("\(field("errno")), \(event.rule ?? "")", .dim) + times
    }

    private var usage: String {
        let usage = outcome.usage
        let count = "\(usage.processes) process\(usage.processes == 1 ? "" : "es")"
        return "\(Amount.time(usage.wall)) wall, \(Amount.time(usage.cpu)) cpu, "
            + "\(Amount.bytes(usage.peakMemory)) memory, \(count)"
    }
}

/// The object that `--json` writes when a run is over. Its names are a contract.
enum RunObject {
    static func json(
        runID: String, outcome: Outcome, exitStatus: Int32, policy: PolicySummary, enforcement: [Enforcement],
        changed: Kept.Contents?
    ) -> JSON {
        .object(
            [
                .init("run_id", .string(runID)), .init("outcome", .string(outcome.kind.rawValue)),
                .init("exit_code", .number(exitStatus)),
                .init("signal", outcome.signal.map { .string(SignalName.of($0)) } ?? .null),
                .init("reason", .string(outcome.reason)),
                .init("limit", outcome.limit.map(JSON.string) ?? .null),
                .init("counts", RunEvents.counts(outcome)), .init("usage", RunEvents.usage(outcome.usage)),
                .init("policy", policy.json), .init("enforcement", RunEvents.enforcement(enforcement)),
            ] + (changed.map { [.init("workspace", RunEvents.changed($0))] } ?? []))
    }
}
