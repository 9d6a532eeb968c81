import Glibc
import Linux
import Sandbox

/// The files of the host that a run has opened for writing, to know how much it has added to the disk.
///
/// What was opened and then lost its name is not found again: `limits.file_size` and `limits.open_files` bound it.
final class WrittenFiles {
    private struct File {
        /// Bytes on the disk and in length, before the run touched it.
        let before: (allocated: Int, size: Int)
        /// In memory or a copy of the run's own, which is counted as a whole.
        let isPrivate: Bool
    }

    private let root: CInt
    private let own: OwnDirectories
    private let copied: Path?
    private let isWanted: Bool
    private var files: [Path: File] = [:]
    /// Their names in order, in which what lies in a directory stands together.
    private var names: [Path] = []
    /// Files looked at in one sample; a run that writes more is summed up to there and the rest by its last value.
    private static let most = 4_096
    private static let sweepInterval: UInt64 = 100_000_000
    private var nextSweep: UInt64 = 0

    /// - Parameter copied: the working directory, where the run has a copy of it.
    init(root: CInt, own: OwnDirectories, copied: Path?, isWanted: Bool) {
        self.copied = copied
        self.root = root
        self.own = own
        self.isWanted = isWanted
    }

    /// Notes an act that goes on and may write, or give another name to what was written.
    func note(_ act: Act, _ lookup: some Lookup) {
        guard isWanted else { return }
        switch act.kind {
        case .open(let path, let flags) where flags.writes: note(path, act, lookup)
        case .change(let targets) where targets.count == 2:
            noteName(targets[0].path, targets[1].path, act, lookup)
        case .change(let targets):
            for target in targets where target.change == .replace { note(target.path, act, lookup) }
        default: return
        }
    }

    private func note(_ path: GuestPath, _ act: Act, _ lookup: some Lookup) {
        guard let place = lookup.place(of: path, for: act.call.pid)?.path, files[place] == nil else { return }
        add(place, before: status(place))
    }

    /// A rename or a link: what counted under the old name, or below it, counts under the new one too. The old one
    /// stays, because the act may fail, and each file is counted once whatever its names.
    private func noteName(_ from: GuestPath, _ to: GuestPath, _ act: Act, _ lookup: some Lookup) {
        guard let old = lookup.place(of: from, for: act.call.pid)?.path,
            let new = lookup.place(of: to, for: act.call.pid)?.path
        else { return }
        for path in below(old) {
            guard let file = files[path] else { continue }
            guard add(new.appending(path.bytes[(old.bytes.count + 1)...]), file) else { return }
        }
        if let file = files[old] { add(new, file) } else { add(new, before: status(old)) }
    }

    /// The names that lie in a directory, at any depth.
    private func below(_ directory: Path) -> ArraySlice<Path> {
        var start = place(of: directory)
        if start < names.count, names[start] == directory { start += 1 }
        return names[start...].prefix { directory.contains($0) }
    }

    /// Where a name stands among the others, or would.
    private func place(of name: Path) -> Int {
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            if names[middle] < name { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func add(_ place: Path, before: FileStatus?) {
        let isPrivate = own.contains(place) || copied?.contains(place) == true
        add(place, File(before: (before?.allocated ?? 0, before?.size ?? 0), isPrivate: isPrivate))
    }

    /// A name that is known keeps what is known of it.
    ///
    /// - Returns: whether there was room.
    @discardableResult
    private func add(_ place: Path, _ file: File) -> Bool {
        guard files[place] == nil else { return true }
        guard hasRoom() else { return false }
        files[place] = file
        names.insert(place, at: self.place(of: place))
        return true
    }

    /// Names that are gone make room. They are looked for now and then only: a run may have as many as there can be.
    private func hasRoom() -> Bool {
        let now = Clock.monotonic
        if files.count >= Self.most, now >= nextSweep {
            names.removeAll { status($0) == nil }
            var left: [Path: File] = [:]
            for name in names { left[name] = files[name] }
            files = left
            nextSweep = now + Self.sweepInterval
        }
        return files.count < Self.most
    }

    private func status(_ path: Path) -> FileStatus? {
        try? Path(bytes: Array(path.bytes.dropFirst())).status(followingLinks: false, in: root)
    }

    /// Bytes on the disk that were not there before.
    var added: UInt64 {
        var grown: [(device: UInt64, inode: UInt64, bytes: Int)] = []
        for (path, file) in files where !file.isPrivate {
            guard let status = status(path), status.allocated > file.before.allocated else { continue }
            grown.append((status.device, status.inode, status.allocated - file.before.allocated))
        }
        // Names of one file come to stand together, the one it grew most under last.
        grown.sort { ($0.device, $0.inode, $0.bytes) < ($1.device, $1.inode, $1.bytes) }
        var sum: UInt64 = 0
        for (index, file) in grown.enumerated() {
            let next = index + 1 < grown.count ? grown[index + 1] : nil
            if next?.device != file.device || next?.inode != file.inode { sum += UInt64(file.bytes) }
        }
        return sum
    }

    /// A file that has grown to `limit` bytes, where the kernel lets it grow no more.
    func reaching(_ limit: UInt64) -> Path? {
        files.first { path, file in
            guard let size = status(path)?.size else { return false }
            return UInt64(size) >= limit && size > file.before.size
        }?.key
    }
}
