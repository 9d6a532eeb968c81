import Foundation
import Linux
import Policy
import Sandbox
import Testing

/// The compiled filter against the lists it is made from, for every number and every architecture.
@Suite("The filter answers what its lists say")
struct SeccompTests {
    /// What a filter is made for.
    struct Case: Sendable, CustomStringConvertible {
        let profile: String
        var settings: [String] = []
        var namespaces = Namespaces.all
        var listener = true
        var countsForks = false

        var description: String {
            "\(profile) \(settings) \(namespaces == .all ? "" : "without namespaces ")"
                + "\(listener ? "" : "without a listener ")\(countsForks ? "counting forks" : "")"
        }

        func filter() throws -> Seccomp {
            let policy = try Policy.load(
                reference: profile, settings: settings,
                context: .init(workingDirectory: Path("/work"), home: Path("/home/somebody")),
                checkPattern: { _ in nil }
            ).policy
            var host = Sandbox.Host.current()
            host.listener = listener
            host.namespaces = policy.network.allowsAny ? namespaces.subtracting(.network) : namespaces
            return Seccomp(
                policy.syscalls, visibility: policy.visibility, network: policy.network,
                countsForks: countsForks, host: host)
        }
    }

    static let cases =
        Profiles.names.map { Case(profile: $0) }
        + [
            Case(profile: "python", settings: ["visibility=fast"]),
            Case(profile: "python", settings: ["network.allow=[any]"]),
            Case(profile: "python", namespaces: []), Case(profile: "python", listener: false),
            Case(profile: "python", namespaces: [], listener: false),
            Case(profile: "python", countsForks: true),
            Case(profile: "python", settings: ["syscalls.deny=[ioctl, socket]"]),
            Case(profile: "strict", settings: ["syscalls.allow=[ptrace, prctl]"]),
        ]

    static let (allow, notify, kill): (UInt32, UInt32, UInt32) = (0x7FFF_0000, 0x7FC0_0000, 0x8000_0000)
    static func errno(_ number: Int32) -> UInt32 { 0x0005_0000 | UInt32(number) }

    /// What the lists say, told as plainly as can be.
    struct Lists {
        let filter: Seccomp
        let names: [UInt32: String]
        let rules: [String: [Seccomp.Rule]]
        let guards: [String: [Seccomp.Guard]]

        init(_ filter: Seccomp) {
            self.filter = filter
            let pairs = Set(SyscallTable.all + filter.allowed.map(\.name)).compactMap { name in
                SystemCall(name).map { (UInt32($0.number), name) }
            }
            names = Dictionary(pairs) { $1 }
            rules = Dictionary(grouping: filter.allowed, by: \.name)
            guards = Dictionary(grouping: filter.guards, by: \.name)
        }

        func action(_ call: SimulatedCall) -> UInt32 {
            let elsewhere = filter.listener ? notify : errno(EPERM)
            guard call.architecture == nativeArchitecture else { return filter.listener ? notify : kill }
            if call.number == .max { return elsewhere }  // What a tracer sets to skip a call.
            if call.number >= 0x4000_0000 { return filter.listener ? notify : kill }
            guard let name = names[call.number] else { return errno(ENOSYS) }
            if let answer = filter.answered.first(where: { $0.name == name }) {
                return SeccompTests.errno(Int32(answer.errno))
            }
            if let guards = guards[name] {
                return guards.allSatisfy { Self.meets(call, $0) } ? allow : elsewhere
            }
            let isAllowed = rules[name]?.contains { rule in
                rule.conditions.allSatisfy { call.arguments[Int($0.argument)] & $0.mask == $0.value }
            }
            return isAllowed == true ? allow : elsewhere
        }

        private static func meets(_ call: SimulatedCall, _ guardian: Seccomp.Guard) -> Bool {
            let value = UInt32(truncatingIfNeeded: call.arguments[Int(guardian.argument)])
            return switch guardian.demand {
            case .noneOf(let values): !values.contains(value)
            case .oneOf(let values): values.contains(value)
            case .noBits(let bits): value & bits == 0
            }
        }
    }

    /// Arguments on both sides of everything that a rule of this call compares.
    static func arguments(_ name: String?, _ lists: Lists) -> [[UInt64]] {
        var vectors: [[UInt64]] = [
            [0, 0, 0, 0, 0, 0], [UInt64](repeating: .max, count: 6), [UInt64](repeating: 1, count: 6),
        ]
        guard let name else { return vectors }
        func vary(_ base: [UInt64], _ index: Int, _ values: [UInt64]) {
            for value in values {
                var vector = base
                vector[index] = value
                vectors.append(vector)
            }
        }
        for guardian in lists.guards[name] ?? [] {
            let values =
                switch guardian.demand {
                case .noneOf(let values), .oneOf(let values): values
                case .noBits(let bits): (0..<32).map { 1 << $0 }.filter { $0 & bits != 0 } + [bits]
                }
            for value in values.map(UInt64.init) {
                vary(
                    [UInt64](repeating: 0, count: 6), Int(guardian.argument),
                    [value, value | 1 << 32, value &+ 1, value &- 1, value | 0xFFFF_FFFF_0000_0000])
            }
        }
        for rule in lists.rules[name] ?? [] {
            var met = [UInt64](repeating: 0, count: 6)
            for condition in rule.conditions { met[Int(condition.argument)] |= condition.value }
            vectors.append(met)
            for condition in rule.conditions {
                let bits = (0..<64).map { condition.value ^ (1 << UInt64($0)) }
                vary(met, Int(condition.argument), bits + [condition.value | ~condition.mask])
            }
        }
        return vectors
    }

    @Test("for every number and architecture", arguments: cases.indices)
    func everything(_ index: Int) throws {
        let filter = try Self.cases[index].filter()
        let lists = Lists(filter)
        let program = try filter.compiled()
        #expect(program.instructions.count <= 4_096)
        let numbers = Array<UInt32>(0..<600) + [1_000, 0x3FFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, .max]
        var wrong: [String] = []
        func check(_ call: SimulatedCall) throws {
            let (found, said) = (try Simulator.run(program, call), lists.action(call))
            if found != said {
                wrong.append("\(call): \(String(found, radix: 16)), not \(String(said, radix: 16))")
            }
        }
        for number in numbers {
            for arguments in Self.arguments(lists.names[number], lists) {
                try check(.init(number: number, architecture: nativeArchitecture, arguments: arguments))
            }
            // x32, i386, ARM and nothing at all.
            try check(.init(number: number | 0x4000_0000, architecture: nativeArchitecture))
            for architecture: UInt32 in [0x4000_0003, 0x4000_0028, 0, .max, nativeArchitecture ^ 0x4000_0000]
            {
                try check(.init(number: number, architecture: architecture))
            }
        }
        #expect(wrong.isEmpty, "\(Self.cases[index]): \(wrong.prefix(5))")
    }

    @Test("and what is told of a filter without compiling it is what it answers", arguments: cases.indices)
    func disposition(_ index: Int) throws {
        let filter = try Self.cases[index].filter()
        let lists = Lists(filter)
        let elsewhere = filter.listener ? Self.notify : Self.errno(EPERM)
        for (number, name) in lists.names {
            let call = try #require(SystemCall(name))
            for arguments in Self.arguments(name, lists) {
                let answer = lists.action(
                    .init(number: number, architecture: nativeArchitecture, arguments: arguments))
                switch filter.disposition(of: call, arguments) {
                case .native: #expect(answer == Self.allow, "\(name) \(arguments)")
                case .judged: #expect(answer == elsewhere, "\(name) \(arguments)")
                case .answered(let errno): #expect(answer == Self.errno(Int32(errno)), "\(name) \(arguments)")
                }
            }
        }
    }

    struct Row: Sendable {
        let name: String
        let arguments: [UInt64]
        let action: UInt32

        init(_ name: String, _ arguments: [UInt64], _ action: UInt32) {
            self.name = name
            self.arguments = arguments + [UInt64](repeating: 0, count: 6 - arguments.count)
            self.action = action
        }
    }

    /// What no shipped profile may get wrong.
    static let rows = [
        Row("read", [], allow), Row("bpf", [], notify), Row("ptrace", [], notify), Row("mount", [], notify),
        Row("io_uring_setup", [], notify), Row("clone3", [], errno(ENOSYS)), Row("execve", [], notify),
        Row("connect", [], notify), Row("execveat", [], notify), Row("memfd_create", [], notify),
        // CLONE_VM and its like; CLONE_NEWUSER, alone and with what stands above the low half.
        Row("clone", [0x3D0F00], allow), Row("clone", [0x1000_0000], notify),
        Row("clone", [1 << 32 | 0x1000_0000], notify), Row("unshare", [0x400], allow),
        Row("unshare", [0x2_0000], notify), Row("unshare", [0x80], notify),
        // TCGETS; TIOCSTI, alone and with what the kernel does not look at.
        Row("ioctl", [0, 0x5401], allow), Row("ioctl", [0, 0x5412], notify),
        Row("ioctl", [0, 1 << 32 | 0x5412], notify), Row("ioctl", [0, 0xFFFF_FFFF_0000_541C], notify),
        // Local streams and packets, with and without SOCK_CLOEXEC; datagrams never.
        Row("socket", [1, 1], allow), Row("socket", [1, 0o2_000_001], allow), Row("socket", [1, 5], allow),
        Row("socket", [1, 2], notify), Row("socket", [1, 0o2_004_002], notify),
        Row("socketpair", [1, 1], allow), Row("socketpair", [1, 2], notify),
        // TCP, and what else is of its type.
        Row("socket", [2, 1], allow), Row("socket", [10, 1, 6], allow), Row("socket", [2, 1, 132], notify),
        Row("socket", [2, 1, 262], notify), Row("socket", [2, 3, 1], notify), Row("socket", [16, 3], notify),
        Row("socket", [2, 2], allow), Row("socket", [17, 2], notify),
        Row("personality", [0], allow), Row("personality", [0xFFFF_FFFF], allow),
        Row("personality", [0x40000], notify), Row("seccomp", [1, 0], allow), Row("seccomp", [1, 8], notify),
    ]

    @Test("The shipped profiles hold what all of them hold", arguments: Profiles.names)
    func shipped(_ profile: String) throws {
        let program = try Case(profile: profile).filter().compiled()
        for row in Self.rows {
            let number = try #require(SystemCall(row.name)?.number)
            let call = SimulatedCall(
                number: UInt32(number), architecture: nativeArchitecture, arguments: row.arguments)
            let action = try Simulator.run(program, call)
            #expect(action == row.action, "\(row.name) \(call): \(String(action, radix: 16))")
        }
    }

    @Test("Without a network of its own a run gets datagrams only where every destination is granted")
    func datagrams() throws {
        let number = UInt32(try #require(SystemCall("socket")?.number))
        for (settings, action) in [
            (["network.allow=[]"], Self.notify), (["network.allow=[any]"], Self.allow),
        ] {
            let filter = try Case(profile: "python", settings: settings, namespaces: []).filter()
            let call = SimulatedCall(
                number: number, architecture: nativeArchitecture, arguments: [2, 2, 0, 0, 0, 0])
            #expect(try Simulator.run(filter.compiled(), call) == action)
        }
    }

    @Test("Without processes of its own a run's signals are judged, by whatever call")
    func signals() throws {
        let program = try Case(profile: "observe", namespaces: []).filter().compiled()
        let rows = [
            Row("kill", [100, 9], Self.notify), Row("tgkill", [100, 100, 9], Self.notify),
            Row("pidfd_send_signal", [3, 9], Self.errno(ENOSYS)), Row("fcntl", [0, 8, 100], Self.notify),
            Row("fcntl", [0, 15, 100], Self.notify), Row("fcntl", [0, 3], Self.allow),
            Row("ioctl", [0, 0x8901], Self.notify), Row("prlimit64", [100], Self.notify),
            Row("prlimit64", [0], Self.allow),
        ]
        for row in rows {
            let number = UInt32(try #require(SystemCall(row.name)?.number))
            let call = SimulatedCall(
                number: number, architecture: nativeArchitecture, arguments: row.arguments)
            #expect(try Simulator.run(program, call) == row.action, "\(row.name) \(call)")
        }
    }

    @Test("Without a supervisor to ask, no way of sending connects")
    func fastOpen() throws {
        let program = try Case(profile: "python", namespaces: [], listener: false).filter().compiled()
        let fast: UInt64 = 0x2000_0000
        let rows = [
            Row("sendto", [3, 4, 5, 0, 0], Self.allow), Row("sendto", [3, 4, 5, 0, 6], Self.errno(EPERM)),
            Row("sendto", [3, 4, 5, fast, 0], Self.errno(EPERM)), Row("sendmsg", [3, 4, 0], Self.allow),
            Row("sendmsg", [3, 4, fast], Self.errno(EPERM)), Row("sendmmsg", [3, 4, 5, 0], Self.allow),
            Row("sendmmsg", [3, 4, 5, fast | 0x40], Self.errno(EPERM)),
            Row("connect", [3, 4, 16], Self.errno(EPERM)), Row("socket", [2, 2], Self.errno(EPERM)),
        ]
        for row in rows {
            let number = UInt32(try #require(SystemCall(row.name)).number)
            let call = SimulatedCall(
                number: number, architecture: nativeArchitecture, arguments: row.arguments)
            #expect(try Simulator.run(program, call) == row.action, "\(row.name) \(call)")
        }
    }

    @Test("A call is in one list only")
    func once() {
        let names = SyscallTable.all
        let twice = Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys
        #expect(twice.isEmpty, "\(twice)")
    }
}
