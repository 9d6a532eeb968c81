import Linux
import Sandbox

/// What a run has written into its copy of the working directory, found by looking through it.
///
/// The run makes the tree that is looked through, so that is done a little at a time, and begun again soon after it is
/// done. Every name counts as a block at least, empty files and further names of one file too.
struct CopyUse {
    private let upper: Path
    private let limit: UInt64
    /// Bytes of it that were there when the run began.
    private let given: UInt64
    /// Bytes that were in use on its file system by then.
    private let usedBefore: UInt64
    private var last: UInt64 = 0
    private var walk: Walk?
    /// Nanoseconds that the walk took so far.
    private var spent: UInt64 = 0
    private var nextWalk: UInt64 = 0

    private static let block = 4_096
    /// Names that are counted; more are over any limit, as is a tree with more directories within directories.
    private static let most = 500_000
    private static let depth = 128
    /// Nanoseconds of one turn, and between two walks.
    private static let turn: UInt64 = 5_000_000
    private static let longestRest: UInt64 = 1_000_000_000

    /// Begins before the run does. What was copied for it is not counted, so that it has the room of what it removes of
    /// that.
    init(_ copy: WorkingCopy, limit: UInt64) {
        upper = copy.upper
        // What is over it must not be more than can be added up.
        self.limit = min(limit, .max / 4)
        var given: UInt64 = 0
        if copy.way == .copy {
            var walk = Walk(copy.upper, limit: .max / 4)
            _ = walk.goOn(until: nil)
            given = walk.sum
        }
        self.given = given
        usedBefore = bytesUsed(copy.upper)
    }

    /// A walk is under way, and the next turn should come soon.
    var isWalking: Bool { walk != nil }

    /// Bytes, or as many as show that the limit is passed.
    ///
    /// - Parameter isOver: nothing is written any more, and all of it is counted.
    mutating func bytes(isOver: Bool) -> UInt64 {
        let begin = Clock.monotonic
        // What was counted may have grown since.
        if isOver { walk = nil }
        guard isOver || isWalking || begin >= nextWalk else { return last }
        var walk = self.walk ?? Walk(upper, limit: limit + given)
        self.walk = nil
        let isDone = walk.goOn(until: isOver ? nil : begin + Self.turn)
        let end = Clock.monotonic
        spent += end - begin
        let sum = walk.sum - min(given, walk.sum)
        if isDone {
            last = walk.hasClosed ? max(sum, grown) : sum
            nextWalk = end + min(spent * 20, Self.longestRest)
            spent = 0
        } else {
            last = max(last, sum)
            self.walk = walk
        }
        return last
    }

    /// What a directory holds that the run closed to its own user cannot be seen: all that the file system has more is
    /// taken for it.
    private var grown: UInt64 {
        let used = bytesUsed(upper)
        return used - min(used, usedBefore)
    }

    private struct Walk {
        private let limit: UInt64
        private(set) var sum: UInt64 = 0
        /// There are directories that cannot be listed.
        private(set) var hasClosed = false
        /// The directories that it is in, from the top.
        private var directories: [DirectoryStream] = []
        private var linked: Set<UInt64> = []
        private var names = 0

        init(_ top: Path, limit: UInt64) {
            self.limit = limit
            do throws(SystemError) {
                directories.append(try DirectoryStream(top))
            } catch {
                hasClosed = true
            }
        }

        /// Goes on for a while; false when there is more.
        mutating func goOn(until deadline: UInt64?) -> Bool {
            while let directory = directories.last, sum <= limit {
                guard let name = directory.next() else {
                    directories.removeLast()
                    continue
                }
                add(name, in: directory)
                if let deadline, names % 64 == 0, Clock.monotonic >= deadline { return false }
            }
            return true
        }

        private mutating func add(_ name: [UInt8], in directory: DirectoryStream) {
            names += 1
            if names > CopyUse.most { sum = limit + 1 }
            let status: FileStatus
            do throws(SystemError) {
                status = try directory.status(name)
            } catch {
                // One that is gone again is none, one in a directory that may not be entered may be anything.
                if error.errno != .notFound { hasClosed = true }
                sum += UInt64(CopyUse.block)
                return
            }
            let isAgain =
                status.kind != .directory && status.links > 1 && !linked.insert(status.inode).inserted
            sum += UInt64(isAgain ? CopyUse.block : max(status.allocated, CopyUse.block))
            guard status.kind == .directory else { return }
            guard directories.count < CopyUse.depth else {
                sum = limit + 1
                return
            }
            do throws(SystemError) {
                directories.append(try DirectoryStream(name, in: directory))
            } catch {
                if error.errno != .notFound { hasClosed = true }
            }
        }
    }
}
