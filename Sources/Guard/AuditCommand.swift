import Audit
import Event
import Linux
import Policy

/// `guardrun audit`: list, show and verify the trails of runs.
struct AuditCommand {
    private let store: Store
    private let isJSON: Bool
    private let names: [String]

    static func run(_ words: [[UInt8]]) throws(UsageError) -> Never {
        let flags = try Flags(
            words, [.init("--audit", takes: "a directory"), .init("--format", takes: "'text' or 'json'")])
        let context = Context.current()
        let command = AuditCommand(
            store: Store.standard(
                asked: flags.last("--audit").map { Path($0) }, user: context.user,
                workingDirectory: context.directory),
            isJSON: try flags.wantsJSON(), names: Array(flags.words.dropFirst()))
        switch flags.words.first {
        case "list":
            guard command.names.isEmpty else { throw UsageError(description: "audit list takes no run") }
            command.list()
        case "show": try command.show()
        case "verify": try command.verify()
        case let other?:
            let near = suggestion(for: other, among: ["list", "show", "verify"])
            throw UsageError(
                description:
                    "guardrun audit has no '\(inert(other))'\(near.map { "; did you mean '\($0)'?" } ?? "")")
        case nil: throw UsageError(description: "guardrun audit needs one of list, show, verify")
        }
    }

    private func list() -> Never {
        let terminal = Terminal.standardOutput
        for run in runs([]) {
            guard let summary = RunSummary(run, in: store) else {
                terminal.line("\(run)  unreadable")
                continue
            }
            if isJSON {
                let object = JSON.object([
                    .init("run_id", .string(run.description)), .init("time", .string(summary.started)),
                    .init("outcome", .string(summary.outcome)), .init("policy", .string(summary.policy)),
                    .init("violations", .number(summary.violations)),
                    .init("command", .string(summary.command)),
                ])
                terminal.write(bytes: object.encoded + [UInt8(ascii: "\n")])
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

    private func show() throws(UsageError) -> Never {
        guard names.count == 1 else { throw UsageError(description: "audit show takes one run, or `last`") }
        let found = runs(names)
        guard found.count == 1, let run = found.first else {
            throw UsageError(
                description: found.isEmpty
                    ? "no run is named '\(inert(names[0]))' in \(store.runs)"
                    : "'\(inert(names[0]))' means \(found.count) runs")
        }
        guard let bytes = try? store.trail(of: run).contents(atMost: 1 << 30) else {
            throw UsageError(description: "the trail of \(run) cannot be read")
        }
        let terminal = Terminal.standardOutput
        if isJSON { terminal.write(bytes: bytes) } else { TrailText(terminal).write(bytes) }
        let verification = Verification.check(bytes, run: run)
        if !verification.isSound { Terminal.standardError.line("guardrun: \(verification.fault)") }
        Exit.now(verification.isSound ? Exit.success : Exit.unsound)
    }

    private func verify() throws(UsageError) -> Never {
        let terminal = Terminal.standardOutput
        var isSound = true
        let found = runs(names)
        guard !found.isEmpty || names.isEmpty else {
            throw UsageError(description: "no run is named '\(inert(names[0]))' in \(store.runs)")
        }
        for run in found {
            let verification = Verification.of(run, in: store)
            isSound = isSound && verification.isSound
            if isJSON {
                let object = JSON.object([
                    .init("run_id", .string(run.description)), .init("sound", .bool(verification.isSound)),
                    .init("lines", .number(verification.lines)),
                    .init("head", .string(verification.head.description)),
                    .init("fault", .string(verification.fault)),
                ])
                terminal.write(bytes: object.encoded + [UInt8(ascii: "\n")])
            } else if !verification.isSound {
                terminal.line("\(run)  \(terminal.styled(verification.fault, .red))")
            }
        }
        if !isJSON, found.isEmpty {
            terminal.line("there is no trail in \(store.runs)")
        } else if !isJSON, isSound {
            terminal.line("\(found.count) trail\(found.count == 1 ? "" : "s"), all sound")
        }
        Exit.now(isSound ? Exit.success : Exit.unsound)
    }

    /// The runs that the words mean; all of them when there are none.
    private func runs(_ words: [String]) -> [RunID] {
        do throws(SystemError) {
            if words.isEmpty { return try store.all() }
            var found: [RunID] = []
            for word in words { found += try store.matching(word) }
            return found
        } catch {
            fail("\(store.runs) cannot be read: \(error.errno)")
        }
    }
}

/// A trail as a timeline for people.
struct TrailText {
    private let terminal: Terminal

    init(_ terminal: Terminal) { self.terminal = terminal }

    func write(_ bytes: [UInt8]) {
        var start: Int64?
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let event = JSONReader.value(line) else {
                terminal.line(terminal.styled("(a line that cannot be read)", .red))
                continue
            }
            let moment = event["mono_ns"]?.intValue ?? 0
            let first = start ?? moment
            start = first
            // Somebody may have written anything into the file, and it is still to be shown.
            terminal.line(text(event, milliseconds: (moment &- first) / 1_000_000))
        }
    }

    private func text(_ event: JSON, milliseconds: Int64) -> String {
        let time = String(milliseconds)
        let padding = String(repeating: " ", count: max(0, 8 - time.count))
        let kind = event["type"]?.stringValue ?? "?"
        let column = kind + String(repeating: " ", count: max(1, 18 - kind.count))
        let style: Terminal.Style =
            switch event["severity"]?.stringValue {
            case "high", "critical": .red
            case "warning": .yellow
            default: .dim
            }
        let errno = event["errno"]?.stringValue.map { " (\($0))" } ?? ""
        return
            "\(padding)\(time) ms  \(terminal.styled(column, style))\(inert(event["message"]?.stringValue ?? ""))\(errno)"
    }
}
