import Glibc
import Linux

/// What programs set on a socket before they connect or bind it; one that takes its place has it too.
enum SocketOptions {
    /// Options that are one number, by level. Routes and devices are not among them.
    private static let numbers: [(level: CInt, name: CInt)] = [
        (SOL_SOCKET, SO_REUSEADDR), (SOL_SOCKET, SO_REUSEPORT), (SOL_SOCKET, SO_KEEPALIVE),
        (SOL_SOCKET, SO_OOBINLINE), (SOL_SOCKET, SO_PRIORITY),
        (CInt(IPPROTO_TCP), TCP_NODELAY), (CInt(IPPROTO_TCP), TCP_KEEPIDLE),
        (CInt(IPPROTO_TCP), TCP_KEEPINTVL),
        (CInt(IPPROTO_TCP), TCP_KEEPCNT), (CInt(IPPROTO_TCP), TCP_SYNCNT),
        (CInt(IPPROTO_TCP), TCP_USER_TIMEOUT),
        (CInt(IPPROTO_TCP), TCP_DEFER_ACCEPT), (CInt(IPPROTO_TCP), TCP_CORK),
        (CInt(IPPROTO_IP), IP_TOS), (CInt(IPPROTO_IPV6), IPV6_TCLASS), (CInt(IPPROTO_IPV6), IPV6_V6ONLY),
    ]
    /// The kernel gives back twice what it was given (socket(7)).
    private static let sizes = [SO_SNDBUF, SO_RCVBUF]
    /// `struct timeval`.
    private static let structures = [SO_SNDTIMEO, SO_RCVTIMEO]

    /// Sets on a new socket what a socket of the run has set. What is as it always is stays so, because setting a size
    /// keeps the kernel from choosing a better one.
    static func copy(from guest: borrowing GuestSocket, to socket: borrowing Descriptor) {
        for (level, name) in numbers {
            guard let value = guest.option(name, level: level), value != socket.option(name, level: level)
            else {
                continue
            }
            socket.setOption(name, level: level, value)
        }
        for name in sizes {
            guard let value = guest.option(name), value != socket.option(name) else { continue }
            socket.setOption(name, level: SOL_SOCKET, value / 2)
        }
        for name in structures {
            guard let bytes = guest.optionBytes(name), bytes.contains(where: { $0 != 0 }) else { continue }
            socket.setOptionBytes(name, bytes)
        }
    }
}
