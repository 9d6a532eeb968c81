import Linux
import Policy

/// Everything that will be done to start a run and hold it, decided before anything is done.
///
/// A plan is a pure value: `guardrun plan` prints it, tests compare it, and the launch only carries it out.
package struct Plan: Equatable, Sendable {
    package let command: Command
    package let directory: Path
    package let environment: [String]
    package let namespaces: Namespaces
    package let user: User
    package let grants: Grants
    /// Directories that granted paths named and that were not there; they are made before the launch.
    package let created: [Path]
    /// A directory of the host that the run may write and that is removed with everything in it after the run.
    package let lent: Path?
    /// Nil where what is written to the working directory goes to the directory itself.
    package let workingCopy: WorkingCopy?
    /// Nil where there is no mount namespace.
    package let view: View?
    /// Nil where there is no Landlock.
    package let landlock: Landlock?
    package let seccomp: Seccomp
    package let rlimits: ResourceLimits
    package let cgroup: CgroupLimits?
    package let network: NetworkRules
    /// Sockets that the supervisor gets in the network of the run, one for each port that datagrams may be sent to.
    package let datagramSockets: Int
    package let limits: Limits
    package let onViolation: SyscallRules.OnViolation
    package let visibility: Visibility
    package let lastCapability: Int
    package let filterFlags: UInt32
    /// What is allowed is recorded too, not only what is refused.
    package let recordsAllowed: Bool
    package let terminal: Bool
    package let enforcement: [Enforcement]
    /// What was granted beyond the policy, and why; and what was settled on the way.
    package let notes: [String]
}

/// What a plan is made from, besides the policy and the host.
package struct Request: Sendable {
    package var command: Command
    package var directory: Path
    /// The code that was found to run, sealed when it is a file.
    package var sealed: [View.Sealed]
    /// The caller's variables, and those asked for with `--env`.
    package var variables: [(name: String, value: String)]
    package var asked: [String]
    /// Cut out of every grant.
    package var auditDirectory: Path
    /// The slave of the pseudo-terminal that the run gets with `-t`.
    package var terminal: Path?
    /// Names control groups.
    package var name: String
    /// Where the run may connect and listen.
    package var destinations: Destinations
    /// Where the run's copy of its working directory is kept, if it gets one.
    package var layers = Path("")
    /// Whether the program is one of guardrun's own that has code looked at which it makes.
    package var hasShim = false

    package init(
        command: Command, directory: Path, sealed: [View.Sealed], variables: [(name: String, value: String)],
        asked: [String], auditDirectory: Path, terminal: Path?, name: String,
        destinations: Destinations
    ) {
        self.command = command
        self.directory = directory
        self.sealed = sealed
        self.variables = variables
        self.asked = asked
        self.auditDirectory = auditDirectory
        self.terminal = terminal
        self.name = name
        self.destinations = destinations
    }
}

extension Plan {
    /// Directories of the run alone, which hold nothing of the host but what is granted inside them.
    package var ownDirectories: [Path] {
        guard let view else { return [] }
        return [Path("/proc"), Path("/dev")] + (view.privateTemporary ? [Path("/tmp")] : [])
    }

    /// Whether the run may send datagrams, which the supervisor carries out of the run's own network.
    var needsDatagrams: Bool { !network.allowsAny && network.allow.contains { $0.value.transport == .udp } }

    /// Where anything is granted that the run asks for by name there is somebody to ask (`NameAnswer`), who says which
    /// name was not granted.
    private static func datagramSockets(_ rules: NetworkRules, _ namespaces: Namespaces, _ host: Host) -> Int
    {
        let isCarried =
            host.listener && namespaces.contains(.network)
            && rules.allow.contains { $0.value.transport != nil }
        guard isCarried else { return 0 }
        return rules.allow.contains { $0.value.transport == .udp } ? mostPorts : mostPorts / 4
    }

    private static let mostPorts = 32

    /// Datagrams leave by the supervisor alone; without a network of its own the run would send them itself.
    private static func datagramFaults(_ rules: NetworkRules, _ namespaces: Namespaces) -> [Unenforceable
        .Fault]
    {
        guard !rules.allowsAny, !namespaces.contains(.network) else { return [] }
        return rules.allow.filter { $0.value.transport == .udp }.map {
            .init(
                "\($0.origin)",
                "\($0.value) cannot be held to that without a network namespace, and there is none")
        }
    }

    /// Removes what was made for the run alone, once nothing of it is left.
    package func clear() {
        cgroup?.remove()
        lent?.removeTree()
    }

    /// Decides how `policy` is held on `host` for one request. Every fault is reported, not only the first.
    package static func make(_ policy: Policy, host: Host, request: Request) throws(Unenforceable) -> Plan {
        let fitting = Fitting(request.command, network: policy.network)
        var settling = GrantSettling(
            policy.files, host: host, judgesChanges: host.listener && policy.visibility == .full)
        settling.settleSockets(policy.network)
        let copies = policy.files.workspace == .overlay
        if copies { settling.copyOnWrite(request.directory) }
        settling.settle(fitting, auditDirectory: request.auditDirectory)
        if copies { settling.layWorkspace(in: request.layers) }
        // Without a view there is no /tmp of the run's own, so a directory in the host's stands in for it.
        let lent = host.namespaces.contains(.mount) ? nil : Path("/tmp/guardrun-\(request.name)")
        if let lent { settling.lend(lent) }
        let hasView = host.namespaces.contains(.mount)
        let sharesNetwork = policy.network.allowsAny
        let sealed =
            request.sealed.filter { $0.isNamed || settling.grants.rights(for: $0.path).contains(.read) }
            + (hasView && !sharesNetwork && !policy.network.allow.isEmpty ? request.destinations.files : [])
        let namespaces = Self.namespaces(policy, host)
        var effective = host
        effective.namespaces = namespaces

        let cgroup = CgroupLimits(policy.limits, hierarchies: host.cgroups, name: "guardrun-\(request.name)")
        let countsForks = policy.limits.processes != nil && cgroup?.processes == nil
        let seccomp = Seccomp(
            policy.syscalls, visibility: policy.visibility, network: policy.network, countsForks: countsForks,
            countsMemory: policy.limits.memory != nil && cgroup?.memory == nil,
            terminal: request.terminal != nil, host: effective)
        let view =
            hasView
            ? View(
                settling.grants, own: host.own, sealed: sealed, workingCopy: settling.workingCopy,
                present: [request.directory, host.user.home],
                temporaryBytes: temporaryBytes(policy.limits), terminal: request.terminal)
            : nil
        let landlock =
            host.landlockABI > 0
            ? Self.landlock(settling.grants, policy: policy, host: host, sealed: sealed, view: view) : nil
        let enforcement = EnforcementTable(
            host: effective, policy: policy, view: view, landlock: landlock, cgroup: cgroup,
            sharesNetwork: sharesNetwork, sealed: !request.sealed.isEmpty,
            hasShim: request.hasShim)

        let faults =
            settling.faults + Self.syscallFaults(policy.syscalls) + Self.limitFaults(policy.limits)
            + Self.datagramFaults(policy.network, namespaces) + enforcement.faults(for: policy)
        guard faults.isEmpty else { throw Unenforceable(faults: faults) }
        return Plan(
            command: request.command, directory: request.directory,
            environment: Environment.make(
                caller: request.variables, searchFirst: request.command.searchFirst,
                // Where /tmp is the host's, there is still memory that is the run's own.
                temporary: lent ?? Path(view?.privateTemporary == false ? "/dev/shm" : "/tmp"),
                adding: fitting.variables
                    + request.command.variables.map { String(decoding: $0, as: UTF8.self) },
                asked: request.asked),
            namespaces: namespaces, user: host.user, grants: settling.grants, created: settling.created,
            lent: lent, workingCopy: settling.workingCopy,
            view: view, landlock: landlock, seccomp: seccomp,
            rlimits: ResourceLimits(policy.limits, host: effective), cgroup: cgroup, network: policy.network,
            datagramSockets: datagramSockets(policy.network, namespaces, host),
            limits: policy.limits, onViolation: policy.syscalls.onViolation, visibility: policy.visibility,
            lastCapability: host.lastCapability, filterFlags: filterFlags(host),
            recordsAllowed: policy.syscalls.base == .observe,
            terminal: request.terminal != nil,
            enforcement: enforcement.rows,
            notes: request.command.notes + request.destinations.notes + settling.notes)
    }

    /// The namespaces of a run: all that the host has, but for the network's where every destination is granted.
    package static func namespaces(_ policy: Policy, _ host: Host) -> Namespaces {
        policy.network.allowsAny ? host.namespaces.subtracting(.network) : host.namespaces
    }

    /// Private directories hold memory; they get what the run may write, and never more than its memory. A little
    /// more than that fits in, so that going over the limit can be seen.
    private static func temporaryBytes(_ limits: Limits) -> UInt64 {
        let bytes = min(limits.disk ?? 256 << 20, limits.memory ?? .max, 1 << 40)
        return bytes + max(bytes / 16, 1 << 20)
    }

    /// SECCOMP_FILTER_FLAG_NEW_LISTENER, and where the kernel has it (5.19) WAIT_KILLABLE_RECV: a call that the
    /// supervisor has begun to answer is not restarted by a signal, so no denial is seen twice.
    private static func filterFlags(_ host: Host) -> UInt32 {
        guard host.listener else { return 0 }
        return 0x8 | (host.kernel >= Host.Kernel(5, 19) ? 0x20 : 0)
    }

    /// Starting a program takes descriptors, a few of them under the run's own limit.
    private static func limitFaults(_ limits: Limits) -> [Unenforceable.Fault] {
        guard let files = limits.openFiles, files < 20 else { return [] }
        return [
            Unenforceable.Fault(
                "limits.open_files", "\(files) are too few to start a program with; write 20 or more")
        ]
    }

    private static func syscallFaults(_ rules: SyscallRules) -> [Unenforceable.Fault] {
        rules.allow.filter { SyscallTable.isUnsafe($0.value) }.map {
            Unenforceable.Fault(
                "\($0.origin)", "\($0.value) cannot be allowed: it would let the run out of its own sandbox")
        }
    }

    private static func landlock(
        _ grants: Grants, policy: Policy, host: Host, sealed: [View.Sealed], view: View?
    ) -> Landlock {
        var landlock = Landlock(
            abi: host.landlockABI, connects: policy.network.allowsAny,
            binds: policy.network.listen.contains { $0.value == .any })
        for grant in grants.entries where grants.rights(for: grant.path) != [] {
            landlock.allow(grant.path, grant.rights, isDirectory: grant.isDirectory)
        }
        guard let view else {
            for name in ["null", "zero", "full", "random", "urandom", "tty"] {
                landlock.allow(Path("/dev").appending(name), [.read, .write], isDirectory: false)
            }
            return landlock
        }
        for code in sealed where !grants.rights(for: code.path).contains(.read) {
            landlock.allow(code.path, .read, isDirectory: false)
        }
        landlock.allowListing(.root)
        if view.privateTemporary { landlock.allow(Path("/tmp"), .writing, isDirectory: true) }
        landlock.allowDevices(Path("/dev"))
        landlock.allow(Path("/dev/shm"), .writing, isDirectory: true)
        landlock.allow(Path("/proc"), .read, isDirectory: true)
        return landlock
    }
}
