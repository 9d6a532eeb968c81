import Audit
import Event
import Linux

extension AuditCommand {
    /// A line a run, oldest first, of those that fit. Only the first and the last line of a trail are read.
    func list() throws(UsageError) -> Never {
        guard names.isEmpty else { throw UsageError(description: "audit list takes no run") }
        let since = try since()
        let (outcome, policy) = (flags.last("--outcome"), flags.last("--policy"))
        let outcomes = [
            "completed", "refused", "limit", "killed", "interrupted", "failed", "running", "cut off",
        ]
        if let outcome, !outcomes.contains(outcome) {
            throw UsageError(
                description:
                    "--outcome takes one of \(outcomes.joined(separator: ", ")), not '\(inert(outcome))'")
        }
        let threat = try threat()
        let text = flags.last("--text")?.lowercased()
        let terminal = Terminal.standardOutput
        for run in runs([]) where run.description >= since {
            guard let summary = RunSummary(run, in: store) else {
                terminal.line("\(run)  unreadable")
                continue
            }
            guard outcome == nil || outcome == summary.outcome, policy == nil || policy == summary.policy,
                threat.map({ summary.threats.contains($0.rawValue) }) ?? true
            else { continue }
            if let text {
                let words = "\(summary.command)\n\(summary.policy)\n\(summary.reason)".lowercased()
                guard words.indices.contains(where: { words[$0...].hasPrefix(text) }) else { continue }
            }
            write(summary, terminal)
        }
        Exit.now(Exit.success)
    }

    private func write(_ summary: RunSummary, _ terminal: Terminal) {
        guard isJSON else {
            let outcome =
                inert(summary.outcome, limit: 12)
                + String(repeating: " ", count: max(1, 12 - summary.outcome.count))
            let style: Terminal.Style = summary.outcome == "completed" ? .plain : .yellow
            terminal.line(
                "\(summary.runID)  \(terminal.styled(outcome, style))\(summary.violations) refused  "
                    + "\(inert(summary.policy, limit: 60))  \(inert(summary.command, limit: 120))")
            return
        }
        write(
            .object([
                .init("run_id", .string(summary.runID.description)), .init("time", .string(summary.started)),
                .init("outcome", .string(summary.outcome)), .init("reason", .string(summary.reason)),
                .init("policy", .string(summary.policy)), .init("violations", .number(summary.violations)),
                .init("threats", .array(summary.threats.map(JSON.string))),
                .init("command", .string(summary.command)),
            ]))
    }

    /// The least name of a run that `--since` lets through; empty for all.
    func since() throws(UsageError) -> String {
        guard let text = flags.last("--since") else { return "" }
        guard let bound = RunBound(text) else {
            throw UsageError(description: RunBound.objection(to: text, as: "--since"))
        }
        return bound.prefix
    }

    func threat() throws(UsageError) -> Threat? {
        guard let word = flags.last("--threat") else { return nil }
        guard let threat = Threat(rawValue: word) else {
            let all = Threat.allCases.map { $0.rawValue }.joined(separator: ", ")
            throw UsageError(description: "--threat takes one of \(all), not '\(inert(word))'")
        }
        return threat
    }

    func kind() throws(UsageError) -> Event.Kind? {
        guard let word = flags.last("--type") else { return nil }
        guard let kind = Event.Kind(rawValue: word) else {
            let all = Event.Kind.allCases.map { $0.rawValue }.joined(separator: ", ")
            throw UsageError(description: "--type takes one of \(all), not '\(inert(word))'")
        }
        return kind
    }
}
