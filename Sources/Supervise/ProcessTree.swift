import Linux
import Sandbox

/// The processes of a run one by one, for whoever ends some of them and lets others be. What counts is where the kernel
/// has them in the tree, never what one says of itself.
package final class ProcessTree {
    private let initPID: Int32
    /// How often everything is looked through. Whoever still has processes then makes them faster than they are ended.
    private static let mostLooks = 100
    /// How long all of that may take: who has much memory takes a while to give it back.
    private static let patience: UInt64 = 2_000_000_000

    package init(of child: Child) { initPID = child.initPID }

    /// The process of a number, if it belongs to the run.
    package func member(_ pid: Int32) -> ProcessHandle? {
        // First held, then looked for: what is in the tree afterwards under that number, while the one that is held
        // lives, is the one that is held.
        guard let handle = ProcessHandle(pid: pid), pids().contains(pid), !handle.hasEnded else { return nil }
        return handle
    }

    /// Kills all but process 1 and those named; whether nothing else is left.
    package func end(allBut spared: [Int32]) -> Bool {
        let end = Clock.monotonic + Self.patience
        for _ in 0..<Self.mostLooks {
            let handles = pids().filter { !spared.contains($0) }.prefix(256).compactMap {
                ProcessHandle(pid: $0)
            }
            let still = Set(pids())
            let others = handles.filter { still.contains($0.pid) && !$0.hasEnded }
            if others.isEmpty { return true }
            for other in others { other.send(9) }
            // What one of them started shows in the next look.
            for other in others {
                let now = Clock.monotonic
                guard now < end else { return false }
                var set = PollSet()
                _ = set.add(other.pollNumber)
                set.wait(nanoseconds: end - now)
            }
        }
        return false
    }

    private func pids() -> [Int32] { Census.descendants(of: initPID) }
}
