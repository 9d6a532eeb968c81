internal import CLinux
import Glibc

/// A connection over which bytes go one way, each write with its time.
public struct StreamConnection: ~Copyable {
    private let socket: Descriptor

    private init(_ socket: consuming Descriptor) { self.socket = socket }

    /// Connects to a server on a local path or at an address of four or sixteen bytes; `ETIMEDOUT` after as many
    /// nanoseconds.
    package static func open(to place: Place, within nanoseconds: UInt64) throws(SystemError)
        -> StreamConnection
    {
        let address: [UInt8]
        let family: CInt
        switch place {
        case .path(let path):
            guard path.bytes.count < 108 else {
                throw SystemError("connect", path.description, errno: Errno(ENAMETOOLONG))
            }
            (family, address) = (AF_UNIX, [1, 0] + path.bytes + [0])
        case .address(let bytes, let port):
            (family, address) = (
                bytes.count == 4 ? AF_INET : AF_INET6, SocketAddress.encode(bytes, port: port)
            )
        }
        // A stream that does not wait; for a local one the flags are the same.
        let connection = StreamConnection(try Descriptor.tcp(family: family))
        guard let errno = connection.socket.connect(to: address) else { return connection }
        guard errno == Errno(EINPROGRESS) else { throw SystemError("connect", errno: errno) }
        try connection.waitToWrite(until: Clock.monotonic + nanoseconds)
        let outcome = connection.socket.option(SO_ERROR) ?? 0
        guard outcome == 0 else { throw SystemError("connect", errno: Errno(outcome)) }
        return connection
    }

    package enum Place: Equatable, Sendable {
        case path(Path)
        case address([UInt8], port: UInt16)
    }

    /// Writes all of it and waits until the other side has taken it: the reader of a local socket, the kernel of another
    /// machine. `ETIMEDOUT` when that takes longer.
    package borrowing func deliver(_ bytes: [UInt8], within nanoseconds: UInt64) throws(SystemError) {
        let deadline = Clock.monotonic + nanoseconds
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe send(socket.number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                try waitToWrite(until: deadline)
                continue
            }
            guard count >= 0 else { throw SystemError("send") }
            rest = rest.dropFirst(count)
        }
        while pending() > 0 {
            try checkOpen()
            guard Clock.monotonic < deadline else { throw SystemError("send", errno: Errno(ETIMEDOUT)) }
            usleep(1_000)
        }
        try checkOpen()
    }

    /// Bytes that the other side has not taken yet (SIOCOUTQ).
    private borrowing func pending() -> CInt {
        var count: CInt = 0
        return unsafe gr_ioctl(socket.number, 0x5411, &count) == 0 ? count : 0
    }

    /// `EPIPE` when the other side has closed.
    private borrowing func checkOpen() throws(SystemError) {
        var byte: UInt8 = 0
        let flags = CInt(MSG_PEEK | MSG_DONTWAIT)
        let count = unsafe recv(socket.number, &byte, 1, flags)
        if count == 0 { throw SystemError("send", errno: Errno(EPIPE)) }
        if count < 0, errno != EAGAIN, errno != EINTR { throw SystemError("send") }
        // Whatever it says is not asked for.
        if count > 0 { unsafe _ = recv(socket.number, &byte, 1, CInt(MSG_DONTWAIT)) }
    }

    private borrowing func waitToWrite(until deadline: UInt64) throws(SystemError) {
        let now = Clock.monotonic
        guard now < deadline else { throw SystemError("send", errno: Errno(ETIMEDOUT)) }
        var set = PollSet()
        _ = set.add(socket.number, writing: true)
        set.wait(nanoseconds: deadline - now)
    }
}
