import Linux

/// Notices a process that opens more files than it may, which the samples would miss when it is quick.
///
/// The kernel refuses by itself (RLIMIT_NOFILE), so this only has to see it. Looking at each open would be dear;
/// a thread is looked at again when it has opened half of what was left the last time.
struct OpenFiles {
    private let limit: UInt64?
    /// How often a thread may open a file before it is looked at.
    private var unseen: [Int32: UInt64] = [:]
    private static let most = 4_096

    init(limit: UInt64?) { self.limit = limit }

    /// The number of open files when this act asks for one too many; once in a run.
    mutating func reaching(_ act: Act) -> UInt64? {
        guard let limit, isUnreported, case .open = act.kind else { return nil }
        let pid = act.call.pid
        if let left = unseen[pid], left > 0 {
            unseen[pid] = left - 1
            return nil
        }
        // Since Linux 6.2 the size of the directory is the number of descriptors (proc_pid_fd(5)).
        guard let size = try? Path("/proc/\(pid)/fd").status().size, size > 0 else { return nil }
        let count = UInt64(size)
        guard count < limit else {
            isUnreported = false
            return count
        }
        if unseen.count >= Self.most { unseen = [:] }
        unseen[pid] = (limit - count) / 2
        return nil
    }

    private var isUnreported = true
}
