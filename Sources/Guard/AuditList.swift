import Audit
import Event
import Linux

extension AuditCommand {
    /// A line a run, oldest first.
    func list() throws(UsageError) -> Never {
        guard names.isEmpty else { throw UsageError(description: "audit list takes no run") }
        let terminal = Terminal.standardOutput
        for run in runs([]) {
            guard let summary = RunSummary(run, in: store) else {
                terminal.line("\(run)  unreadable")
                continue
            }
            if isJSON {
                write(
                    .object([
                        .init("run_id", .string(run.description)), .init("time", .string(summary.started)),
                        .init("outcome", .string(summary.outcome)), .init("policy", .string(summary.policy)),
                        .init("violations", .number(summary.violations)),
                        .init("command", .string(summary.command)),
                    ]))
            } else {
                let outcome =
                    inert(summary.outcome, limit: 12)
                    + String(repeating: " ", count: max(1, 12 - summary.outcome.count))
                let style: Terminal.Style = summary.outcome == "completed" ? .plain : .yellow
                terminal.line(
                    "\(run)  \(terminal.styled(outcome, style))\(summary.violations) refused  "
                        + "\(inert(summary.policy, limit: 60))  \(inert(summary.command, limit: 120))")
            }
        }
        Exit.now(Exit.success)
    }
}
