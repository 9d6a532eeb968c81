import Foundation
import Linux

/// A socket of this process, outside every run, that tells who came.
final class Server: @unchecked Sendable {
    private let socket: Descriptor
    private let lock = NSLock()
    private var visitors = 0
    private var isOver = false
    let address: SocketAddress

    /// Listens for TCP on a port of 127.0.0.1 that is free.
    convenience init() throws { try self.init(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_STREAM.rawValue)) }

    /// - Parameter type: SOCK_STREAM, which listens, or SOCK_DGRAM.
    init(_ address: SocketAddress, _ type: Int32, backlog: Int32 = 64) throws {
        let family: Int32
        let bytes: [UInt8]
        switch address {
        case .inet4(let host, let port): (family, bytes) = (AF_INET, SocketAddress.encode(host, port: port))
        case .inet6(let host, let port, _):
            (family, bytes) = (AF_INET6, SocketAddress.encode(host, port: port))
        case .path(let path): (family, bytes) = (AF_UNIX, [1, 0] + path + [0])
        case .abstract(let name): (family, bytes) = (AF_UNIX, [1, 0, 0] + name)
        default: throw SystemError("an address that tests do not use")
        }
        socket = Descriptor(owning: Glibc.socket(family, type | Int32(SOCK_NONBLOCK.rawValue), 0))
        if let failure = socket.bind(to: bytes) { throw SystemError("bind", errno: failure) }
        if type == Int32(SOCK_STREAM.rawValue), let failure = socket.listen(backlog: backlog) {
            throw SystemError("listen", errno: failure)
        }
        self.address = Self.local(socket.number) ?? address
    }

    /// A socket at a path, which everybody may connect to as far as its own mode is concerned.
    convenience init(path: String, _ type: Int32 = Int32(SOCK_STREAM.rawValue)) throws {
        try self.init(.path(Array(path.utf8)), type)
        unsafe chmod(path, 0o777)
    }

    deinit { lock.withLock { isOver = true } }

    var port: UInt16 { address.port ?? 0 }

    /// How many came until now, connections or messages.
    var count: Int {
        take()
        return lock.withLock { visitors }
    }

    /// Says hello to everybody who comes, until the server goes.
    func greet() {
        Thread.detachNewThread { [weak self] in
            while let server = self, !server.lock.withLock({ server.isOver }) {
                server.take()
                usleep(200)
            }
        }
    }

    private func take() {
        lock.withLock {
            var byte: UInt8 = 0
            while true {
                let peer = accept(socket.number, nil, nil)
                if peer >= 0 {
                    visitors += 1
                    unsafe _ = send(peer, "hello", 5, Int32(MSG_NOSIGNAL))
                    close(peer)
                } else if unsafe recv(socket.number, &byte, 1, Int32(MSG_DONTWAIT)) >= 0 {
                    visitors += 1
                } else {
                    return
                }
            }
        }
    }

    private static func local(_ number: Int32) -> SocketAddress? {
        var bytes = [UInt8](repeating: 0, count: 128)
        var length = socklen_t(128)
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe getsockname(number, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return result == 0 ? SocketAddress(Array(bytes.prefix(Int(length)))) : nil
    }
}
