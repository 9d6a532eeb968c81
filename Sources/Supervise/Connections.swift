import Glibc
import Linux
import Sandbox

/// Makes connections in the stead of the run (seccomp_unotify(2)).
///
/// A socket of the run lies in a network namespace that leads nowhere. For a granted destination the supervisor
/// makes a socket of its own, connects it and puts it in the place of the caller's; the address it uses is the
/// copy it judged. Local sockets are connected as they are, by the place that was judged.
final class Connections {
    /// A connection that is being made for a caller that waits for it.
    private final class Pending {
        let call: Notification
        let socket: Descriptor
        /// The caller's number for the socket it replaces; nil when it is the caller's very socket.
        let place: Int32?
        let closeOnExec: Bool
        var pollPlace: Int?

        init(_ call: Notification, _ socket: consuming Descriptor, place: Int32?, closeOnExec: Bool) {
            self.call = call
            self.socket = socket
            self.place = place
            self.closeOnExec = closeOnExec
        }
    }

    private var pending: [Pending] = []
    /// So many that it is worth looking for those that nobody waits for.
    private static let many = 64
    private let hasNamespace: Bool

    init(hasNamespace: Bool) { self.hasNamespace = hasNamespace }

    /// Connects a local socket. Where its listener takes no more, the caller is told so instead of being kept
    /// waiting, because everything else would wait with it.
    func connectLocal(
        _ call: Notification, _ number: Int32, _ address: SocketAddress, root: CInt, _ listener: Listener
    ) {
        guard let socket = GuestSocket(of: call.pid, number: number), listener.isWaiting(call) else {
            return listener.refuse(call, Errno(EBADF))
        }
        let waited = (descriptorFlags(of: call.pid, number) ?? 0) & UInt64(O_NONBLOCK) == 0
        if waited { socket.descriptor.setWaiting(false) }
        let failure = Self.connect(socket.descriptor, to: address, root: root)
        if waited { socket.descriptor.setWaiting(true) }
        finish(call, failure, listener)
    }

    private func finish(_ call: Notification, _ failure: Errno?, _ listener: Listener) {
        if let failure { listener.refuse(call, failure) } else { listener.answer(call, 0) }
    }

    private static func connect(_ socket: borrowing Descriptor, to address: SocketAddress, root: CInt)
        -> Errno?
    {
        switch address {
        case .abstract(let name): return socket.connect(to: [1, 0, 0] + name)
        case .path(let path):
            // The path that was judged has no links; it is opened below the caller's root, and the socket that is
            // there is reached by number.
            do throws(SystemError) {
                let flags = CInt(OpenFlags.path.rawValue)
                let place = try Descriptor.open(Path(bytes: path), flags, resolve: .plain, in: root)
                return socket.connect(to: [1, 0] + Array("/proc/self/fd/\(place.number)".utf8) + [0])
            } catch {
                return error.errno
            }
        default: return Errno(EAFNOSUPPORT)
        }
    }

    /// Takes a datagram socket's connection off. A stream that is one of ours is not given back to be used again.
    func disconnect(_ call: Notification, _ number: Int32, _ listener: Listener) {
        guard let socket = GuestSocket(of: call.pid, number: number), listener.isWaiting(call) else {
            return listener.refuse(call, Errno(EBADF))
        }
        guard socket.option(SO_TYPE) == CInt(SOCK_DGRAM.rawValue) else {
            return listener.refuse(call, Errno(EOPNOTSUPP))
        }
        finish(call, socket.descriptor.connect(to: [UInt8](repeating: 0, count: 16)), listener)
    }

    /// Connects to a granted destination: a datagram socket at once, within the namespace it lies in, and TCP when
    /// the other side answers.
    func connect(_ call: Notification, _ number: Int32, _ address: SocketAddress, _ listener: Listener) {
        guard let guest = GuestSocket(of: call.pid, number: number), listener.isWaiting(call),
            let flags = descriptorFlags(of: call.pid, number), let bytes = address.bytes,
            let port = address.port
        else { return listener.refuse(call, Errno(EBADF)) }
        guard let type = guest.option(SO_TYPE), let family = guest.option(SO_DOMAIN) else {
            return listener.refuse(call, Errno(ENOTSOCK))
        }
        guard family == AF_INET || family == AF_INET6 else { return listener.refuse(call, .invalid) }
        let target = Self.encode(bytes, port: port, scope: address.scope, family: family)
        if type == CInt(SOCK_DGRAM.rawValue) {
            return finish(call, guest.descriptor.connect(to: target), listener)
        }
        guard type == CInt(SOCK_STREAM.rawValue) else { return listener.refuse(call, .notPermitted) }
        let closeOnExec = flags & 0o2_000_000 != 0
        let waits = flags & UInt64(O_NONBLOCK) == 0
        guard hasNamespace else {
            let own = guest.release()
            own.setWaiting(false)
            return begin(call, own, target, place: nil, closeOnExec, waits: waits, listener)
        }
        guard let socket = try? Descriptor.tcp(family: family) else {
            return listener.refuse(call, Errno(EMFILE))
        }
        Self.copyOptions(from: guest, to: socket)
        begin(call, socket, target, place: number, closeOnExec, waits: waits, listener)
    }

    /// An address as a socket of that family takes it: one of four bytes is mapped for an IPv6 socket (ipv6(7)).
    private static func encode(_ bytes: [UInt8], port: UInt16, scope: UInt32, family: CInt) -> [UInt8] {
        let isMapped = family == AF_INET6 && bytes.count == 4
        return SocketAddress.encode(
            isMapped ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + bytes : bytes, port: port, scope: scope)
    }

    private func begin(
        _ call: Notification, _ socket: consuming Descriptor, _ target: [UInt8], place: Int32?,
        _ closeOnExec: Bool,
        waits: Bool, _ listener: Listener
    ) {
        let failure = socket.connect(to: target)
        let goesOn = failure == Errno(EINPROGRESS)
        let entry = Pending(call, socket, place: place, closeOnExec: closeOnExec)
        if goesOn, waits {
            // Callers that were killed meanwhile leave theirs behind, for as long as the other side says nothing.
            if pending.count >= Self.many { pending.removeAll { !listener.isWaiting($0.call) } }
            pending.append(entry)
        } else if goesOn {
            hand(entry, waits: false, answer: failure, listener)
        } else {
            hand(entry, waits: waits, answer: failure, listener)
        }
    }

    /// Gives the socket to the caller and ends its call.
    private func hand(_ entry: Pending, waits: Bool, answer: Errno?, _ listener: Listener) {
        if waits { entry.socket.setWaiting(true) }
        if let place = entry.place, answer == nil || answer == Errno(EINPROGRESS) {
            guard
                listener.replace(entry.call, entry.socket.number, at: place, closeOnExec: entry.closeOnExec)
            else { return listener.refuse(entry.call, Errno(EBADF)) }
        }
        if let answer { listener.refuse(entry.call, answer) } else { listener.answer(entry.call, 0) }
    }

    /// Gives the caller a socket that is bound to a granted address of the host.
    func bind(_ call: Notification, _ number: Int32, _ address: SocketAddress, _ listener: Listener) {
        guard let guest = GuestSocket(of: call.pid, number: number), listener.isWaiting(call),
            let flags = descriptorFlags(of: call.pid, number), let bytes = address.bytes,
            let port = address.port,
            let family = guest.option(SO_DOMAIN), guest.option(SO_TYPE) == CInt(SOCK_STREAM.rawValue)
        else { return listener.refuse(call, .notPermitted) }
        guard let socket = try? Descriptor.tcp(family: family) else {
            return listener.refuse(call, Errno(EMFILE))
        }
        Self.copyOptions(from: guest, to: socket)
        let target = Self.encode(bytes, port: port, scope: address.scope, family: family)
        if let failure = socket.bind(to: target) { return listener.refuse(call, failure) }
        if flags & UInt64(O_NONBLOCK) == 0 { socket.setWaiting(true) }
        let entry = Pending(call, socket, place: number, closeOnExec: flags & 0o2_000_000 != 0)
        hand(entry, waits: false, answer: nil, listener)
    }

    /// Lets a socket listen whose address was judged: this very one, and not what has its number a moment later.
    func listen(_ call: Notification, _ number: Int32, _ address: SocketAddress, _ listener: Listener) {
        guard let guest = GuestSocket(of: call.pid, number: number), listener.isWaiting(call),
            guest.localAddress() == address
        else { return listener.refuse(call, Errno(EBADF)) }
        let backlog = CInt(truncatingIfNeeded: call.arguments[1])
        finish(call, guest.descriptor.listen(backlog: backlog), listener)
    }

    /// What programs set before they connect or bind.
    private static func copyOptions(from guest: borrowing GuestSocket, to socket: borrowing Descriptor) {
        for (level, name) in [
            (SOL_SOCKET, SO_REUSEADDR), (SOL_SOCKET, SO_KEEPALIVE), (CInt(IPPROTO_TCP), TCP_NODELAY),
            (CInt(IPPROTO_IPV6), IPV6_V6ONLY),
        ] {
            if let value = guest.option(name, level: level) { socket.setOption(name, level: level, value) }
        }
    }

    /// What to wait for: each connection that is being made becomes writable when it is decided.
    func register(_ set: inout PollSet) {
        for entry in pending { entry.pollPlace = set.add(entry.socket.number, writing: true) }
    }

    /// Ends the calls whose connections are decided.
    func settle(_ set: PollSet, _ listener: Listener) {
        let decided = pending.filter { set.isReady($0.pollPlace) }
        guard !decided.isEmpty else { return }
        pending.removeAll { set.isReady($0.pollPlace) }
        for entry in decided { hand(entry, waits: true, answer: entry.socket.pendingError(), listener) }
    }
}
