import Audit
import Event
import Glibc
import Linux
import Policy
import Sandbox

/// `guardrun doctor`: what this host can enforce for this user, found out by doing it.
struct DoctorCommand {
    private let isJSON: Bool

    init(_ words: [[UInt8]]) throws(UsageError) {
        let flags = try Flags(words, [.init("--format", takes: "'text' or 'json'")])
        guard flags.operands.isEmpty else { throw UsageError(description: "doctor takes no operands") }
        isJSON = try flags.wantsJSON()
    }

    func run() -> Never {
        let context = Context.current()
        let host = Sandbox.Host.current()
        let loaded = Loading.policy("strict", settings: [], context)
        var failure: LaunchError?
        let rows = probe(host, loaded.policy, context, &failure)
        let signs = HostSigns.found()
        let remedies = rows.compactMap { Remedy($0, of: rows, host: host, signs: signs) }
        if isJSON {
            Terminal.standardOutput.write(
                bytes: JSON.object([
                    .init("kernel", .string(kernelRelease())), .init("uid", .number(host.user.uid)),
                    .init("landlock_abi", .number(host.landlockABI)),
                    .init(
                        "cgroup_controllers",
                        .array(host.cgroups.controllers.map { $0.rawValue }.sorted().map(JSON.string))),
                    .init("enforcement", RunEvents.enforcement(rows)),
                    .init("advice", .array(remedies.map { .string($0.text) })),
                    .init("remedies", .array(remedies.map { $0.json })),
                ]).encoded + [UInt8(ascii: "\n")])
        } else {
            write(rows, remedies, host)
        }
        if let failure { fail("no run can be started here: \(failure)") }
        Exit.now(Exit.success)
    }

    private func write(_ rows: [Enforcement], _ remedies: [Remedy], _ host: Sandbox.Host) {
        let terminal = Terminal.standardOutput
        terminal.line("kernel \(kernelRelease()), uid \(host.user.uid)\(host.user.uid == 0 ? " (root)" : "")")
        EnforcementText.write(rows, to: terminal)
        guard !remedies.isEmpty else {
            terminal.line(terminal.styled("nothing is missing", .green))
            return
        }
        terminal.line(terminal.styled("to get the rest", .bold))
        for remedy in remedies {
            terminal.line("  \(remedy.mechanism.rawValue): \(remedy.reason)")
            if let command = remedy.command { terminal.line("      \(terminal.styled(command, .bold))") }
        }
    }

    /// Brings a run of /bin/true to the step before its program, and says what held on the way there.
    private func probe(
        _ host: Sandbox.Host, _ policy: Policy, _ context: Context, _ failure: inout LaunchError?
    ) -> [Enforcement] {
        var planned: Plan?
        func plan(_ host: Sandbox.Host) -> Plan {
            let request = Request(
                command: Loading.command([Array("true".utf8)], context), directory: .root, sealed: [],
                variables: context.variables, asked: [], auditDirectory: Path("/nonexistent/guardrun"),
                terminal: nil,
                name: "doctor-\(getpid())", destinations: Destinations())
            do throws(Unenforceable) {
                let made = try Plan.make(policy, host: host, request: request)
                planned = made
                return made
            } catch {
                fail("nothing can be enforced here: \(error)", Exit.policy)
            }
        }
        do throws(LaunchError) {
            let launched = try Launching(
                try Birth(on: host), plan: plan, streams: (0, 1, 2), keep: { _ in nil }, meanwhile: {})
            launched.abandon()
        } catch {
            failure = error
        }
        return planned?.enforcement ?? []
    }
}
