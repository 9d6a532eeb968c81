internal import CLinux
import Glibc

/// A socket of a process of the run, in our hands too: the same open socket under another number
/// (pidfd_getfd(2)).
package struct GuestSocket: ~Copyable {
    package let descriptor: Descriptor

    /// Takes `number` of the thread `pid`; nil when it is gone or closed.
    package init?(of pid: Int32, number: Int32) {
        // A thread may have descriptors of its own; before Linux 6.9 only those of its process can be had.
        var process = gr_pidfd_open_thread(pid)
        if process < 0, let leader = threadGroup(of: pid) { process = gr_pidfd_open(leader) }
        guard process >= 0 else { return nil }
        let handle = Descriptor(owning: process)
        let socket = gr_pidfd_getfd(handle.number, number)
        guard socket >= 0 else { return nil }
        descriptor = Descriptor(owning: socket)
    }

    /// Gives the descriptor away.
    package consuming func release() -> Descriptor { descriptor }

    /// SO_DOMAIN, SO_TYPE or another number of the socket itself; nil when it is no socket.
    package borrowing func option(_ name: CInt, level: CInt = SOL_SOCKET) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(4)
        guard unsafe getsockopt(descriptor.number, level, name, &value, &length) == 0 else { return nil }
        return value
    }

    /// What it is bound to (getsockname(2)).
    package borrowing func localAddress() -> SocketAddress? {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(128)
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe getsockname(
                descriptor.number, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard result == 0 else { return nil }
        return SocketAddress(Array(bytes.prefix(Int(length))))
    }
}

/// The process that a thread belongs to (proc_pid_status(5), Tgid).
private func threadGroup(of thread: Int32) -> Int32? {
    guard let status = try? Path("/proc/\(thread)/status").contents(atMost: 1 << 16) else { return nil }
    for line in status.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Tgid:".utf8) {
        return Int32(String(decoding: line.filter { $0 >= 48 && $0 <= 57 }, as: UTF8.self))
    }
    return nil
}

/// The flags of a descriptor of a process, O_CLOEXEC and O_NONBLOCK among them (proc_pid_fdinfo(5)).
package func descriptorFlags(of pid: Int32, _ number: Int32) -> UInt64? {
    guard let info = try? Path("/proc/\(pid)/fdinfo/\(number)").contents(atMost: 1 << 16) else { return nil }
    for line in info.split(separator: UInt8(ascii: "\n")) where line.starts(with: "flags:".utf8) {
        return UInt64(String(decoding: line.filter { $0 >= 48 && $0 <= 57 }, as: UTF8.self), radix: 8)
    }
    return nil
}

extension Descriptor {
    /// A TCP socket of ours that does not wait (socket(2)).
    package static func tcp(family: CInt) throws(SystemError) -> Descriptor {
        let type = CInt(SOCK_STREAM.rawValue) | 0o2_000_000 | 0o4000  // SOCK_CLOEXEC | SOCK_NONBLOCK
        let number = socket(family, type, 0)
        guard number >= 0 else { throw SystemError("socket") }
        return Descriptor(owning: number)
    }

    /// Connects, or begins to; nil when it is done, `EINPROGRESS` when it goes on (connect(2)).
    package borrowing func connect(to address: [UInt8]) -> Errno? {
        unsafe withAddress(address) { unsafe Glibc.connect(number, $0, $1) }
    }

    /// Binds (bind(2)); nil when it is done.
    package borrowing func bind(to address: [UInt8]) -> Errno? {
        unsafe withAddress(address) { unsafe Glibc.bind(number, $0, $1) }
    }

    /// Takes connections from now on (listen(2)); nil when it does.
    package borrowing func listen(backlog: CInt) -> Errno? {
        Glibc.listen(number, backlog) == 0 ? nil : .last
    }

    private borrowing func withAddress(
        _ address: [UInt8], _ call: (UnsafePointer<sockaddr>?, socklen_t) -> CInt
    ) -> Errno? {
        let result = unsafe address.withUnsafeBytes { bytes in
            unsafe call(bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        return result == 0 ? nil : .last
    }

    /// The error that a connection in progress ended with, nil when it was made (SO_ERROR).
    package borrowing func pendingError() -> Errno? {
        var value: CInt = 0
        var length = socklen_t(4)
        guard unsafe getsockopt(number, SOL_SOCKET, SO_ERROR, &value, &length) == 0 else { return .last }
        return value == 0 ? nil : Errno(value)
    }

    /// Sets a number among a socket's options; one that it has not is left.
    package borrowing func setOption(_ name: CInt, level: CInt, _ value: CInt) {
        var value = value
        unsafe _ = setsockopt(number, level, name, &value, socklen_t(4))
    }

    /// Whether reading and writing return at once; a property of the open file, shared by all who have it.
    package borrowing func setWaiting(_ waits: Bool) {
        let flags = gr_fcntl(number, F_GETFL, 0)
        let wanted = waits ? flags & ~O_NONBLOCK : flags | O_NONBLOCK
        if flags >= 0, flags != wanted { _ = gr_fcntl(number, F_SETFL, Int(wanted)) }
    }

    /// What fstat(2) says of it.
    package borrowing func status() throws(SystemError) -> FileStatus {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw SystemError("fstat") }
        return FileStatus(status)
    }
}
