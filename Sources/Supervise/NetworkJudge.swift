import Event
import Glibc
import Linux
import Policy
import Sandbox

/// Judges sockets: where they connect, are bound, listen and send.
///
/// No call proceeds on an address in the caller's memory where another address there would do harm. Connecting and
/// listening are done by the supervisor, with the address that was judged. Sending proceeds, because only sockets
/// are given out to which it does not matter (`Seccomp.sockets`). Binding to a path is held in by the view and by
/// Landlock, like all making of files.
struct NetworkJudge {
    let destinations: Destinations
    let grants: Grants
    /// Directories of the run alone.
    let own: OwnDirectories
    let hasNamespace: Bool
    /// Whether what the run sends to any address of its own network arrives at the supervisor (`DatagramRelay`).
    let hasRelay: Bool

    /// - Parameter socket: tells what the socket is.
    func connect(
        _ act: Act, _ number: Int32, _ address: SocketAddress, _ lookup: some Lookup,
        _ socket: () -> SocketState?
    ) -> Ruling {
        switch address {
        case .inet4, .inet6:
            guard let transport = socket()?.transport else { return .fail(.invalid) }
            if destinations.allows(transport, address) {
                return .connect(socket: number, address, as: transport)
            }
            // Nothing listens there: getaddrinfo(3) asks what its own address would be, to sort its answers.
            if address.port == 0 { return .fail(Errno(ENETUNREACH)) }
            // It asks so about a port, too; in the network of the run nobody hears what is sent there.
            if transport == .udp, hasNamespace, destinations.allows(.tcp, address) {
                return .connect(socket: number, address, as: .udp)
            }
            if isNameServer(address) {
                if transport == .udp, hasRelay { return .connect(socket: number, address, as: .udp) }
                // The name server that the run was told of, and that is not there.
                return refuse(
                    .connect, "looking up a name that is not in network.allow", address, rule: "network.allow"
                )
            }
            return refuse(.connect, "connecting to \(address)", address, rule: "network.allow")
        case .path(let text):
            let path = GuestPath(directory: AT_FDCWD, text: text, follows: true)
            guard let place = lookup.place(of: path, for: act.call.pid) else { return .fail(.notFound) }
            // Where the path led when it was judged, and not what the links on it say a moment later.
            if own.contains(place.path) || isGranted(place.path) {
                return .connect(socket: number, .path(place.path.bytes))
            }
            guard lookup.host(place.path).exists else { return .fail(.notFound) }
            return refuse(
                .connect, "connecting to the socket \(place.path)", address, rule: "network.allow",
                errno: place.visible ? .accessDenied : .notFound)
        case .abstract:
            if hasNamespace { return .connect(socket: number, address) }
            return refuse(.connect, "connecting to \(address)", address, rule: "network.allow")
        case .unspecified: return disconnect(number, socket())
        case .malformed: return .fail(.invalid)
        case .other: return .fail(Errno(EAFNOSUPPORT))
        }
    }

    /// Whether it is the unspecified address, or the loopback's.
    private func isOwn(_ address: SocketAddress) -> Bool {
        guard let bytes = address.bytes else { return false }
        if bytes.count == 4, bytes[0] == 127 { return true }
        return bytes.dropLast().allSatisfy { $0 == 0 }
            && bytes.last.map { $0 == 0 || bytes.count == 16 && $0 == 1 } == true
    }

    private func isGranted(_ socket: Path) -> Bool {
        grants.sockets.contains { $0.path == socket } && !grants.rights(for: socket).isEmpty
    }

    private func isNameServer(_ address: SocketAddress) -> Bool {
        address.port == DatagramRelay.nameServer.port && address.bytes == DatagramRelay.nameServer.address
    }

    /// A stream that was connected for the run is not given back to be used again.
    private func disconnect(_ number: Int32, _ state: SocketState?) -> Ruling {
        if state?.transport == .udp { return .connect(socket: number, .unspecified) }
        guard let peer = state?.peer, peer.bytes != nil else { return .fail(Errno(EOPNOTSUPP)) }
        return refuse(
            .connect, "taking off the connection to \(peer)", peer, rule: "network.allow",
            errno: Errno(EOPNOTSUPP))
    }

    /// - Parameter socket: tells what the socket is.
    func bind(
        _ act: Act, _ number: Int32, _ address: SocketAddress, _ lookup: some Lookup,
        _ socket: () -> SocketState?
    ) -> Ruling {
        switch address {
        case .inet4, .inet6:
            if destinations.listensAnywhere && !hasNamespace { return .proceed }
            let state = socket()
            if state?.transport == .tcp, destinations.listens(on: address) {
                return .bind(socket: number, address)
            }
            // Who connects may say that any address and port of its own will do, or see whether there is a loopback.
            if address.port == 0, isOwn(address),
                destinations.connectsAnywhere || destinations.connectsSomewhere
            {
                return .bind(socket: number, address)
            }
            return refuse(.bind, "binding to \(address)", address, rule: "network.listen")
        case .path(let text):
            let path = GuestPath(directory: AT_FDCWD, text: text, follows: false)
            guard let place = lookup.place(of: path, for: act.call.pid) else { return .proceed }
            let granted =
                own.contains(place.path)
                || grants.rights(for: place.path.parent).contains(.write)
            if granted || !lookup.host(place.path).parentWritable { return .proceed }
            return refuse(
                .bind, "making the socket \(place.path)", address, rule: "files.write", errno: .accessDenied)
        case .abstract, .unspecified: return hasNamespace ? .proceed : .fail(.notPermitted)
        case .malformed: return .fail(.invalid)
        case .other: return .fail(Errno(EAFNOSUPPORT))
        }
    }

    /// - Parameter local: what the socket is bound to; nil when that cannot be told.
    func listen(_ act: Act, _ socket: Int32, local: SocketAddress?) -> Ruling {
        guard let local else { return .fail(Errno(EBADF)) }
        switch local {
        case .path: return .listen(socket: socket, local)
        case .abstract where hasNamespace: return .listen(socket: socket, local)
        case .inet4, .inet6:
            if destinations.listens(on: local) { return .listen(socket: socket, local) }
            return refuse(.bind, "listening on \(local)", local, rule: "network.listen")
        default: return .fail(.invalid)
        }
    }

    /// - Parameter connects: sending begins a connection with an address that cannot be held to what was judged.
    func send(
        _ act: Act, _ addresses: [SocketAddress], connects: Bool, _ lookup: some Lookup,
        _ socket: () -> SocketState?
    ) -> Ruling {
        var ports: [UInt16] = []
        for address in addresses {
            switch address {
            case .inet4, .inet6:
                if destinations.connectsAnywhere || connects && destinations.allows(.tcp, address) {
                    continue
                }
                if hasRelay, isNameServer(address) || destinations.allows(.udp, address),
                    socket()?.transport == .udp, let port = address.port
                {
                    ports.append(port)
                    continue
                }
                return refuse(.send, "sending to \(address)", address, rule: "network.allow")
            case .path(let text):
                let path = GuestPath(directory: AT_FDCWD, text: text, follows: true)
                guard let place = lookup.place(of: path, for: act.call.pid) else { return .fail(.notFound) }
                if own.contains(place.path) { continue }
                guard lookup.host(place.path).exists else { return .fail(.notFound) }
                return refuse(.send, "sending to the socket \(place.path)", address, rule: "network.allow")
            case .abstract where hasNamespace: continue
            // For a datagram of IPv4 the address counts although its family is not said.
            case .unspecified:
                return refuse(.send, "sending to an address of no family", nil, rule: "network.allow")
            default: return .fail(.notPermitted)
            }
        }
        // As where TCP has no fast open: programs connect instead (tcp(7)). Whatever the socket is now, it can be
        // another one when the kernel looks.
        if connects, !destinations.connectsAnywhere { return .fail(Errno(EOPNOTSUPP)) }
        return ports.isEmpty ? .proceed : .relay(ports: ports)
    }

    /// An option of IP itself. What takes a packet by way of a host of the caller's choice (ip(7), ipv6(7)) would take
    /// it there whatever destination was granted.
    func option(level: Int32, name: Int32) -> Ruling {
        // Who closes a socket last would wait for what was sent on it, and that can be the supervisor.
        if level == SOL_SOCKET, name == SO_LINGER { return .ignore }
        let routing: [Int32: [Int32: String]] = [
            0: [4: "IP_OPTIONS"], 41: [57: "IPV6_RTHDR", 6: "IPV6_2292PKTOPTIONS"],
        ]
        guard let named = routing[level]?[name] else { return .proceed }
        return .violate(
            Violation(
                .syscall, .notPermitted, .networkAccess, rule: "syscalls",
                "choosing the route of packets is not granted", [.init("option", .string(named))]))
    }

    /// A socket of a family, type or protocol that is not given out.
    func socket(family: UInt32, type: UInt32, protocol number: UInt32) -> Ruling {
        let kind = type & 0xF
        // Looking up one's own interfaces is a habit of getaddrinfo(3), which has another way.
        if family == UInt32(AF_NETLINK) { return .fail(Errno(EAFNOSUPPORT)) }
        // Go asks for MPTCP before TCP.
        if kind == 1, number == 262 { return .fail(Errno(EPROTONOSUPPORT)) }
        let raw = kind == 3 || kind == 10  // SOCK_RAW, SOCK_PACKET
        let named = SocketNames.family(family)
        let sort = raw ? "raw " : kind == 2 ? "datagram " : ""
        return .violate(
            Violation(
                .syscall, kind == 2 ? .accessDenied : .notPermitted, .networkAccess, rule: "syscalls",
                "a \(sort)socket of \(named) is not granted",
                [
                    .init("family", .string(named)), .init("type", .string(SocketNames.type(kind))),
                    .init("protocol", .number(number)),
                ]))
    }

    /// An address in an event.
    static func members(_ address: SocketAddress) -> [JSON.Member] {
        var members = [JSON.Member("address", .string(address.description))]
        if let port = address.port {
            members.append(.init("host", .string(address.host)))
            members.append(.init("port", .number(port)))
        }
        return members
    }

    private func refuse(
        _ operation: Denial.Operation, _ verb: String, _ address: SocketAddress?, rule: String,
        errno: Errno = .notPermitted
    ) -> Ruling {
        var members = address.map(Self.members) ?? [.init("address", "unknown")]
        var sentence = "\(verb) is not granted"
        if let address, let name = destinations.names(of: address).first {
            members.append(.init("name", .string(name)))
            if InnerAddresses.contain(address.bytes ?? []) {
                sentence += "; \(name) leads there, which only a grant of the address itself allows"
            }
        }
        return .violate(Violation(operation, errno, .networkAccess, rule: rule, sentence, members))
    }
}
