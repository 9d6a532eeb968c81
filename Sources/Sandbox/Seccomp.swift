import Linux
import Policy

/// The system call filter of a run, as data (seccomp(2)).
///
/// What is allowed runs natively. Everything else that the table names goes to the supervisor, which writes the
/// event before it answers. Numbers that no table names answer ENOSYS. libseccomp compiles the lists; what it
/// cannot express, ranges of numbers and inequality of arguments, stands before what it makes (`SeccompProgram`).
package struct Seccomp: Equatable, Sendable {
    /// Calls that run natively, each under any one of its conditions; an empty condition is always met.
    package private(set) var allowed: [Rule] = []
    /// What arguments some of the allowed calls may have.
    package private(set) var guards: [Guard] = []
    /// Calls answered with an errno in the filter.
    package private(set) var answered: [Answer] = []
    /// Calls that go to the supervisor.
    package private(set) var judged: [SystemCall] = []
    /// Whether there is a supervisor to ask; otherwise what is judged answers EPERM.
    package let listener: Bool
    /// Whether no file may get another identity for whoever runs it (inode(7), S_ISUID and S_ISGID): what the run left
    /// behind would be run by others, as its owner.
    package let keepsIdentity: Bool
    /// What the policy refuses by name, whatever it is asked for.
    package let refused: Set<String>

    package struct Rule: Equatable, Sendable {
        package let call: SystemCall
        package var name: String { call.name }
        /// All of these hold; none is always met.
        package let conditions: [Comparison]

        init(_ call: SystemCall, _ conditions: [Comparison] = []) {
            self.call = call
            self.conditions = conditions
        }
    }

    /// A call that never gets further than the filter.
    package struct Answer: Equatable, Sendable {
        package let call: SystemCall
        package var name: String { call.name }
        package let errno: UInt16
    }

    /// Values or bits that the low 32 bits of an argument may or may not have; a call that has others is judged.
    package struct Guard: Equatable, Sendable {
        package enum Demand: Equatable, Sendable {
            case noneOf([UInt32])
            case oneOf([UInt32])
            case noBits(UInt32)

            /// A call whose bits are held back is not let through for the others.
            var isOfValues: Bool { if case .noBits = self { false } else { true } }
        }

        package let call: SystemCall
        package var name: String { call.name }
        package let argument: UInt32
        package let demand: Demand
    }

    /// `argument & mask == value`.
    package struct Comparison: Equatable, Sendable {
        package let argument: UInt32
        package let mask: UInt64
        package let value: UInt64

        /// The kernel takes an `int` there, so what stands above it is not compared (CVE-2019-10063).
        static func int(_ argument: UInt32, is value: UInt32) -> Comparison {
            Comparison(argument: argument, mask: 0xFFFF_FFFF, value: UInt64(value))
        }

        static func int(_ argument: UInt32, hasNoneOf bits: UInt32) -> Comparison {
            Comparison(argument: argument, mask: UInt64(bits), value: 0)
        }

        /// A socket's type without the flags that stand above it (socket(2)).
        static func type(_ argument: UInt32, is value: UInt64) -> Comparison {
            Comparison(argument: argument, mask: 0xF, value: value)
        }

        static func word(_ argument: UInt32, is value: UInt64) -> Comparison {
            Comparison(argument: argument, mask: .max, value: value)
        }
    }

    /// The filter for a policy on a host.
    ///
    /// - Parameters:
    ///   - countsForks: the supervisor has to count processes, because the kernel does not.
    ///   - countsMemory: the same of memory, so it has to know of what no process holds alone.
    ///   - terminal: the run has a terminal of its own; any other is the caller's.
    package init(
        _ rules: SyscallRules, visibility: Visibility, network: NetworkRules, countsForks: Bool,
        countsMemory: Bool = false,
        terminal: Bool = false, host: Host
    ) {
        listener = host.listener
        keepsIdentity = rules.base != .observe
        refused = Set(rules.deny.map { $0.value })
        var native = SyscallTable.native
        if !countsForks || !listener { native += SyscallTable.forks }
        if rules.base == .observe { native += SyscallTable.systemV }
        if visibility == .fast || !listener {
            let unheld = Self.unheld(rules, host)
            native += SyscallTable.pathActs.filter { !unheld.contains($0) }
        }
        // Standard input is a file of the caller's that no wall of the view stands before.
        if listener && keepsIdentity {
            let metadata = Set(SyscallTable.metadata)
            native.removeAll { metadata.contains($0) }
        }
        // What a view hides cannot be watched either.
        if listener && !host.namespaces.contains(.mount) { native.removeAll { $0 == "inotify_add_watch" } }
        if countsMemory && listener { native.removeAll { $0 == "mmap" } }
        // Without a supervisor to ask, Landlock and the view decide about files, and programs must start.
        if !listener {
            native += ["creat", "execve", "listen", "openat2"] + SyscallTable.opens
        }
        // Nothing that these could reach is kept from the run then: local datagram sockets, which take any path at
        // any time, are not given out (`sockets`).
        if network.allowsAny { native += ["sendmmsg", "sendmsg", "sendto"] + (listener ? [] : ["connect"]) }
        native += rules.allow.map { $0.value }

        let denied = SystemCallSet(rules.deny.map { $0.value })
        let unconditional = native.compactMap { SystemCall($0) }.filter { !denied.contains($0) }
        let isUnconditional = SystemCallSet(unconditional)
        let conditional = Self.conditional(
            visibility: visibility, network: network, countsForks: countsForks,
            keepsIdentity: keepsIdentity, host: host
        )
        .filter { !denied.contains($0.call) && !isUnconditional.contains($0.call) }
        let asked = SystemCallSet(rules.allow.map { $0.value })
        guards =
            (Self.guards(network, host, terminal: terminal, keepsIdentity: keepsIdentity)
            + (keepsIdentity ? Self.modeGuards : []))
            .filter { !denied.contains($0.call) && !asked.contains($0.call) }
            .filter { $0.demand.isOfValues || isUnconditional.contains($0.call) }
        let isGuarded = SystemCallSet(guards.map { $0.call })
        answered =
            (SyscallTable.habits + (host.namespaces.contains(.pid) ? [] : SyscallTable.unnamespaced)
            + (keepsIdentity ? SyscallTable.attributes : []))
            .compactMap { habit in
                SystemCall(habit.name).map { Answer(call: $0, errno: habit.errno) }
            }.filter { !denied.contains($0.call) }
        let isAnswered = SystemCallSet(answered.map { $0.call })

        allowed = unconditional.map { Rule($0) } + conditional
        var isAllowed = isUnconditional
        for guardian in guards where !isAllowed.contains(guardian.call) {
            isAllowed.insert(guardian.call)
            allowed.append(Rule(guardian.call))
        }
        judged = SyscallTable.all.compactMap { SystemCall($0) }.filter {
            !(isUnconditional.contains($0) && !isGuarded.contains($0)) && !isAnswered.contains($0)
        }
    }

    /// Acts on names that no wall of the kernel stands before: they are judged, or refused where nobody can.
    private static func unheld(_ rules: SyscallRules, _ host: Host) -> [String] {
        if host.namespaces.contains(.mount) || rules.base == .observe { return [] }
        return SyscallTable.metadata + (host.landlockABI < 3 ? ["truncate"] : [])
    }

    /// The conditions under which a call of `SyscallTable.conditional`, or an open in `fast`, runs natively.
    private static func conditional(
        visibility: Visibility, network: NetworkRules, countsForks: Bool, keepsIdentity: Bool, host: Host
    ) -> [Rule] {
        var rules: [Named] = [
            ("unshare", [.int(0, hasNoneOf: Namespaces.everyFlag | 0x80)]),  // CLONE_NEWTIME
            ("personality", [.int(0, is: 0)]),
            ("personality", [.int(0, is: 0xFFFF_FFFF)]),
            // SECCOMP_SET_MODE_FILTER without SECCOMP_FILTER_FLAG_NEW_LISTENER only takes more away, and the
            // other operations ask questions.
            ("seccomp", [.int(1, hasNoneOf: 8)]),
            // No address, and not MSG_FASTOPEN, which would connect.
            ("sendto", [.word(4, is: 0), .int(3, hasNoneOf: 0x2000_0000)]),
            ("socketpair", [.int(0, is: 1), .type(1, is: stream)]),
            ("socketpair", [.int(0, is: 1), .type(1, is: packets)]),
        ]
        // Where it is judged, only when both of MAP_SHARED and MAP_ANONYMOUS are asked for.
        rules += [("mmap", [.int(3, hasNoneOf: 0x1)]), ("mmap", [.int(3, hasNoneOf: 0x20)])]
        if !host.listener || !keepsIdentity {
            // On a descriptor, without a path.
            rules.append(("utimensat", [.word(1, is: 0)]))
        }
        if !host.listener {
            // MSG_FASTOPEN again; what else an address does here is held as it is where sending proceeds.
            rules.append(("sendmsg", [.int(2, hasNoneOf: 0x2000_0000)]))
            rules.append(("sendmmsg", [.int(3, hasNoneOf: 0x2000_0000)]))
        }
        if !countsForks || !host.listener {
            rules.append(("clone", [.int(0, hasNoneOf: Namespaces.everyFlag)]))
        }
        rules += sockets(network, host)
        if visibility == .fast && host.listener {
            // O_ACCMODE, O_CREAT, O_TRUNC, __O_TMPFILE.
            let mayWrite: UInt32 = 0o3 | 0o100 | 0o1000 | 0o20_000_000
            rules.append(("open", [.int(1, hasNoneOf: mayWrite)]))
            rules.append(("openat", [.int(2, hasNoneOf: mayWrite)]))
        }
        return rules.compactMap { rule in SystemCall(rule.name).map { Rule($0, rule.conditions) } }
    }

    private typealias Named = (name: String, conditions: [Comparison])

    /// SOCK_STREAM and SOCK_SEQPACKET, whose destination is settled once, by connect(2); SOCK_DGRAM, where every
    /// message may name another.
    private static let (stream, packets, datagram): (UInt64, UInt64, UInt64) = (1, 5, 2)

    /// Sockets of the local and the two Internet families (address_families(7)) that the run may have.
    ///
    /// An address in memory could change after it was judged, so only sockets to which no address that sending may
    /// name is forbidden are given out: no local datagrams, whatever the policy, and Internet datagrams where they
    /// are held by a network namespace or every destination is granted. Protocols are named because others than
    /// TCP and UDP have more ways to connect (setsockopt(2) of SCTP).
    private static func sockets(_ network: NetworkRules, _ host: Host) -> [Named] {
        var rules: [Named] = [stream, packets].map { ("socket", [.int(0, is: 1), .type(1, is: $0)]) }
        func internet(_ type: UInt64, _ protocols: [UInt32]) {
            for family: UInt32 in [2, 10] {
                rules += protocols.map {
                    ("socket", [.int(0, is: family), .type(1, is: type), .int(2, is: $0)])
                }
            }
        }
        internet(stream, [0, 6])  // IPPROTO_TCP
        if host.namespaces.contains(.network) || network.allowsAny { internet(datagram, [0, 17]) }  // UDP
        return rules
    }

    /// What changes a terminal (ioctl_tty(2)): TCSETS, TCSETSW, TCSETSF, TCSETA, TCSETAW, TCSETAF, TCXONC, TCFLSH,
    /// TIOCEXCL, TIOCSWINSZ, TIOCSSOFTCAR, TCSETS2, TCSETSW2, TCSETSF2.
    private static let terminalSettings: [UInt32] = [
        0x5402, 0x5403, 0x5404, 0x5406, 0x5407, 0x5408, 0x540A, 0x540B, 0x540C, 0x5414, 0x541A, 0x402C_542B,
        0x402C_542C, 0x402C_542D,
    ]

    /// What changes a file through a descriptor that only reads it, as its owner may (ioctl_iflags(2)): FS_IOC_SETFLAGS
    /// and FS_IOC_SETVERSION with the numbers of both sizes, FS_IOC_FSSETXATTR, FS_IOC_ENABLE_VERITY,
    /// FS_IOC_SET_ENCRYPTION_POLICY, FS_IOC_SETFSLABEL.
    private static let fileSettings: [UInt32] = [
        0x4008_6602, 0x4004_6602, 0x4008_7602, 0x4004_7602, 0x401C_5820, 0x4080_6685, 0x800C_6613,
        0x4100_9432,
    ]

    private static func guards(
        _ network: NetworkRules, _ host: Host, terminal: Bool, keepsIdentity: Bool
    ) -> [Guard] {
        var guards: [(name: String, argument: UInt32, demand: Guard.Demand)] = [
            // TIOCSTI and TIOCLINUX write to a terminal's input, TIOCSETD changes what it is (ioctl_tty(2)).
            ("ioctl", 1, .noneOf([0x5412, 0x541C, 0x5423])),
            ("prctl", 0, .oneOf(harmlessPrctls(host))),
        ]
        if !terminal { guards.append(("ioctl", 1, .noneOf(terminalSettings))) }
        if keepsIdentity { guards.append(("ioctl", 1, .noneOf(fileSettings))) }
        // Some options of IPPROTO_IP and IPPROTO_IPV6 send packets by way of another host.
        if !network.allowsAny && host.listener { guards.append(("setsockopt", 1, .noneOf([0, 41]))) }
        // SO_LINGER, whatever the level: the supervisor may be the last to close a socket.
        if host.listener { guards.append(("setsockopt", 2, .noneOf([13]))) }
        // Process 1 is not to be signalled, nor given limits, nor kept from the processor. Without a pid namespace every signal is judged.
        if host.namespaces.contains(.pid) {
            for name in [
                "kill", "prlimit64", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
                "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler",
            ] {
                guards.append((name, 0, .noneOf([1])))
            }
            // By its number; and by its user: PRIO_USER, IOPRIO_WHO_USER.
            for name in ["ioprio_set", "setpriority"] { guards.append((name, 1, .noneOf([1]))) }
            guards.append(("setpriority", 0, .noneOf([2])))
            guards.append(("ioprio_set", 0, .noneOf([3])))
        } else {
            // Limits of the caller alone, and no descriptor whose signals go to whom it names (fcntl(2), F_SETOWN
            // and F_SETOWN_EX; FIOSETOWN and SIOCSPGRP of socket(7)).
            guards.append(("prlimit64", 0, .oneOf([0])))
            // Others' place on the processor and the disk is judged: threads name each other by number.
            for name in ["sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"] {
                guards.append((name, 0, .oneOf([0])))
            }
            for name in ["ioprio_set", "setpriority"] { guards.append((name, 1, .oneOf([0]))) }
            guards.append(("setpriority", 0, .noneOf([2])))
            guards.append(("ioprio_set", 0, .noneOf([3])))
            guards.append(("fcntl", 1, .noneOf([8, 15])))
            guards.append(("ioctl", 1, .noneOf([0x8901, 0x8902])))
        }
        return guards.compactMap { guardian in
            SystemCall(guardian.name).map {
                Guard(call: $0, argument: guardian.argument, demand: guardian.demand)
            }
        }
    }

    /// Calls that change a mode or make a device, where they are not judged anyway. Opening always is.
    private static var modeGuards: [Guard] {
        // Both kinds of devices have 0o020000, and nothing else that can be made has (inode(7)).
        let held: [(String, UInt32, UInt32)] = [
            ("chmod", 1, 0o6000), ("fchmod", 1, 0o6000), ("fchmodat", 2, 0o6000), ("fchmodat2", 2, 0o6000),
            ("mknod", 1, 0o026000), ("mknodat", 2, 0o026000),
        ]
        return held.compactMap { name, argument, bits in
            SystemCall(name).map { Guard(call: $0, argument: argument, demand: .noBits(bits)) }
        }
    }

    /// prctl(2) operations that ask, or that name, delay or bind the caller alone.
    private static func harmlessPrctls(_ host: Host) -> [UInt32] {
        var options: [UInt32] = [
            1, 2,  // PDEATHSIG
            3, 7, 13, 21, 23, 25, 27, 30, 37, 39, 40, 42, 52, 66,  // questions
            15, 16,  // NAME
            22,  // SECCOMP: takes away
            29,  // TIMERSLACK
            38,  // NO_NEW_PRIVS
            41,  // THP_DISABLE
            47,  // CAP_AMBIENT: there is none to raise
            53,  // SPECULATION_CTRL
            65,  // MDWE: takes away
            0x4155_5856, 0x5356_4D41,  // GET_AUXV, SET_VMA
        ]
        // A process that hides its memory is still read by who owns its user namespace, and orphans still end
        // up with process 1 of a pid namespace; without those, both would get out of sight.
        if host.namespaces.contains(.user) { options.append(4) }  // DUMPABLE
        if host.namespaces.contains(.pid) { options.append(36) }  // CHILD_SUBREAPER
        return options
    }
}

extension Namespaces {
    /// Every CLONE_NEW* flag of clone(2), CLONE_NEWCGROUP included.
    static let everyFlag = UInt32(Namespaces.all.rawValue) | 0x0200_0000

    /// The same, for a whole argument.
    package static let everyFlag64 = UInt64(everyFlag)
}
