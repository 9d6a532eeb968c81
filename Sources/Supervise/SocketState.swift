import Glibc
import Linux
import Policy

/// What a socket of the run is at the moment.
package struct SocketState: Equatable, Sendable {
    /// Nil for a socket that is no stream and takes no datagrams.
    package let transport: Transport?
    /// What it is bound to.
    package let local: SocketAddress?
    /// What it is connected to.
    package let peer: SocketAddress?

    package init(transport: Transport?, local: SocketAddress?, peer: SocketAddress?) {
        self.transport = transport
        self.local = local
        self.peer = peer
    }

    /// Looks at `number` of the thread `pid`; nil when there is no socket.
    init?(of pid: Int32, _ number: Int32) {
        guard let socket = GuestSocket(of: pid, number: number), let type = socket.option(SO_TYPE) else {
            return nil
        }
        transport = Transport(type)
        local = socket.localAddress()
        peer = socket.peerAddress()
    }
}

extension Transport {
    /// Of a socket's type (socket(2)).
    init?(_ type: CInt) {
        switch type {
        case CInt(SOCK_STREAM.rawValue): self = .tcp
        case CInt(SOCK_DGRAM.rawValue): self = .udp
        default: return nil
        }
    }
}
