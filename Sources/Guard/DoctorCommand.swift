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
        let advice = rows.compactMap { Advice.how(to: $0, host: host) }
        if isJSON {
            Terminal.standardOutput.write(
                bytes: JSON.object([
                    .init("kernel", .string(kernelRelease())), .init("uid", .number(host.user.uid)),
                    .init("landlock_abi", .number(host.landlockABI)),
                    .init(
                        "cgroup_controllers",
                        .array(host.cgroups.controllers.map(\.rawValue).sorted().map(JSON.string))),
                    .init("enforcement", RunEvents.enforcement(rows)),
                    .init("advice", .array(advice.map(JSON.string))),
                ]).encoded + [UInt8(ascii: "\n")])
        } else {
            write(rows, advice, host)
        }
        if let failure { fail("no run can be started here: \(failure)") }
        Exit.now(Exit.success)
    }

    private func write(_ rows: [Enforcement], _ advice: [String], _ host: Sandbox.Host) {
        let terminal = Terminal.standardOutput
        terminal.line("kernel \(kernelRelease()), uid \(host.user.uid)\(host.user.uid == 0 ? " (root)" : "")")
        EnforcementText.write(rows, to: terminal)
        if !advice.isEmpty { terminal.line(terminal.styled("to get the rest", .bold)) }
        for line in advice { terminal.line("  \(line)") }
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

/// How to get what a host lacks.
enum Advice {
    static func how(to row: Enforcement, host: Sandbox.Host) -> String? {
        guard row.state != .enforced else { return nil }
        switch row.mechanism {
        case .userNamespace, .pidNamespace, .mountNamespace, .networkNamespace, .ipcNamespace, .utsNamespace:
            return row.mechanism == .userNamespace
                ? "namespaces: sysctl -w user.max_user_namespaces=15000; on Ubuntu also "
                    + "kernel.apparmor_restrict_unprivileged_userns=0; in Docker --security-opt seccomp=unconfined"
                : nil
        case .landlock:
            return host.landlockABI == 0
                ? "landlock: boot with lsm=landlock,... (kernel 5.13 or later, CONFIG_SECURITY_LANDLOCK)"
                : "landlock: a newer kernel covers more (TCP 6.7, devices 6.10, signals 6.12)"
        case .notify: return "notify: run guardrun outside the other supervisor"
        case .cgroup:
            return
                "cgroup: systemd-run --user --scope -p Delegate=yes guardrun ..., or run as root with cgroups mounted"
        case .proc:
            return
                "proc: a container must not cover parts of /proc (Docker: --security-opt systempaths=unconfined)"
        case .capabilities: return "capabilities: user namespaces empty the bounding set"
        case .shim: return nil
        case .seccomp, .noNewPrivileges, .rlimits, .sealedCode: return nil
        }
    }
}
