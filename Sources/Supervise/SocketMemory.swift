import Linux
import Policy
import Sandbox

/// What waits in the sockets of a run: memory of the kernel that no process is said to have.
///
/// The number of sockets in the run's network namespace says cheaply that it cannot be much. Only where it could be are
/// the sockets asked, each once, whoever has it; and where it has sockets of the host's network, which no such number
/// counts and no control group of the run's. Those that nobody has open are on their way through other sockets
/// (unix(7), SCM_RIGHTS) and are taken to be full.
struct SocketMemory {
    private let census: Census
    private let limit: UInt64?
    /// Whether no control group counts the sockets of the run's own network.
    private let countsOwn: Bool
    private var last: UInt64 = 0
    private var nextLook: UInt64 = 0

    /// What a socket holds by default (socket(7), net.core.wmem_default), in bytes.
    private static let most: UInt64 = 212_992
    /// Sockets of the kernel's own in every network namespace.
    private static let ofKernel: UInt64 = 16
    private static let interval: UInt64 = 100_000_000

    init(_ plan: Plan, _ census: Census) {
        self.census = census
        // In the host's namespace the count is that of everybody's.
        limit = plan.namespaces.contains(.network) ? plan.limits.memory : nil
        countsOwn = plan.cgroup?.memory == nil
    }

    /// Bytes now, or a moment ago: asking takes a while.
    ///
    /// - Parameter hasHosts: whether the run was ever given a socket of the host's network.
    mutating func bytes(hasHosts: Bool) -> UInt64 {
        guard let limit, hasHosts || countsOwn, Clock.monotonic >= nextLook else { return last }
        nextLook = Clock.monotonic + Self.interval
        let count = countsOwn ? number() : 0
        last = hasHosts || count * Self.most > limit / 2 ? look(count) : 0
        return last
    }

    /// The first line of proc_net's sockstat: `sockets: used NUMBER`.
    private func number() -> UInt64 {
        let text = (try? Path("/proc/\(census.initPID)/net/sockstat").contents(atMost: 4_096)) ?? []
        let line = text.prefix { $0 != UInt8(ascii: "\n") }
        let count = UInt64(String(decoding: line.filter { (48...57).contains($0) }, as: UTF8.self)) ?? 0
        return min(count, 1 << 24).subtractingOrZero(Self.ofKernel)
    }

    private func look(_ count: UInt64) -> UInt64 {
        // A socket has one number, whoever has it open, and processes that were forked have the same ones.
        var held: [(number: [UInt8], bytes: UInt64)] = []
        for pid in census.pids() {
            for name in (try? Path("/proc/\(pid)/fd").names()) ?? [] {
                guard let number = Int32(name), let link = try? Path("/proc/\(pid)/fd/\(name)").linkTarget(),
                    link.bytes.starts(with: "socket:".utf8),
                    let socket = GuestSocket(of: pid, number: number),
                    countsOwn || socket.isOfThisNetwork()
                else { continue }
                held.append((link.bytes, socket.memory()))
            }
        }
        held.sort { $0.number.lexicographicallyPrecedes($1.number) }
        var (sum, seen): (UInt64, UInt64) = (0, 0)
        for (index, socket) in held.enumerated() where index == 0 || held[index - 1].number != socket.number {
            sum += socket.bytes
            seen += 1
        }
        return sum + count.subtractingOrZero(seen) * Self.most
    }
}
