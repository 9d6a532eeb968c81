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
        descriptor.option(name, level: level)
    }

    /// An option of the socket itself that is a struct, as its bytes.
    package borrowing func optionBytes(_ name: CInt) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 64)
        var length = socklen_t(64)
        guard unsafe getsockopt(descriptor.number, SOL_SOCKET, name, &bytes, &length) == 0 else { return nil }
        return Array(bytes.prefix(Int(length)))
    }

    /// Bytes of the kernel's memory that wait in it to be sent and to be read (SO_MEMINFO); zero when it is no socket.
    package borrowing func memory() -> UInt64 {
        var fields = [UInt32](repeating: 0, count: 9)
        var length = socklen_t(36)
        let option: CInt = 55  // SO_MEMINFO, which Swift's Glibc does not show.
        guard unsafe getsockopt(descriptor.number, SOL_SOCKET, option, &fields, &length) == 0 else {
            return 0
        }
        // SK_MEMINFO_RMEM_ALLOC, FWD_ALLOC and BACKLOG; what waits to be sent is the one for TCP and the other for the rest
        // (linux/sock_diag.h: WMEM_ALLOC, WMEM_QUEUED).
        return UInt64(fields[0]) + UInt64(fields[4]) + UInt64(fields[7]) + UInt64(max(fields[2], fields[5]))
    }

    /// What it is bound to (getsockname(2)).
    package borrowing func localAddress() -> SocketAddress? {
        let number = descriptor.number
        return unsafe address { unsafe getsockname(number, $0, $1) }
    }

    /// What it is connected to (getpeername(2)); nil when it is not.
    package borrowing func peerAddress() -> SocketAddress? {
        let number = descriptor.number
        return unsafe address { unsafe getpeername(number, $0, $1) }
    }

    private borrowing func address(
        _ call: (UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>) -> CInt
    ) -> SocketAddress? {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(128)
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe call(buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard result == 0 else { return nil }
        return SocketAddress(Array(bytes.prefix(Int(length))))
    }

    /// Whether it lies in the network namespace of this process (SO_NETNS_COOKIE, since Linux 5.14); false where that
    /// cannot be told.
    package borrowing func isOfThisNetwork() -> Bool {
        let cookie = gr_network_cookie(descriptor.number)
        return cookie != 0 && cookie == Self.ownCookie
    }

    private static let ownCookie: UInt64 = {
        guard let socket = try? Descriptor.tcp(family: AF_INET) else { return 0 }
        return gr_network_cookie(socket.number)
    }()

    /// A time among its options, SO_SNDTIMEO or SO_RCVTIMEO, in nanoseconds; nil when there is none.
    package borrowing func time(_ name: CInt) -> UInt64? {
        // struct timeval: seconds and microseconds, 64 bits each.
        guard let bytes = optionBytes(name), bytes.count == 16 else { return nil }
        let words = [bytes[..<8], bytes[8...]].map {
            $0.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let nanoseconds = min(words[0], 1 << 32) * 1_000_000_000 + min(words[1], 1_000_000) * 1_000
        return nanoseconds == 0 ? nil : nanoseconds
    }
}

/// Whether a descriptor of this process is a socket for datagrams.
package func isDatagramSocket(_ number: CInt) -> Bool {
    var (value, length) = (CInt(0), socklen_t(4))
    return unsafe getsockopt(number, SOL_SOCKET, SO_TYPE, &value, &length) == 0
        && value == CInt(SOCK_DGRAM.rawValue)
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
    /// A TCP socket of ours that does not wait (tcp(7)).
    package static func tcp(family: CInt) throws(SystemError) -> Descriptor {
        try socket(family: family, kind: SOCK_STREAM)
    }

    /// A UDP socket of ours that does not wait (udp(7)).
    package static func udp(family: CInt) throws(SystemError) -> Descriptor {
        try socket(family: family, kind: SOCK_DGRAM)
    }

    private static func socket(family: CInt, kind: __socket_type) throws(SystemError) -> Descriptor {
        let type = CInt(kind.rawValue) | 0o2_000_000 | 0o4000  // SOCK_CLOEXEC | SOCK_NONBLOCK
        let number = Glibc.socket(family, type, 0)
        guard number >= 0 else { throw SystemError("socket") }
        return Descriptor(owning: number)
    }

    /// Connects, or begins to; nil when it is done, `EINPROGRESS` when it goes on (connect(2)).
    package borrowing func connect(to address: [UInt8]) -> Errno? {
        unsafe withAddress(address) { unsafe Glibc.connect(number, $0, $1) }
    }

    /// The same for a socket that another process may tell to wait meanwhile: this never does for long.
    package borrowing func connectAtOnce(to address: [UInt8]) -> Errno? {
        unsafe withAddress(address) { unsafe gr_connect_at_once(number, $0, $1) }
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

    /// A number among a socket's options; nil for one that it has not.
    package borrowing func option(_ name: CInt, level: CInt = SOL_SOCKET) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(4)
        guard unsafe getsockopt(number, level, name, &value, &length) == 0 else { return nil }
        return value
    }

    /// Sets an option of the socket itself that is a struct.
    package borrowing func setOptionBytes(_ name: CInt, _ bytes: [UInt8]) {
        unsafe _ = setsockopt(number, SOL_SOCKET, name, bytes, socklen_t(bytes.count))
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
