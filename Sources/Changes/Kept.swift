import Audit
import Event
import Glibc
import Linux

/// A run's copy of its working directory, as it is kept until somebody commits or discards it.
///
/// Its folder lies in the audit directory, which no run sees: `record` says what it is a copy of, `changes` is written
/// when the run is over, and `settled` when nothing is left to do. What the run wrote is in `upper`, there or elsewhere.
package struct Kept {
    package let runID: RunID
    package let folder: Path
    /// What it is a copy of, without links, and which directory that was.
    package let directory: Path
    let inode: UInt64
    /// Where `upper` and `work` are.
    package let layers: Path
    /// When the making of the copy began, in nanoseconds since 1970.
    package let begun: Int64
    /// Everything was copied, and `upper` holds all of it; else what the run wrote.
    let isWhole: Bool

    /// How it stands with a copy.
    package enum State: Equatable {
        /// The run goes on.
        case open
        case pending
        /// What there was of it is where it belongs, or gone, and which trail says so.
        case settled(String, by: String)
    }

    private enum Name {
        static let record = "record", changes = "changes", settled = "settled", copied = "copied"
        static let upper = Array("upper".utf8), work = Array("work".utf8)
    }

    /// Makes the folder and empty layers for a run that is about to begin.
    ///
    /// - Parameters:
    ///   - layers: where they go; the folder itself, or a directory of that name elsewhere.
    ///   - isWhole: whether everything in the directory is copied, as where the kernel cannot layer it.
    package init(
        of directory: Path, for run: RunID, in store: Store, layers: Path, isWhole: Bool
    ) throws(SystemError) {
        self.isWhole = isWhole
        runID = run
        folder = store.workspace(of: run)
        self.directory = directory
        self.layers = layers
        begun = Int64(Clock.wall)
        let base = try Directory(directory).status()
        inode = base.inode
        do throws(SystemError) {
            for path in [folder.parent, folder, layers.parent, layers] { try Self.makeOwn(path) }
            let place = try Directory(own: layers)
            try place.makeDirectory(Name.upper, mode: 0o700)
            try place.makeDirectory(Name.work, mode: 0o700)
            // The root of the copy has the mode of what it is a copy of.
            try place.changeMode(Name.upper, to: base.permissions & 0o1777)
            if isWhole {
                let copy = try TreeCopy(of: try Directory(directory), to: try place.directory(Name.upper))
                try write(copy.copied.text, as: Name.copied)
            }
            try write(record, as: Name.record)
        } catch {
            remove()
            throw error
        }
    }

    /// Finds the copy of a run; nil when it had none.
    package init?(_ run: RunID, in store: Store) {
        let folder = store.workspace(of: run)
        guard let bytes = try? folder.appending(Name.record).contents(atMost: 1 << 20),
            let record = JSONReader.value(bytes), record["run_id"]?.stringValue == run.description,
            let directory = record["directory"]?.stringValue.flatMap({ Escaped.bytes($0) }),
            let layers = record["layers"]?.stringValue.flatMap({ Escaped.bytes($0) }),
            let inode = record["inode"]?.stringValue.flatMap({ UInt64($0) }),
            let begun = record["begun"]?.intValue
        else { return nil }
        self.folder = folder
        runID = run
        self.directory = Path(bytes: directory)
        self.layers = Path(bytes: layers)
        self.inode = inode
        self.begun = begun
        isWhole = record["whole"] == .bool(true)
    }

    private var record: JSON {
        [
            "v": 1, "run_id": .string(runID.description),
            "directory": .string(Escaped.text(directory.bytes)), "inode": .string(String(inode)),
            "layers": .string(Escaped.text(layers.bytes)), "begun": .number(begun),
            "whole": .bool(isWhole),
        ]
    }

    /// A directory for this user alone. What is there already must be that, because anybody may make names in /var/tmp.
    package static func makeOwn(_ path: Path) throws(SystemError) {
        try path.makeDirectory(mode: 0o700)
        let status = try path.status(followingLinks: false)
        guard status.kind == .directory, status.owner == geteuid(), status.permissions & 0o077 == 0 else {
            throw SystemError(
                "mkdir", "\(path), which is there and not this user's alone", errno: .notPermitted)
        }
    }

    private func write(_ value: JSON, as name: String) throws(SystemError) {
        try write(value.encoded + [UInt8(ascii: "\n")], as: name)
    }

    private func write(_ bytes: [UInt8], as name: String) throws(SystemError) {
        let file = try create(name)
        try file.write(bytes)
        guard fdatasync(file.number) == 0 else { throw SystemError("fdatasync", name) }
    }

    private func create(_ name: String) throws(SystemError) -> Descriptor {
        try Descriptor.open(folder.appending(name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    }

    /// Takes the copy for this process; nil when another has it. It is given back when the result goes.
    package func taken() throws(SystemError) -> Directory? {
        let place = try Directory(own: folder)
        return place.lock() ? place : nil
    }

    /// The directory that it is a copy of, if that is still the same one.
    package func base() throws(SystemError) -> Directory {
        let base = try Directory(directory)
        guard try base.status().inode == inode else {
            throw SystemError("open", "\(directory), which is another directory by now", errno: Errno(ESTALE))
        }
        return base
    }

    /// What the run wrote, or all of the copy. The run may have closed it.
    package func upper() throws(SystemError) -> Directory {
        try Directory(own: layers).ownDirectory(Name.upper)
    }
}

extension Kept {
    /// What the run changed.
    package struct Contents {
        package let changes: [Change]
        /// There is more, which is not listed and cannot be carried over.
        package let isCut: Bool
        /// Of the list as it is kept.
        package let digest: Digest
    }

    /// Looks through the copy when the run is over, and keeps the list. A copy in which nothing changed is dropped.
    package func conclude() throws(SystemError) -> Contents {
        let survey = try survey()
        guard !survey.changes.isEmpty || survey.isCut else {
            remove()
            return try listed(survey)
        }
        do throws(SystemError) {
            let file = try create(Name.changes)
            let contents = try listed(survey) { (piece) throws(SystemError) in try file.write(piece) }
            guard fdatasync(file.number) == 0 else { throw SystemError("fdatasync", Name.changes) }
            return contents
        } catch {
            // Half of it would be in the way of whoever looks for himself.
            folder.appending(Name.changes).remove()
            throw error
        }
    }

    /// What was found when the run was over; where guardrun was killed before that, what is there now.
    package func contents() throws(SystemError) -> Contents {
        let path = folder.appending(Name.changes)
        guard (try? path.status()) != nil else { return try listed(try survey()) }
        guard let list = try ChangeList.read(Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)) else {
            throw SystemError("read", "\(path), which is damaged", errno: Errno(EIO))
        }
        return Contents(changes: list.changes, isCut: list.isCut, digest: list.digest)
    }

    private func survey() throws(SystemError) -> Survey {
        try Survey(upper: try upper(), base: try base(), begun: begun, copied: try copied())
    }

    /// - Parameter put: takes the list as it is kept, piece by piece.
    private func listed(
        _ survey: Survey, put: ([UInt8]) throws(SystemError) -> Void = { _ in }
    ) throws(SystemError) -> Contents {
        let digest = try ChangeList.write(survey.changes, isCut: survey.isCut, to: put)
        return Contents(changes: survey.changes, isCut: survey.isCut, digest: digest)
    }

    /// What the run was given, where everything was copied for it.
    private func copied() throws(SystemError) -> Copied? {
        guard isWhole else { return nil }
        let path = folder.appending(Name.copied)
        guard let copied = Copied(try path.contents(atMost: 1 << 30)) else {
            throw SystemError("read", "\(path), which is damaged", errno: Errno(EIO))
        }
        return copied
    }

    /// How it stands. A copy whose layers are gone without a word is one that somebody removed.
    package func state() -> State {
        if let bytes = try? folder.appending(Name.settled).contents(atMost: 1 << 16),
            let settled = JSONReader.value(bytes), let how = settled["state"]?.stringValue
        {
            return .settled(how, by: settled["trail"]?.stringValue ?? "")
        }
        // The lock goes with the directory that was opened for it.
        return (try? taken()) ?? nil == nil ? .open : .pending
    }

    /// Writes down how it ended, and drops what the run wrote.
    package func settle(_ how: String, by trail: RunID) throws(SystemError) {
        let text: JSON = ["state": .string(how), "trail": .string(trail.description)]
        if (try? folder.appending(Name.settled).status()) == nil { try write(text, as: Name.settled) }
        try dropLayers()
        for name in [Name.changes, Name.copied] { folder.appending(name).remove() }
    }

    private func dropLayers() throws(SystemError) {
        let place: Directory
        do throws(SystemError) {
            place = try Directory(own: layers)
        } catch {
            guard error.errno == .notFound else { throw error }
            return
        }
        for name in [Name.upper, Name.work] { try place.removeTree(name) }
        if layers != folder { try Directory(own: layers.parent).removeTree(Array(layers.name.utf8)) }
    }

    /// Drops all of it, as if it had never been.
    package func remove() {
        try? dropLayers()
        for name in [Name.record, Name.changes, Name.settled, Name.copied] { folder.appending(name).remove() }
        unsafe folder.withCString { unsafe _ = rmdir($0) }
    }
}

extension Store {
    /// Where copies are kept.
    package var workspaces: Path { directory.appending("workspaces") }
    package func workspace(of run: RunID) -> Path { workspaces.appending(run.description) }

    /// Every run of which a copy was kept, oldest first.
    package func kept() -> [Kept] {
        ((try? workspaces.names()) ?? []).compactMap { RunID($0) }.sorted().compactMap { Kept($0, in: self) }
    }
}
