import Linux
import Sandbox

/// Memory that is shared and has no name (mmap(2), MAP_SHARED with MAP_ANONYMOUS).
///
/// It lasts as long as one page of it is mapped anywhere, and once no table of pages shows it no process is said to have
/// it. How much was asked for is known, and how much the machine has of all such memory (proc_meminfo(5), Shmem): the
/// run has what is less, of the first and of what the second grew by since.
final class NamelessMemory {
    private let plan: Plan
    private let root: CInt
    private var asked: UInt64 = 0
    private var before: UInt64 = 0

    /// - Parameter root: the root of the view.
    init(_ plan: Plan, root: CInt) {
        self.plan = plan
        self.root = root
    }

    /// Notes so many bytes that are about to be had.
    func note(_ bytes: UInt64) {
        if asked == 0 { before = Self.ofMachine.subtractingOrZero(PrivateMemory.bytes(plan, root: root)) }
        asked = asked.addingReportingOverflow(bytes).overflow ? .max : asked + bytes
    }

    /// Bytes the run has now.
    ///
    /// - Parameter named: bytes of it that have names, which the machine counts with these.
    func bytes(besides named: UInt64) -> UInt64 {
        guard asked > 0 else { return 0 }
        return min(asked, Self.ofMachine.subtractingOrZero(named).subtractingOrZero(before))
    }

    private static var ofMachine: UInt64 {
        let text = (try? Path("/proc/meminfo").contents(atMost: 1 << 14)) ?? []
        let line = text.split(separator: UInt8(ascii: "\n")).first { $0.starts(with: "Shmem:".utf8) } ?? []
        return (UInt64(String(decoding: line.filter { (48...57).contains($0) }, as: UTF8.self)) ?? 0) &* 1_024
    }
}

/// What the run's own directories hold; that is memory.
enum PrivateMemory {
    static func bytes(_ plan: Plan, root: CInt) -> UInt64 {
        guard let view = plan.view else { return 0 }
        return (["dev/shm"] + (view.privateTemporary ? ["tmp"] : []))
            .reduce(0) { $0 + bytesUsed(Path($1), in: root) }
    }
}

extension UInt64 {
    func subtractingOrZero(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
