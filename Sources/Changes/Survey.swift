import Glibc
import Linux

/// Finds what is different in a run's copy of a directory, from what the kernel left of it in the upper directory.
///
/// Everything there was chosen by the run. Nothing is followed, nothing is opened that is not a file or a directory, and
/// what cannot be carried over is listed with the reason.
package struct Survey {
    package private(set) var changes: [Change] = []
    /// There is more than is listed.
    package private(set) var isCut = false

    /// When the copy was made, in nanoseconds since 1970: what changed on the host later was changed by somebody else.
    private let begun: Int64
    /// What the run was given, where everything was copied for it: nothing of the directory shows through then.
    private let copied: Copied?
    private var seen = 0
    /// Bytes of the names that are listed.
    private var listed = 0
    /// Files with several names, and what carrying them over as several files would take beside.
    private var linked: Set<UInt64> = []
    private var again = 0

    /// Names looked at, and directories within directories. Beyond, nothing is carried over.
    package static let most = 500_000
    /// Bytes of all paths that are listed together.
    package static let mostListed = 32 << 20
    private static let depth = 100
    private static let mostAgain = 64 << 20
    /// Room for a name beside the longest path (PATH_MAX).
    private static let longestPath = 3_800

    /// Fails where the copy cannot be listed at all.
    init(
        upper: Directory, base: Directory, begun: Int64, copied: Copied? = nil
    ) throws(SystemError) {
        self.begun = begun
        self.copied = copied
        try walk(upper, over: base, at: nil, depth: 0, covers: copied != nil)
        var renames = Renames(upper: upper, base: base)
        changes = renames.found(in: changes)
        changes.sort { $0.path < $1.path }
    }

    /// - Parameters:
    ///   - base: the directory that this one is laid over; nil where there was none.
    ///   - covers: what is below is not seen where nothing lies over it.
    private mutating func walk(
        _ upper: Directory, over base: Directory?, at place: Path?, depth: Int, covers: Bool
    ) throws(SystemError) {
        let names = try upper.names(atMost: Self.most + 1)
        for name in names {
            let path = place?.appending(name) ?? Path(bytes: name)
            guard count(), let above = try upper.status(name) else { continue }
            var below = (try? base?.status(name)) ?? nil
            if copied == nil, above.kind == .device, above.deviceNumber == 0 {
                if let base, let below { remove(name, below, from: base, at: path, depth: depth) }
                continue
            }
            if above.kind != .directory, copied?.isUntouched(path, above) == true { continue }
            if let base, let gone = below, (gone.kind == .directory) != (above.kind == .directory) {
                remove(name, gone, from: base, at: path, depth: depth)
                below = nil
            }
            if above.kind == .directory {
                enter(name, above, in: upper, over: base, below, at: path, depth: depth, covers: covers)
            } else {
                compare(name, above, in: upper, base, below, at: path)
            }
        }
        guard covers, let base else { return }
        let hidden: [[UInt8]]
        do throws(SystemError) {
            hidden = try base.names(atMost: Self.most + 1)
        } catch {
            // A run that was given copies was given none of what cannot be listed.
            if copied == nil { throw error }
            return
        }
        let kept = Set(names)
        for name in hidden where !kept.contains(name) {
            let path = place?.appending(name) ?? Path(bytes: name)
            guard wasGiven(path), count(), let below = (try? base.status(name)) ?? nil else { continue }
            remove(name, below, from: base, at: path, depth: depth)
        }
    }

    private mutating func enter(
        _ name: [UInt8], _ above: FileStatus, in upper: Directory, over base: Directory?,
        _ below: FileStatus?,
        at path: Path, depth: Int, covers: Bool
    ) {
        let start = changes.count
        if let below {
            if copied?.isUntouched(path, above) != true,
                (above.permissions ^ below.permissions) & 0o777 != 0
            {
                add(.mode, path, below, above)
            }
        } else if copied?.isSame(path, above) != true {
            add(.added, path, nil, above)
        }
        guard depth < Self.depth, path.bytes.count < Self.longestPath else {
            return stop(at: path, above, "what lies in it lies too deep")
        }
        do throws(SystemError) {
            // The run may have closed it, to this user too. What it closed is in the list by now.
            let inner = try upper.ownDirectory(name)
            let isOpaque = inner.isOpaque
            let lower = below == nil ? nil : try base?.directory(name)
            try walk(inner, over: lower, at: path, depth: depth + 1, covers: covers || isOpaque)
        } catch {
            // What was found of it is not all.
            changes.removeSubrange(start...)
            stop(at: path, above, "what lies in it cannot be read (\(error.errno))")
        }
    }

    private mutating func compare(
        _ name: [UInt8], _ above: FileStatus, in upper: Directory, _ base: Directory?, _ below: FileStatus?,
        at path: Path
    ) {
        let obstacle = Self.obstacle(above) ?? repeated(above)
        guard let base, let below else { return add(.added, path, nil, above, obstacle) }
        guard above.kind == below.kind else { return add(.modified, path, below, above, obstacle) }
        switch above.kind {
        case .regular:
            let isSame =
                above.size == below.size
                && (try? Contents.areSame(name, in: upper, as: name, in: base)) == true
            if !isSame {
                add(.modified, path, below, above, obstacle)
            } else if (above.permissions ^ below.permissions) & 0o6777 != 0 {
                add(.mode, path, below, above, obstacle)
            }
        case .symlink:
            guard let target = try? upper.linkTarget(name), target == (try? base.linkTarget(name)) else {
                return add(.modified, path, below, above, obstacle)
            }
        default: add(.modified, path, below, above, obstacle)
        }
    }

    /// Lists what was removed, with everything in it.
    private mutating func remove(
        _ name: [UInt8], _ below: FileStatus, from base: Directory, at path: Path, depth: Int
    ) {
        if below.kind == .directory {
            guard depth < Self.depth, let inner = try? base.directory(name), let names = try? inner.names()
            else { return stop(at: path, nil, "what lay in it cannot be read", below) }
            for child in names {
                let path = path.appending(child)
                guard wasGiven(path), count(), let status = (try? inner.status(child)) ?? nil else {
                    continue
                }
                remove(child, status, from: inner, at: path, depth: depth + 1)
            }
        }
        add(.deleted, path, below, nil)
    }

    private mutating func add(
        _ kind: Change.Kind, _ path: Path, _ below: FileStatus?, _ above: FileStatus?,
        _ obstacle: String? = nil
    ) {
        listed += path.bytes.count
        guard listed <= Self.mostListed else {
            isCut = true
            return
        }
        let isContested = below.map { $0.kind != .directory && $0.changed > begun } ?? false
        changes.append(
            Change(
                kind: kind, path: path, before: below.map(Mark.init), after: above.map(Mark.init),
                isContested: isContested, obstacle: obstacle))
    }

    /// Lists a directory whose contents are not listed.
    private mutating func stop(
        at path: Path, _ above: FileStatus?, _ obstacle: String, _ below: FileStatus? = nil
    ) {
        if changes.last?.path == path { changes.removeLast() }
        add(above == nil ? .deleted : .modified, path, below, above, obstacle)
    }

    /// A file is carried over once for each of its names, of which a run can make many.
    private mutating func repeated(_ status: FileStatus) -> String? {
        guard status.kind == .regular, status.links > 1, !linked.insert(status.inode).inserted else {
            return nil
        }
        again += status.allocated
        return again > Self.mostAgain ? "it is one of many names of a large file" : nil
    }

    /// Whether the run saw what the directory has of that name: what somebody put there meanwhile it did not.
    private func wasGiven(_ path: Path) -> Bool { copied?.holds(path) ?? true }

    private mutating func count() -> Bool {
        seen += 1
        if seen > Self.most { isCut = true }
        return !isCut
    }

    private static func obstacle(_ status: FileStatus) -> String? {
        switch status.kind {
        case .regular:
            status.permissions & 0o6000 == 0
                ? nil : "it would run as its owner or group (set-user-ID, set-group-ID)"
        case .symlink, .directory: nil
        case .fifo: "it is a named pipe"
        case .socket: "it is a socket"
        case .device: "it is a device"
        case .other: "it is neither a file, a directory nor a symbolic link"
        }
    }
}

extension Directory {
    /// Whether nothing shows through it of what it is laid over (overlayfs, "whiteouts and opaque directories").
    fileprivate var isOpaque: Bool {
        guard let own = try? Descriptor.open(Path("."), O_RDONLY | O_DIRECTORY, in: number) else {
            return false
        }
        return own.attribute("user.overlay.opaque") == Array("y".utf8)
    }
}
