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
        /// In memory of the run's own, which is counted as a whole.
        let isPrivate: Bool
    }

    private let root: CInt
    private let own: [Path]
    private let isWanted: Bool
    private var files: [Path: File] = [:]
    /// Files looked at in one sample; a run that writes more is summed up to there and the rest by its last value.
    private static let most = 4_096

    /// - Parameter own: directories that hold nothing of the host.
    init(root: CInt, own: [Path], isWanted: Bool) {
        self.root = root
        self.own = own
        self.isWanted = isWanted
    }

    /// Notes an act that goes on and may write.
    func note(_ act: Act, _ lookup: some Lookup) {
        guard isWanted, files.count < Self.most else { return }
        switch act.kind {
        case .open(let path, let flags) where flags.writes: note(path, act, lookup)
        case .change(let targets):
            for target in targets where target.change == .replace { note(target.path, act, lookup) }
        default: return
        }
    }

    private func note(_ path: GuestPath, _ act: Act, _ lookup: some Lookup) {
        guard let place = lookup.place(of: path, for: act.call.pid)?.path, files[place] == nil else { return }
        let status = status(place)
        files[place] = File(
            before: (status?.allocated ?? 0, status?.size ?? 0),
            isPrivate: own.contains { $0.contains(place) })
    }

    private func status(_ path: Path) -> FileStatus? {
        try? Path(bytes: Array(path.bytes.dropFirst())).status(followingLinks: false, in: root)
    }

    /// Bytes on the disk that were not there before.
    var added: UInt64 {
        files.reduce(0) { sum, entry in
            entry.value.isPrivate
                ? sum
                : sum + UInt64(max(0, (status(entry.key)?.allocated ?? 0) - entry.value.before.allocated))
        }
    }

    /// A file that has grown to `limit` bytes, where the kernel lets it grow no more.
    func reaching(_ limit: UInt64) -> Path? {
        files.first { path, file in
            guard let size = status(path)?.size else { return false }
            return UInt64(size) >= limit && size > file.before.size
        }?.key
    }
}

/// Memory that a run has by name and that is charged to no process (memfd_create(2)).
final class MemoryFile {
    private let descriptor: Descriptor

    /// Nil when the kernel refuses; it knows the seal against execution since 6.3.
    init?(name: [UInt8], flags: UInt64) {
        let name = Path(bytes: name).description
        guard let memory = try? Descriptor.inMemory(name, sealable: flags & 2 != 0, executable: false) else {
            return nil
        }
        descriptor = memory
    }

    var number: CInt { descriptor.number }
    var bytes: UInt64 { UInt64((try? descriptor.status().allocated) ?? 0) }
}
