import Linux
import Sandbox

/// What a run has written into its copy of the working directory, found by looking through it.
///
/// It is looked through as often as that takes little of the supervisor's time. A file counts as a block at least, so
/// that empty ones count; one with several names counts once.
struct CopyUse {
    private let upper: Path
    private let limit: UInt64
    /// Bytes of it that were there when the run began.
    private let given: UInt64
    private var last: UInt64 = 0
    private var nextLook: UInt64 = 0

    private static let block = 4_096
    /// Directories within directories; a tree that is deeper is more than can be counted.
    private static let depth = 128

    /// Begins before the run does. What was copied for it is not counted, so that it has the room of what it removes of
    /// that.
    init(_ copy: WorkingCopy, limit: UInt64) {
        upper = copy.upper
        self.limit = limit
        given = copy.way == .copy ? Self.sum(upper, atMost: .max) : 0
    }

    /// Bytes, or as many as show that the limit is passed.
    ///
    /// - Parameter isOver: this is the last look, and is not put off.
    mutating func bytes(isOver: Bool) -> UInt64 {
        let begin = Clock.monotonic
        guard begin >= nextLook || isOver else { return last }
        let (most, overflows) = limit.addingReportingOverflow(given)
        let sum = Self.sum(upper, atMost: overflows ? .max : most)
        last = sum - min(given, sum)
        let end = Clock.monotonic
        nextLook = end + (end - begin) * 20
        return last
    }

    private static func sum(_ upper: Path, atMost limit: UInt64) -> UInt64 {
        guard let top = try? Directory(upper) else { return 0 }
        var walk = Walk(limit: limit)
        walk.add(top, depth: depth)
        return walk.sum
    }

    private struct Walk {
        let limit: UInt64
        var sum: UInt64 = 0
        private var linked: Set<UInt64> = []

        init(limit: UInt64) { self.limit = limit }

        mutating func add(_ directory: Directory, depth: Int) {
            guard depth > 0 else {
                sum = limit == .max ? .max : limit + 1
                return
            }
            // What the run closes to its own user is not seen here either.
            for name in (try? directory.names()) ?? [] {
                guard sum <= limit, let status = (try? directory.status(name)) ?? nil else { continue }
                if status.kind != .directory, status.links > 1, !linked.insert(status.inode).inserted {
                    continue
                }
                sum += UInt64(max(status.allocated, block))
                if status.kind == .directory, let inner = try? directory.directory(name) {
                    add(inner, depth: depth - 1)
                }
            }
        }
    }
}
