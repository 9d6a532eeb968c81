import Linux
import Policy

/// What holds in a run and what does not, mechanism by mechanism.
struct EnforcementTable {
    let rows: [Enforcement]

    init(
        host: Host, policy: Policy, view: View?, landlock: Landlock?, cgroup: CgroupLimits?,
        sharesNetwork: Bool,
        sealed: Bool, hasShim: Bool
    ) {
        var rows = Mechanism.allCases.compactMap { mechanism -> Enforcement? in
            guard let namespace = Namespaces(mechanism) else { return nil }
            if namespace == .network && sharesNetwork {
                return Enforcement(mechanism, .absent, "the policy allows any destination", isUnneeded: true)
            }
            return host.namespaces.contains(namespace)
                ? Enforcement(mechanism, .enforced, "")
                : Enforcement(mechanism, .absent, host.namespacesMissing)
        }
        rows.append(Self.landlock(landlock))
        rows.append(Enforcement(.seccomp, .enforced, "default deny"))
        rows.append(
            host.listener
                ? Enforcement(.notify, .enforced, "every denial is an event before it is answered")
                : Enforcement(
                    .notify, .absent, "a supervisor above holds the only listener: denials are silent"))
        rows.append(Enforcement(.noNewPrivileges, .enforced, ""))
        rows.append(
            host.user.uid == 0 || host.namespaces.contains(.user)
                ? Enforcement(.capabilities, .enforced, "all five sets are empty")
                : Enforcement(.capabilities, .partial, "an ordinary user cannot empty the bounding set"))
        rows.append(Enforcement(.rlimits, .enforced, ""))
        rows.append(Self.cgroup(cgroup, policy.limits))
        rows.append(Self.proc(host, view))
        rows.append(
            view != nil || !sealed
                ? Enforcement(.sealedCode, .enforced, "what was scanned is what runs")
                : Enforcement(
                    .sealedCode, .absent, "without a mount namespace a script could change after the scan"))
        rows.append(
            hasShim
                ? Enforcement(
                    .shim, .enforced, "code that cells make is scanned first; advice from inside, no wall")
                : Enforcement(.shim, .absent, "only sessions have a guest shim", isUnneeded: true))
        self.rows = rows
    }

    private static func landlock(_ landlock: Landlock?) -> Enforcement {
        guard let landlock else {
            return Enforcement(.landlock, .absent, "the kernel has it not, or has it off")
        }
        if landlock.abi >= 6 { return Enforcement(.landlock, .enforced, "ABI \(landlock.abi)") }
        let missing = [
            (3, "truncation"), (4, "TCP"), (5, "device control"), (6, "signals and abstract sockets"),
        ].filter { landlock.abi < $0.0 }.map { $0.1 }
        return Enforcement(
            .landlock, .partial, "ABI \(landlock.abi) does not cover \(missing.joined(separator: ", "))")
    }

    private static func cgroup(_ cgroup: CgroupLimits?, _ limits: Limits) -> Enforcement {
        let wanted = limits.memory != nil || limits.processes != nil || limits.cpu != nil
        guard let cgroup else {
            return Enforcement(
                .cgroup, .absent,
                wanted
                    ? "no controller is writable: the supervisor sums over the tree" : "no limit needs one",
                isUnneeded: !wanted)
        }
        let missing = [
            (limits.memory != nil && cgroup.memory == nil, "memory"),
            (limits.processes != nil && cgroup.processes == nil, "processes"),
            (limits.cpu != nil && cgroup.cpu == nil, "cpu"),
        ].filter { $0.0 }.map { $0.1 }
        return missing.isEmpty
            ? Enforcement(.cgroup, .enforced, "")
            : Enforcement(.cgroup, .partial, "\(missing.joined(separator: ", ")) summed by the supervisor")
    }

    private static func proc(_ host: Host, _ view: View?) -> Enforcement {
        guard view != nil, host.namespaces.contains(.pid) else {
            return Enforcement(.proc, .absent, "needs mount and pid namespaces")
        }
        return host.mountsProc
            ? Enforcement(.proc, .enforced, "the run sees its own processes, read-only")
            : Enforcement(.proc, .absent, "this host forbids mounting a fresh /proc: the run has none")
    }

    /// What the policy requires and this host lacks, and what would leave a part of the policy without any wall.
    func faults(for policy: Policy) -> [Unenforceable.Fault] {
        var faults = policy.require.compactMap { required -> Unenforceable.Fault? in
            guard let row = rows.first(where: { $0.mechanism == required.value }), row.state != .enforced
            else {
                return nil
            }
            return .init(
                "\(required.origin)",
                "\(required.value.rawValue) is required and is \(row.state.rawValue) here: \(row.why)")
        }
        if (try? Path("/proc/self/stat").status()) == nil {
            faults.append(
                .init(
                    "/proc",
                    "it is not mounted, and without it nobody can see what a process of the run opens or uses; "
                        + "mount -t proc proc /proc"))
        }
        let absent = Set(rows.filter { $0.state == .absent }.map { $0.mechanism })
        if absent.isSuperset(of: [.landlock, .mountNamespace]) {
            faults.append(
                .init(
                    "files",
                    "neither Landlock nor a mount namespace is there, so no file rule can be enforced"))
        }
        return faults
    }
}
