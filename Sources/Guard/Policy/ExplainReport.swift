import Compare
import Event
import Policy

/// An explanation for people, and for programs.
struct ExplainReport {
    let runID: String
    /// The first and the last event of the trail.
    let start: JSON
    let end: JSON?
    let ran: RunPolicy
    let explanation: Explanation

    /// Acts of a group that are listed one by one.
    private static let listed = 5

    func print(to terminal: Terminal) {
        let command = (start["command"]?.elements ?? []).compactMap { $0.stringValue }.joined(separator: " ")
        let name = start["policy"]?["name"]?.stringValue ?? ran.reference
        terminal.line("\(terminal.styled(runID, .dim))  \(inert(command))  under \(inert(name))")
        let count = explanation.groups.reduce(0) { $0 + $1.count }
        guard count > 0 else { return terminal.line("nothing was refused") }
        terminal.line(
            "\(count) refusal\(count == 1 ? "" : "s") of \(explanation.groups.count) kind\(explanation.groups.count == 1 ? "" : "s")"
        )
        if ran.loaded == nil {
            terminal.line(
                "its policy \(inert(ran.reference)) cannot be read any more, so no change is proposed")
        } else if !ran.isSame {
            terminal.line(
                "its policy \(inert(ran.reference)) says something else by now; changes are to what it says today"
            )
        }
        for (index, group) in explanation.groups.enumerated() { print(group, index + 1, to: terminal) }
        let changes = explanation.groups.compactMap { $0.change }
        guard changes.count > 1 || changes.first?.guarded.isEmpty == true else { return }
        printOverride(to: terminal)
    }

    private func print(_ group: Explanation.Group, _ number: Int, to terminal: Terminal) {
        let times = group.count > 1 ? terminal.styled("  \(group.count) times", .dim) : ""
        terminal.line()
        terminal.line("\(number)  \(terminal.styled(inert(group.subject), .bold))\(times)")
        if group.acts.count > 1 {
            for act in group.acts.prefix(Self.listed) {
                terminal.line("   \(inert(act.attempt?.description ?? act.sentence))")
            }
            let more = group.acts.count - Self.listed
            if more > 0 { terminal.line("   and \(more) more") }
        }
        terminal.line("   \(terminal.styled("why", .dim))      \(inert(group.reason, limit: 2_000))")
        guard let change = group.change else { return }
        for (index, line) in DeniedAct.Amendment.lines(change.amendments).enumerated() {
            let label = index == 0 ? terminal.styled("change", .dim) + "   " : "         "
            terminal.line("   \(label)\(inert(line, limit: 4_000))")
        }
        for difference in change.loosened.prefix(3) {
            let witness = difference.witness.map { ": \($0.description)" } ?? ""
            let verb = difference.relation == .unknown ? "perhaps loosens" : "loosens"
            terminal.line(
                "   \(terminal.styled("effect", .dim))   \(verb) \(difference.path)\(inert(witness))")
        }
        for reason in change.guarded {
            terminal.line("   \(terminal.styled("guarded", .red))  \(inert(reason))")
        }
    }

    private func printOverride(to terminal: Terminal) {
        terminal.line()
        let left = explanation.groups.contains { $0.change?.guarded.isEmpty == false }
        terminal.line("all of it as a policy of its own\(left ? ", but for what is guarded" : ""):")
        terminal.line()
        terminal.write(override)
    }

    /// A policy that extends the run's, with every change that touches nothing guarded.
    private var override: String {
        let changes = explanation.groups.compactMap { $0.change }.filter { $0.guarded.isEmpty }
        guard !changes.isEmpty else { return "# every change touches something guarded\n" }
        let loosens = changes.flatMap { $0.loosens }.reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        let head = [
            "guardrun: 1", "extends: [\(inert(ran.reference))]",
            "loosen: [\(loosens.joined(separator: ", "))]",
        ]
        let lines = DeniedAct.Amendment.lines(changes.flatMap { $0.amendments })
        return (head + lines.map { inert($0, limit: 4_000) }).joined(separator: "\n") + "\n"
    }

    // MARK: For programs

    var json: JSON {
        .object([
            .init("run_id", .string(runID)),
            .init("policy", start["policy"] ?? .null),
            .init("policy_read", .bool(ran.loaded != nil)), .init("policy_is_same", .bool(ran.isSame)),
            .init("refusals", .array(explanation.groups.map(json))),
            .init("override", .string(override)),
        ])
    }

    private func json(_ group: Explanation.Group) -> JSON {
        .object([
            .init("subject", .string(group.subject)), .init("count", .number(group.count)),
            .init("why", .string(group.reason)), .init("rule", .string(group.acts[0].rule)),
            .init("acts", .array(group.acts.map { $0.attempt?.json ?? ["act": .string($0.sentence)] })),
            .init("change", group.change.map(json) ?? .null),
        ])
    }

    private func json(_ change: PolicyChange) -> JSON {
        .object([
            .init(
                "yaml", .string(DeniedAct.Amendment.lines(change.amendments).joined(separator: "\n") + "\n")),
            .init("settings", .array(change.amendments.map { .string($0.setting) })),
            .init("loosens", .array(change.loosens.map(JSON.string))),
            .init(
                "witnesses",
                .array(
                    change.loosened.map { difference in
                        .object([
                            .init("path", .string(difference.path)),
                            .init("relation", .string(difference.relation.rawValue)),
                            .init("witness", difference.witness?.json ?? .null),
                        ])
                    })),
            .init("protected", .bool(!change.guarded.isEmpty)),
            .init("protected_because", .array(change.guarded.map(JSON.string))),
        ])
    }
}
