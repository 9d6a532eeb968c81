internal import CLinux
import Glibc

/// What kind of thing a path names, and the little of stat(2) that is used here.
package struct FileStatus: Equatable, Sendable {
    /// The type bits of `st_mode`.
    package enum Kind: Sendable { case regular, directory, symlink, fifo, socket, device, other }

    package let kind: Kind
    /// Bytes (`st_size`).
    package let size: Int
    package let device: UInt64
    package let inode: UInt64
    package let owner: UInt32
    package let group: UInt32
    /// The permission bits, without the type.
    package let permissions: UInt32
    /// Bytes on the disk (`st_blocks` of 512).
    package let allocated: Int
    /// How many names it has.
    package let links: Int
    /// When its contents, and when anything of it last changed (`st_mtim`, `st_ctim`), in nanoseconds since 1970.
    package let modified: Int64
    package let changed: Int64
    /// Which device it is (`st_rdev`).
    package let deviceNumber: UInt64

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symlink
            case S_IFIFO: .fifo
            case S_IFSOCK: .socket
            case S_IFCHR, S_IFBLK: .device
            default: .other
            }
        size = Int(status.st_size)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        owner = status.st_uid
        group = status.st_gid
        links = Int(status.st_nlink)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
        deviceNumber = UInt64(status.st_rdev)
        permissions = status.st_mode & 0o7777
        allocated = Int(status.st_blocks) * 512
    }

    /// `modified` as `Descriptor.changeTimes` takes it, for both times.
    package var timesOfContents: [Int64] {
        let second: Int64 = 1_000_000_000
        let nanoseconds = (modified % second + second) % second
        let seconds = (modified &- nanoseconds) / second
        return [seconds, nanoseconds, seconds, nanoseconds]
    }

    /// Times before 1678 and after 2262 wrap around: they are only compared.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

extension Path {
    /// stat(2), or lstat(2) when links are not followed.
    package func status(followingLinks: Bool = true, in directory: CInt = AT_FDCWD) throws(SystemError)
        -> FileStatus
    {
        var status = stat()
        let flags = followingLinks ? 0 : AT_SYMLINK_NOFOLLOW
        let result = unsafe withCString { path in unsafe fstatat(directory, path, &status, flags) }
        guard result == 0 else { throw SystemError("stat", description) }
        return FileStatus(status)
    }

    /// Gives a file another name (renameat2(2)); each name is below its directory.
    ///
    /// - Parameter replacing: whether what has the new name goes away; `EEXIST` when it may not.
    package func rename(
        to other: Path, replacing: Bool, from directory: CInt = AT_FDCWD, in target: CInt = AT_FDCWD
    ) throws(SystemError) {
        let noReplace: UInt32 = 1
        let result = unsafe withCString { old in
            unsafe other.withCString { new in
                unsafe gr_renameat2(directory, old, target, new, replacing ? 0 : noReplace)
            }
        }
        guard result == 0 else { throw SystemError("rename", other.description) }
    }

    /// Where a symbolic link points (readlink(2)).
    package func linkTarget(in directory: CInt = AT_FDCWD) throws(SystemError) -> Path {
        var failure: CInt = 0
        let target = unsafe [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, count in
            let length = unsafe withCString { path in
                unsafe gr_readlink(directory, path, buffer.baseAddress, buffer.count)
            }
            if length < 0 { failure = errno }
            count = max(0, length)
        }
        guard failure == 0 else { throw SystemError("readlink", description, errno: Errno(failure)) }
        return Path(bytes: target)
    }

    /// Whether this process's effective identity may do `mode` (`R_OK`, `W_OK`, `X_OK`) there (faccessat(2)).
    package func allows(_ mode: CInt, in directory: CInt = AT_FDCWD) -> Bool {
        unsafe withCString { unsafe gr_faccess(directory, $0, mode, AT_EACCESS) } == 0
    }

    /// The directory this process works in (getcwd(3)).
    package static func workingDirectory() throws(SystemError) -> Path {
        guard let text = unsafe getcwd(nil, 0) else { throw SystemError("getcwd") }
        defer { unsafe free(text) }
        return unsafe Path(String(cString: text))
    }

    /// Makes a directory; one that is there already is no error.
    package func makeDirectory(mode: UInt32) throws(SystemError) {
        let result = unsafe withCString { unsafe mkdir($0, mode) }
        guard result == 0 || errno == EEXIST else { throw SystemError("mkdir", description) }
    }

    /// Removes a directory and what lies in it; links are removed and not followed, and what cannot be removed stays.
    package func removeTree() {
        for name in (try? names()) ?? [] {
            let entry = appending(name)
            if (try? entry.status(followingLinks: false))?.kind == .directory {
                entry.removeTree()
            } else {
                unsafe entry.withCString { unsafe _ = unlink($0) }
            }
        }
        unsafe withCString { unsafe _ = rmdir($0) }
    }

    /// The names in a directory, in no order, without `.` and `..`.
    package func names(in directory: CInt = AT_FDCWD) throws(SystemError) -> [String] {
        let number = try Descriptor.open(self, O_RDONLY | O_DIRECTORY, in: directory).release()
        guard let stream = unsafe fdopendir(number) else {
            let error = SystemError("opendir", description)
            close(number)
            throw error
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// Everything in a regular file, which must not hold more than `limit` bytes (`EFBIG`) and must not be
    /// anything else, so that a FIFO or a device can neither block nor flood the reader (`EINVAL`).
    package func contents(atMost limit: Int, in directory: CInt = AT_FDCWD) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY, in: directory)
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { throw SystemError("stat", description) }
        switch FileStatus(status).kind {
        case .regular: break
        case .directory: throw SystemError("read", description, errno: Errno(EISDIR))
        default: throw SystemError("read", description, errno: .invalid)
        }
        guard status.st_size <= limit else { throw SystemError("read", description, errno: Errno(EFBIG)) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size) + 1)
        // The file may grow while it is read, so its size only says how much to ask for.
        while true {
            let chunk = try file.read(atMost: max(4_096, Int(status.st_size) + 1 - bytes.count))
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else { throw SystemError("read", description, errno: Errno(EFBIG)) }
        }
    }
}
