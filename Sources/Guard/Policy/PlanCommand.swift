import Audit
import Event
import Linux
import Policy
import Sandbox

/// `guardrun plan`: what would be enforced, without running anything.
struct PlanCommand {
    private let options: Options

    init(_ words: [[UInt8]]) throws(UsageError) {
        options = try Options(words)
        guard !options.command.isEmpty else {
            throw UsageError(
                description: "no command is given; write `guardrun plan -- COMMAND [ARGUMENT...]`")
        }
    }

    func run() -> Never {
        let context = Context.current()
        let loaded = Loading.policy(options.policy, settings: options.settings, context)
        let command = Loading.command(options.command, context)
        let store = Store.standard(
            asked: options.audit, user: context.user, workingDirectory: context.directory)
        var request = Request(
            command: command, directory: context.directory, sealed: [], variables: context.variables,
            asked: options.environment, auditDirectory: store.directory, terminal: nil, name: "plan",
            destinations: Destinations())
        request.layers = CopyPlace.layers("plan", in: store, for: context)
        let plan: Plan
        do throws(Unenforceable) {
            plan = try Plan.make(loaded.policy, host: Sandbox.Host.current(), request: request)
        } catch {
            Loading.refuse(error)
        }
        if let file = options.json {
            Loading.writeJSON(PlanObject.json(plan, loaded), to: file)
        } else {
            PlanText(plan, loaded, Terminal.standardOutput).write()
        }
        Exit.now(Exit.success)
    }
}

/// A plan for people.
struct PlanText {
    private let plan: Plan
    private let loaded: Policy.Loaded
    private let terminal: Terminal

    init(_ plan: Plan, _ loaded: Policy.Loaded, _ terminal: Terminal) {
        self.plan = plan
        self.loaded = loaded
        self.terminal = terminal
    }

    func write() {
        heading("program")
        item(
            "\(plan.command.program)",
            "\(plan.command.arguments.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))")
        item("in", plan.directory.description)
        item("policy", "\(loaded.policy.name), composed of \(loaded.chain.joined(separator: ", "))")
        heading("files")
        for grant in plan.grants.entries {
            item(grant.path.description, "\(grant.rights.description)  (\(grant.reason))")
        }
        for denied in plan.grants.denied { item(denied.path.description, "cut out  (\(denied.reason))") }
        for denied in plan.grants.unmade { item(denied.path.description, "not made  (\(denied.reason))") }
        heading("network")
        let allowed = loaded.policy.network.allow.map { "\($0.value)" }
        item("connect", allowed.isEmpty ? "nowhere" : allowed.joined(separator: ", "))
        let listening = loaded.policy.network.listen.map { "\($0.value)" }
        item("listen", listening.isEmpty ? "nowhere" : listening.joined(separator: ", "))
        heading("system calls")
        item(
            "native",
            "\(Set(plan.seccomp.allowed.map { $0.call.name }).count), of which \(Set(plan.seccomp.guards.map { $0.call.name }).count) with some arguments only"
        )
        item("judged", "\(plan.seccomp.judged.count): each denial is an event before it is answered")
        heading("limits")
        for limit in Limit.allCases {
            let origin = loaded.origin(of: "limits.\(limit.rawValue)").map { "  (\($0))" } ?? ""
            item(limit.rawValue, limit.text(loaded.policy.limits[limit]) + origin)
        }
        heading("enforcement")
        EnforcementText.write(plan.enforcement, to: terminal)
        if !plan.notes.isEmpty { heading("settled on the way") }
        for note in plan.notes { terminal.line("  \(inert(note))") }
    }

    private func heading(_ text: String) { terminal.line(terminal.styled(text, .bold)) }

    private func item(_ name: String, _ text: String) {
        let padding = String(repeating: " ", count: max(2, 26 - name.count))
        terminal.line("  \(inert(name))\(padding)\(inert(text))")
    }
}

/// The enforcement table, a mechanism a line.
enum EnforcementText {
    static func write(_ rows: [Enforcement], to terminal: Terminal) {
        for row in rows {
            let name = row.mechanism.rawValue
            let style: Terminal.Style =
                switch row.state {
                case .enforced: .green
                case .partial: .yellow
                case .absent: .red
                }
            let state = row.state.rawValue + String(repeating: " ", count: 10 - row.state.rawValue.count)
            let padding = String(repeating: " ", count: max(2, 20 - name.count))
            terminal.line("  \(name)\(padding)\(terminal.styled(state, style))\(inert(row.why))")
        }
    }
}

/// A plan for programs.
enum PlanObject {
    static func json(_ plan: Plan, _ loaded: Policy.Loaded) -> JSON {
        .object([
            .init("program", .text(plan.command.program.bytes)),
            .init("arguments", .array(plan.command.arguments.map { JSON.text($0) })),
            .init("directory", .text(plan.directory.bytes)),
            .init("environment", .array(plan.environment.map(JSON.string))),
            .init("policy", PolicySummary(loaded).json),
            .init("files", .array(plan.grants.entries.map(grant))),
            .init("denied", .array(plan.grants.denied.map { .text($0.path.bytes) })),
            .init("view", .array((plan.view?.steps ?? []).map(step))),
            .init("landlock", landlock(plan)),
            .init("syscalls", syscalls(plan.seccomp)),
            .init(
                "limits",
                .object(
                    Limit.allCases.map {
                        .init($0.rawValue, loaded.policy.limits[$0].map { .number($0) } ?? .null)
                    })),
            .init("enforcement", RunEvents.enforcement(plan.enforcement)),
            .init("notes", .array(plan.notes.map(JSON.string))),
        ])
    }

    private static func grant(_ grant: Grant) -> JSON {
        .object([
            .init("path", .text(grant.path.bytes)), .init("rights", .string(grant.rights.description)),
            .init("reason", .string(grant.reason)),
        ])
    }

    private static func step(_ step: View.Step) -> JSON {
        .object([
            .init("step", .string("\(step.kind)")), .init("target", .text(step.target.bytes)),
            .init("source", .text(step.source.bytes)), .init("attributes", .number(step.attributes.rawValue)),
        ])
    }

    private static func landlock(_ plan: Plan) -> JSON {
        guard let landlock = plan.landlock else { return .null }
        return .object([
            .init("abi", .number(landlock.abi)), .init("files", .number(landlock.files)),
            .init("network", .number(landlock.network)), .init("scoped", .number(landlock.scoped)),
            .init(
                "rules",
                .array(
                    landlock.rules.map {
                        .object([.init("path", .text($0.path.bytes)), .init("access", .number($0.access))])
                    })),
        ])
    }

    private static func syscalls(_ filter: Seccomp) -> JSON {
        .object([
            .init("native", .array(Set(filter.allowed.map { $0.call.name }).sorted().map(JSON.string))),
            .init("judged", .array(filter.judged.map { $0.name }.sorted().map(JSON.string))),
            .init(
                "answered",
                .object(filter.answered.map { .init($0.call.name, .string(Errno(CInt($0.errno)).name)) })),
        ])
    }
}
