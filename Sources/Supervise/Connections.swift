import Glibc
import Linux
import Policy
import Sandbox

/// Makes connections in the stead of the run (seccomp_unotify(2)).
///
/// A socket of the run lies in a network namespace that leads nowhere. For a granted destination the supervisor
/// makes a socket of its own, connects it and puts it in the place of the caller's; the address it uses is the
/// copy it judged. Local sockets are connected as they are, by the place that was judged. Nothing here waits: other
/// calls would wait with it.
final class Connections {
    private var pending: [PendingConnection] = []
    /// Whether the run was ever given a socket of the host's network.
    private(set) var hasGiven = false
    private let hasNamespace: Bool
    /// Nil where datagrams stay in the run's own network.
    private let relay: DatagramRelay?
    /// When those that are pending are looked at again, on the monotonic clock.
    private var nextLook: UInt64 = 0
    private static let lookInterval: UInt64 = 50_000_000

    init(hasNamespace: Bool, relay: DatagramRelay?) {
        self.hasNamespace = hasNamespace
        self.relay = relay
    }

    /// Connects a local socket. Where its listener takes no more, the caller is told so instead of being kept
    /// waiting.
    ///
    /// - Parameter granted: what has to be at the path, when that is the host's.
    func connectLocal(
        _ call: Notification, _ number: Int32, _ address: SocketAddress, granted: GrantedSocket?, root: CInt,
        _ listener: Listener
    ) {
        guard let socket = GuestSocket(of: call.pid, number: number), listener.isWaiting(call) else {
            return listener.refuse(call, Errno(EBADF))
        }
        let waited = (descriptorFlags(of: call.pid, number) ?? 0) & UInt64(O_NONBLOCK) == 0
        if waited { socket.descriptor.setWaiting(false) }
        let failure = Self.connect(socket.descriptor, to: address, granted, root: root)
        if waited { socket.descriptor.setWaiting(true) }
        listener.end(call, failure == .interrupted ? .tryAgain : failure)
    }

    private static func connect(
        _ socket: borrowing Descriptor, to address: SocketAddress, _ granted: GrantedSocket?, root: CInt
    ) -> Errno? {
        switch address {
        case .abstract(let name): return socket.connectAtOnce(to: [1, 0, 0] + name)
        case .path(let path):
            // The path that was judged has no links; it is opened below the caller's root, and the socket that is
            // there is reached by number.
            do throws(SystemError) {
                let flags = CInt(OpenFlags.path.rawValue)
                let place = try Descriptor.open(Path(bytes: path), flags, resolve: .plain, in: root)
                let status = try place.status()
                if let granted, granted.inode != status.inode || granted.device != status.device {
                    return Errno(ECONNREFUSED)
                }
                return socket.connectAtOnce(to: [1, 0] + Array("/proc/self/fd/\(place.number)".utf8) + [0])
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
        listener.end(call, socket.descriptor.connect(to: [UInt8](repeating: 0, count: 16)))
    }

    /// Connects to a granted destination: a datagram socket at once, within the namespace it lies in, and TCP when
    /// the other side answers.
    ///
    /// - Parameter judged: what the socket was when the address was judged. Its number may mean another one by now.
    func connect(
        _ call: Notification, _ number: Int32, _ address: SocketAddress, as judged: Transport?,
        _ listener: Listener
    ) {
        guard let guest = GuestSocket(of: call.pid, number: number), listener.isWaiting(call),
            let flags = descriptorFlags(of: call.pid, number)
        else { return listener.refuse(call, Errno(EBADF)) }
        guard let family = guest.option(SO_DOMAIN), let target = Self.encode(address, for: family) else {
            return listener.refuse(call, .invalid)
        }
        let waits = flags & UInt64(O_NONBLOCK) == 0
        let deadline = waits ? guest.time(SO_SNDTIMEO).map { Clock.monotonic &+ $0 } : nil
        let closesOnExec = flags & 0o2_000_000 != 0
        guard let transport = guest.option(SO_TYPE).flatMap(Transport.init), transport == judged else {
            return listener.refuse(call, Errno(EBADF))
        }
        switch transport {
        case .udp:
            if let port = address.port, port != 0, let failure = relay?.open(port, for: call.pid) {
                return listener.refuse(call, failure)
            }
            listener.end(call, guest.descriptor.connect(to: target))
        case .tcp where !hasNamespace || guest.isOfThisNetwork():
            // It can reach the destination itself, because it was made so or because there is no other network. What a
            // second connect says is then what the kernel says.
            begin(
                PendingConnection(
                    call, guest.release(), to: target, place: nil, closesOnExec: closesOnExec, waits: waits,
                    deadline: deadline), listener)
        case .tcp:
            guard let socket = try? Descriptor.tcp(family: family) else {
                return listener.refuse(call, Errno(EMFILE))
            }
            SocketOptions.copy(from: guest, to: socket)
            hasGiven = true
            begin(
                PendingConnection(
                    call, socket, to: target, place: number, closesOnExec: closesOnExec, waits: waits,
                    deadline: deadline), listener)
        }
    }

    /// An address as a socket of that family takes it: one of four bytes is mapped for an IPv6 socket (ipv6(7)).
    private static func encode(_ address: SocketAddress, for family: CInt) -> [UInt8]? {
        guard let bytes = address.bytes, let port = address.port, family == AF_INET || family == AF_INET6
        else {
            return nil
        }
        return SocketAddress.encode(
            family == AF_INET6 ? SocketAddress.mapped(bytes) : bytes, port: port, scope: address.scope)
    }

    private func begin(_ connection: PendingConnection, _ listener: Listener) {
        guard let answer = connection.attempt() else {
            if pending.isEmpty { nextLook = Clock.monotonic + Self.lookInterval }
            return pending.append(connection)
        }
        connection.finish(answer, listener)
    }

    /// Gives the caller a socket that is bound to a granted address of the host. A datagram socket is bound as it is.
    func bind(_ call: Notification, _ number: Int32, _ address: SocketAddress, _ listener: Listener) {
        guard let guest = GuestSocket(of: call.pid, number: number), listener.isWaiting(call),
            let flags = descriptorFlags(of: call.pid, number),
            let family = guest.option(SO_DOMAIN), let target = Self.encode(address, for: family),
            let transport = guest.option(SO_TYPE).flatMap(Transport.init)
        else { return listener.refuse(call, .notPermitted) }
        guard hasNamespace, transport == .tcp else {
            return listener.end(call, guest.descriptor.bind(to: target))
        }
        guard let socket = try? Descriptor.tcp(family: family) else {
            return listener.refuse(call, Errno(EMFILE))
        }
        SocketOptions.copy(from: guest, to: socket)
        hasGiven = true
        if let failure = socket.bind(to: target) { return listener.refuse(call, failure) }
        let waits = flags & UInt64(O_NONBLOCK) == 0
        PendingConnection(
            call, socket, to: [], place: number, closesOnExec: flags & 0o2_000_000 != 0, waits: waits,
            deadline: nil
        ).finish(.done, listener)
    }

    /// Lets a socket listen whose address was judged: this very one, and not what has its number a moment later.
    func listen(_ call: Notification, _ number: Int32, _ address: SocketAddress, _ listener: Listener) {
        guard let guest = GuestSocket(of: call.pid, number: number), listener.isWaiting(call),
            guest.localAddress() == address
        else { return listener.refuse(call, Errno(EBADF)) }
        let backlog = CInt(truncatingIfNeeded: call.arguments[1])
        listener.end(call, guest.descriptor.listen(backlog: backlog))
    }

    /// What to wait for: each connection that is being made becomes writable when it is decided.
    func register(_ set: inout PollSet) {
        for entry in pending { entry.pollPlace = set.add(entry.socket.number, writing: true) }
    }

    /// When to come back though nothing happened; nil when there is nothing to look at.
    var deadline: UInt64? {
        pending.isEmpty ? nil : pending.reduce(nextLook) { min($0, $1.deadline ?? .max) }
    }

    /// Ends the calls whose connections are decided, and those that have waited long enough.
    func settle(_ set: PollSet, _ listener: Listener) {
        guard !pending.isEmpty else { return }
        let now = Clock.monotonic
        let looks = now >= nextLook
        if looks { nextLook = now + Self.lookInterval }
        // Kept apart while calls are ended, which may begin others.
        let waiting = pending
        pending = waiting.filter { entry in
            if set.isReady(entry.pollPlace) {
                entry.pollPlace = nil
                guard let answer = entry.attempt() else { return true }
                entry.finish(answer, listener)
                return false
            }
            if let deadline = entry.deadline, now >= deadline {
                entry.finish(.failed(Errno(EINPROGRESS)), listener)
                return false
            }
            guard looks else { return true }
            // The kernel keeps signals from a call that is being answered (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV).
            if PendingSignals.interrupt(entry.call.pid) {
                entry.finish(.failed(.interrupted), listener)
                return false
            }
            // One that was killed waits for nothing.
            return listener.isWaiting(entry.call)
        }
    }
}
