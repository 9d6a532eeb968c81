internal import CLinux
import Glibc

/// The processor time of a process and of everything it starts (perf_event_open(2)), those included whose end nobody
/// waited for: they are added to no other process, so no sum over /proc finds them again.
package struct TaskClock: ~Copyable {
    private let descriptor: Descriptor

    /// Starts to count; nil where the host does not let this user (perf_event_paranoid above 2, a container's filter).
    package init?(of pid: Int32) {
        let number = gr_task_clock(pid)
        guard number >= 0 else { return nil }
        descriptor = Descriptor(owning: number)
    }

    /// Nanoseconds so far.
    package var time: UInt64 {
        let bytes = (try? descriptor.read(atMost: 8)) ?? []
        return bytes.count == 8 ? bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } : 0
    }
}
