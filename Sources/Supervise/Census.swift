import Glibc
import Linux
import Policy
import Sandbox

/// Who belongs to a run: found in its own /proc where it has one, else among the descendants of process 1.
final class Census {
    /// Where a process is described, relative to `base`.
    struct Process {
        let base: CInt
        let stat: Path
        let status: Path
        let mappings: Path
        let descriptors: Path

        init(_ base: CInt, _ directory: String) {
            self.base = base
            stat = Path("\(directory)/stat")
            status = Path("\(directory)/status")
            mappings = Path("\(directory)/smaps_rollup")
            descriptors = Path("\(directory)/fd")
        }
    }

    private let root: CInt
    private let hasView: Bool
    let initPID: Int32
    private let limit: UInt64?
    /// Processes and threads at the last count, and forks that were let proceed since.
    private var counted: UInt64 = 0
    private var since: UInt64 = 0

    init(_ plan: Plan, root: CInt, initPID: Int32) {
        self.root = root
        hasView = plan.view != nil
        self.initPID = initPID
        limit = plan.limits.processes
    }

    /// The number there is when it may not grow; nil when one more may come. Counting takes a while, so it is done
    /// only when the last count and the forks since could have reached the limit.
    func refuses() -> UInt64? {
        guard let limit else { return nil }
        if counted + since + 1 >= limit {
            counted = processes().reduce(0) { $0 + (ProcessState($1.stat, in: $1.base)?.threads ?? 0) }
            since = 0
        }
        if counted + since >= limit { return counted + since }
        since += 1
        return nil
    }

    /// Process 1 of the run.
    var first: Process { Process(AT_FDCWD, "/proc/\(initPID)") }

    /// The run's processes but its first.
    func processes() -> [Process] {
        if hasView, let names = try? Path("proc").names(in: root), names.contains("1") {
            return names.filter { $0 != "1" && $0.utf8.allSatisfy { (48...57).contains($0) } }
                .map { Process(root, "proc/\($0)") }
        }
        return pids().map { Process(AT_FDCWD, "/proc/\($0)") }
    }

    /// The same by their numbers on the host: the descendants of process 1.
    func pids() -> [Int32] { Self.descendants(of: initPID) }

    /// What a process has started, and what that has, as far as it is still there.
    static func descendants(of first: Int32) -> [Int32] {
        var found: [Int32] = []
        var waiting = [first]
        while let pid = waiting.popLast(), found.count < 4_096 {
            if pid != first { found.append(pid) }
            for task in (try? Path("/proc/\(pid)/task").names()) ?? [] {
                let children =
                    (try? Path("/proc/\(pid)/task/\(task)/children").contents(atMost: 1 << 16)) ?? []
                waiting += children.split(separator: UInt8(ascii: " ")).compactMap {
                    Int32(String(decoding: $0, as: UTF8.self))
                }
            }
        }
        return found
    }
}
