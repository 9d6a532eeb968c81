internal import CLinux
import Glibc

/// A file descriptor that this process owns and that closes when its owner lets go of it.
public struct Descriptor: ~Copyable {
    /// The number, for calls that borrow it.
    package private(set) var number: CInt

    /// Takes over a descriptor that nothing else will close.
    package init(owning number: CInt) { self.number = number }

    deinit { if number >= 0 { close(number) } }

    /// Gives the number away: the caller closes it now.
    package consuming func release() -> CInt {
        let given = number
        number = -1
        return given
    }

    /// Opens `path` (openat(2)); close-on-exec is always set.
    package static func open(
        _ path: Path, _ flags: CInt, mode: UInt32 = 0, in directory: CInt = AT_FDCWD
    ) throws(SystemError) -> Descriptor {
        let number = unsafe path.withCString { unsafe gr_open(directory, $0, flags | O_CLOEXEC, mode) }
        guard number >= 0 else { throw SystemError("open", path.description) }
        return Descriptor(owning: number)
    }

    /// Opens `path` (openat2(2)) under the given `RESOLVE_` rules.
    package static func open(
        _ path: Path, _ flags: CInt, resolve: Resolve, in directory: CInt
    ) throws(SystemError) -> Descriptor {
        let number = unsafe path.withCString {
            unsafe gr_openat2(
                directory, $0, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)), 0, resolve.rawValue)
        }
        guard number >= 0 else { throw SystemError("openat2", path.description) }
        return Descriptor(owning: number)
    }

    /// Reads at most `limit` bytes at the current position; empty at the end of the file.
    package func read(atMost limit: Int) throws(SystemError) -> [UInt8] {
        try Self.readBorrowed(number, atMost: limit)
    }

    /// The same, from a descriptor that belongs to somebody else.
    package static func readBorrowed(_ number: CInt, atMost limit: Int) throws(SystemError) -> [UInt8] {
        var failure: CInt = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let got = retrying { unsafe Glibc.read(number, buffer.baseAddress, limit) }
            if got < 0 { failure = errno }
            count = max(0, got)
        }
        guard failure == 0 else { throw SystemError("read", errno: Errno(failure)) }
        return bytes
    }

    /// Writes all of `bytes`, or throws; what was written before the failure stays written.
    package func write(_ bytes: some Collection<UInt8>) throws(SystemError) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let wrote = unsafe rest.withUnsafeBytes { buffer in
                retrying { unsafe Glibc.write(number, buffer.baseAddress, buffer.count) }
            }
            guard wrote >= 0 else { throw SystemError("write") }
            rest = rest.dropFirst(wrote)
        }
    }
}

/// A pipe(2) whose both ends are close-on-exec.
public struct Pipe: ~Copyable {
    package let read: Descriptor
    package let write: Descriptor

    package init() throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        guard unsafe gr_pipe(&ends, O_CLOEXEC) == 0 else { throw SystemError("pipe") }
        read = Descriptor(owning: ends[0])
        write = Descriptor(owning: ends[1])
    }

    /// Gives both numbers away: the caller closes them now.
    package consuming func release() -> (read: CInt, write: CInt) { (read.release(), write.release()) }
}

/// Repeats a call that a signal interrupted (signal(7)).
func retrying(_ call: () -> Int) -> Int {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

extension Path {
    /// The path as the C string that system calls take. It ends at the first zero byte, as the kernel's would.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        var terminated = bytes
        terminated.append(0)
        return unsafe terminated.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { fatalError("an array with one byte has an address") }
            return unsafe body(base.assumingMemoryBound(to: CChar.self))
        }
    }
}

extension Descriptor {
    /// An unnamed file in memory (memfd_create(2)).
    ///
    /// - Parameters:
    ///   - sealable: whether seals may be added later (MFD_ALLOW_SEALING).
    ///   - executable: whether it may be executed; if not it is sealed against that (MFD_NOEXEC_SEAL, Linux 6.3).
    package static func inMemory(
        _ name: String, sealable: Bool = true, executable: Bool = true
    ) throws(SystemError) -> Descriptor {
        let flags: UInt32 = 0x1 | (sealable ? 0x2 : 0) | (executable ? 0 : 0x8)
        var number = unsafe gr_memfd_create(name, flags)
        if number < 0, !executable, Errno.last == .invalid {
            // Before Linux 6.3 no flag takes the right to execute; the mode does, until somebody gives it back.
            number = unsafe gr_memfd_create(name, flags & ~0x8)
            if number >= 0 { fchmod(number, 0o600) }
        }
        guard number >= 0 else { throw SystemError("memfd_create", name) }
        return Descriptor(owning: number)
    }

    /// Changes the permission bits (chmod(2)); nil when it does. Like the two below it takes a descriptor that is only a
    /// name (O_PATH), too.
    package func changeMode(to mode: UInt32) -> Errno? { gr_change_mode(number, mode) == 0 ? nil : .last }

    /// Changes user and group (chown(2)); all bits set leaves one as it is.
    package func changeOwner(to user: UInt32, _ group: UInt32) -> Errno? {
        gr_change_owner(number, user, group) == 0 ? nil : .last
    }

    /// Changes the times of the last access and the last change (utimensat(2)): seconds and nanoseconds of both; nil
    /// is now.
    package func changeTimes(to times: [Int64]?) -> Errno? {
        let result =
            if let times { unsafe gr_change_times(number, times) } else { gr_change_times(number, nil) }
        return result == 0 ? nil : .last
    }

    /// Lets nobody change the file any more, and sets it to its beginning (fcntl(2), F_ADD_SEALS).
    package func seal() throws(SystemError) {
        let seals: CInt = 0x1 | 0x2 | 0x4 | 0x8  // F_SEAL_SEAL, SHRINK, GROW, WRITE
        guard gr_add_seals(number, seals) == 0, lseek(number, 0, SEEK_SET) == 0 else {
            throw SystemError("seal")
        }
    }

    /// Everything in the file from its beginning, `EFBIG` when that is more than `limit` bytes.
    package func contents(atMost limit: Int) throws(SystemError) -> [UInt8] {
        guard lseek(number, 0, SEEK_SET) == 0 else { throw SystemError("lseek") }
        var bytes: [UInt8] = []
        while true {
            let chunk = try read(atMost: 1 << 16)
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else { throw SystemError("read", errno: Errno(EFBIG)) }
        }
    }
}

/// Whether a descriptor is open that outlives execve(2), as one that the caller gave to this process does.
package func wasHandedOver(_ number: CInt) -> Bool {
    let flags = gr_fcntl(number, F_GETFD, 0)
    return flags >= 0 && CInt(flags) & FD_CLOEXEC == 0
}

/// Opens /dev/null in the place of standard streams that the caller closed, so that no other file lands there.
package func reserveStandardStreams() {
    for number: CInt in 0..<3 where gr_fcntl(number, F_GETFD, 0) < 0 {
        // The lowest free number is this one, because those below are open.
        guard let null = try? Descriptor.open(Path("/dev/null"), number == 0 ? O_RDONLY : O_WRONLY) else {
            return
        }
        let opened = null.release()
        _ = gr_fcntl(opened, F_SETFD, 0)
    }
}
