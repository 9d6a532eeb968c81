import Glibc

/// A directory that is open, and what is done with single names in it. No link is ever followed, so whatever lies there
/// and whoever changes it meanwhile, what is done is done in this directory.
package final class Directory {
    private let descriptor: Descriptor

    package var number: CInt { descriptor.number }

    private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens an absolute path that holds no link. `ELOOP` when it does.
    package convenience init(_ path: Path) throws(SystemError) {
        self.init(
            try Descriptor.open(path, O_RDONLY | O_DIRECTORY, resolve: .withoutLinks, in: AT_FDCWD))
    }

    /// Opens a path of this user's own, which links may lead to.
    package convenience init(own path: Path) throws(SystemError) {
        self.init(try Descriptor.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    }

    /// Opens a directory of that name in this one, on the same file system.
    package func directory(_ name: [UInt8]) throws(SystemError) -> Directory {
        try beneath(Path(bytes: name))
    }

    /// Opens a directory somewhere below this one, on the same file system; `.` is this one.
    package func beneath(_ path: Path) throws(SystemError) -> Directory {
        Directory(try Descriptor.open(path, O_RDONLY | O_DIRECTORY, resolve: .beneath, in: number))
    }

    /// Opens a directory of that name in this one after giving its owner the right to, where its mode took that away.
    ///
    /// Only for a tree of this user's own that nobody else changes.
    package func ownDirectory(_ name: [UInt8]) throws(SystemError) -> Directory {
        if let status = try status(name), status.kind == .directory, status.permissions & 0o500 != 0o500 {
            try changeMode(name, to: status.permissions | 0o500)
        }
        return try directory(name)
    }

    /// The names in it, sorted by their bytes, without `.` and `..`.
    ///
    /// - Parameter limit: more are not read; which ones is the file system's choice.
    package func names(atMost limit: Int = .max) throws(SystemError) -> [[UInt8]] {
        let copy = try Descriptor.open(Path("."), O_RDONLY | O_DIRECTORY, in: number).release()
        guard let stream = unsafe fdopendir(copy) else {
            let error = SystemError("opendir")
            close(copy)
            throw error
        }
        defer { unsafe closedir(stream) }
        var names: [[UInt8]] = []
        while names.count < limit, let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe Array(bytes.prefix { $0 != 0 })
            }
            if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { names.append(name) }
        }
        return names.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// What that name is; nil when nothing has it.
    package func status(_ name: [UInt8]) throws(SystemError) -> FileStatus? {
        do throws(SystemError) {
            return try Path(bytes: name).status(followingLinks: false, in: number)
        } catch {
            guard error.errno == .notFound else { throw error }
            return nil
        }
    }

    package func status() throws(SystemError) -> FileStatus { try descriptor.status() }

    /// The text of a symbolic link.
    package func linkTarget(_ name: [UInt8]) throws(SystemError) -> [UInt8] {
        try Path(bytes: name).linkTarget(in: number).bytes
    }

    /// Opens a file for reading. A pipe with a name does not keep the caller waiting.
    package func open(_ name: [UInt8]) throws(SystemError) -> Descriptor {
        try Descriptor.open(
            Path(bytes: name), O_RDONLY | O_NONBLOCK | O_NOCTTY, resolve: .beneath, in: number)
    }

    /// Makes a file that was not there and opens it for writing.
    package func create(_ name: [UInt8], mode: UInt32) throws(SystemError) -> Descriptor {
        try Descriptor.open(
            Path(bytes: name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode, in: number)
    }

    package func makeDirectory(_ name: [UInt8], mode: UInt32) throws(SystemError) {
        try unsafe done("mkdir", name) { unsafe mkdirat(number, $0, mode) }
    }

    package func makeLink(_ name: [UInt8], to target: [UInt8]) throws(SystemError) {
        try unsafe done("symlink", name) { place in
            unsafe Path(bytes: target).withCString { unsafe symlinkat($0, number, place) }
        }
    }

    /// Removes a name that is no directory.
    package func unlink(_ name: [UInt8]) throws(SystemError) {
        try unsafe done("unlink", name) { unsafe unlinkat(number, $0, 0) }
    }

    /// Removes an empty directory.
    package func removeDirectory(_ name: [UInt8]) throws(SystemError) {
        try unsafe done("rmdir", name) { unsafe unlinkat(number, $0, AT_REMOVEDIR) }
    }

    /// Gives something another name, here or in another directory of the file system.
    ///
    /// - Parameter replacing: whether what has the new name goes away; `EEXIST` when it may not.
    package func rename(
        _ name: [UInt8], to other: [UInt8], in directory: Directory? = nil, replacing: Bool
    ) throws(SystemError) {
        try Path(bytes: name).rename(
            to: Path(bytes: other), replacing: replacing, from: number, in: (directory ?? self).number)
    }

    /// Changes the permission bits of what a name is, which must be no link.
    package func changeMode(_ name: [UInt8], to mode: UInt32) throws(SystemError) {
        let path = CInt(OpenFlags.path.rawValue)
        let place = try Descriptor.open(Path(bytes: name), path, resolve: .beneath, in: number)
        // The name may mean something else by now; the descriptor does not.
        let own = Path("/proc/self/fd/\(place.number)")
        guard unsafe own.withCString({ unsafe fchmodat(AT_FDCWD, $0, mode, 0) }) == 0 else {
            throw SystemError("chmod", Path(bytes: name).description)
        }
    }

    /// Changes the times of its last access and the last change of what is in it: seconds and nanoseconds of both.
    package func changeTimes(to times: [Int64]) throws(SystemError) {
        if let errno = descriptor.changeTimes(to: times) { throw SystemError("utimensat", errno: errno) }
    }

    /// Has the names in it on the disk when it returns.
    package func sync() throws(SystemError) {
        guard fsync(number) == 0 else { throw SystemError("fsync") }
    }

    /// Whether this process, and nobody else, holds the lock of the directory from now on (flock(2)).
    package func lock() -> Bool { descriptor.tryLock(.exclusive) }

    private func done(
        _ call: String, _ name: [UInt8], _ body: (UnsafePointer<CChar>) -> CInt
    ) throws(SystemError) {
        guard unsafe Path(bytes: name).withCString({ unsafe body($0) }) == 0 else {
            throw SystemError(call, Path(bytes: name).description)
        }
    }
}

extension Directory {
    /// Removes everything below a name, and the name, whatever the depth and the modes. What was begun once is finished.
    ///
    /// Only for a tree that nobody else changes.
    package func removeTree(_ name: [UInt8]) throws(SystemError) {
        // Directories are brought up into one of our own before they are emptied, under names of our own: so none is ever
        // deep, and none is in another's way.
        let heapName = name + Array(".removed".utf8)
        if try status(heapName) == nil { try makeDirectory(heapName, mode: 0o700) }
        let heap = try directory(heapName)
        var waiting = try heap.names()
        var last = waiting.compactMap { Int(String(decoding: $0, as: UTF8.self)) }.max() ?? 0
        try bringUp(name, to: heap, &waiting, &last)
        while let next = waiting.popLast() {
            let place = try heap.directory(next)
            for inner in try place.names() { try place.bringUp(inner, to: heap, &waiting, &last) }
            try heap.removeDirectory(next)
        }
        try removeDirectory(heapName)
    }

    /// Moves a directory to the heap; anything else is removed at once.
    private func bringUp(
        _ name: [UInt8], to heap: Directory, _ waiting: inout [[UInt8]], _ last: inout Int
    ) throws(SystemError) {
        guard let status = try status(name) else { return }
        guard status.kind == .directory else { return try unlink(name) }
        // Its owner may empty it, whatever its mode was.
        try changeMode(name, to: 0o700)
        last += 1
        let number = Array(String(last).utf8)
        try rename(name, to: number, in: heap, replacing: false)
        waiting.append(number)
    }
}
