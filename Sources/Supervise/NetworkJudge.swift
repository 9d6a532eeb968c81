import Event
import Glibc
import Linux
import Sandbox

/// Judges sockets: where they connect, are bound, listen and send.
///
/// A connection is never let proceed on an address in the caller's memory, which could change: the supervisor
/// makes it, or refuses it. What proceeds here is held in by the run's own network namespace.
struct NetworkJudge {
    let destinations: Destinations
    let grants: Grants
    /// Directories of the run alone.
    let own: [Path]
    let hasNamespace: Bool

    func connect(_ act: Act, _ socket: Int32, _ address: SocketAddress, _ lookup: some Lookup) -> Ruling {
        switch address {
        case .inet4, .inet6:
            if destinations.connectsAnywhere { return .proceed }
            if destinations.allows(address) { return .connect(socket: socket, address) }
            if address.port == 53, address.bytes == [127, 0, 0, 1] {
                // The name server that the run was told of, and that is not there.
                return refuse(
                    .connect, "looking up a name that is not in network.allow", address, rule: "network.allow"
                )
            }
            return refuse(.connect, "connecting to \(address)", address, rule: "network.allow")
        case .path(let text):
            let path = GuestPath(directory: AT_FDCWD, text: text, follows: true)
            guard let place = lookup.place(of: path, for: act.call.pid) else { return .fail(.notFound) }
            if isOwn(place.path) { return .connect(socket: socket, address) }
            guard lookup.host(place.path).exists else { return .fail(.notFound) }
            return refuse(
                .connect, "connecting to the socket \(place.path)", address, rule: "network.allow",
                errno: place.visible ? .accessDenied : .notFound)
        case .abstract:
            if hasNamespace { return .connect(socket: socket, address) }
            return refuse(.connect, "connecting to \(address)", address, rule: "network.allow")
        case .unspecified:
            return hasNamespace || destinations.connectsAnywhere ? .proceed : .fail(.notPermitted)
        case .malformed: return .fail(.invalid)
        case .other: return .fail(Errno(EAFNOSUPPORT))
        }
    }

    func bind(_ act: Act, _ socket: Int32, _ address: SocketAddress, _ lookup: some Lookup) -> Ruling {
        switch address {
        case .inet4, .inet6:
            if destinations.listensAnywhere { return .proceed }
            if destinations.listens(on: address) { return .bind(socket: socket, address) }
            return refuse(.bind, "binding to \(address)", address, rule: "network.listen")
        case .path(let text):
            let path = GuestPath(directory: AT_FDCWD, text: text, follows: false)
            guard let place = lookup.place(of: path, for: act.call.pid) else { return .proceed }
            let granted =
                isOwn(place.path)
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
    func listen(_ act: Act, local: SocketAddress?) -> Ruling {
        switch local {
        case .path, .abstract: return .proceed
        case .inet4, .inet6:
            if let local, destinations.listens(on: local) { return .proceed }
            return refuse(
                .bind, "listening on \(local?.description ?? "a socket")", local, rule: "network.listen")
        default:
            if destinations.listensAnywhere { return .proceed }
            return refuse(.bind, "listening on a socket", local, rule: "network.listen")
        }
    }

    func send(_ act: Act, _ addresses: [SocketAddress], _ lookup: some Lookup) -> Ruling {
        for address in addresses {
            switch address {
            case .inet4, .inet6:
                if destinations.connectsAnywhere { continue }
                return refuse(.send, "sending to \(address)", address, rule: "network.allow")
            case .path(let text):
                let path = GuestPath(directory: AT_FDCWD, text: text, follows: true)
                guard let place = lookup.place(of: path, for: act.call.pid) else { return .fail(.notFound) }
                if isOwn(place.path) { continue }
                guard lookup.host(place.path).exists else { return .fail(.notFound) }
                return refuse(.send, "sending to the socket \(place.path)", address, rule: "network.allow")
            case .abstract where hasNamespace: continue
            case .unspecified where hasNamespace: continue
            default: return .fail(.notPermitted)
            }
        }
        return .proceed
    }

    /// A socket of a family or type that is never given out.
    func socket(family: UInt32, type: UInt32, protocol number: UInt32) -> Ruling {
        let kind = type & 0xF
        // Looking up one's own interfaces is a habit of getaddrinfo(3), which has another way.
        if family == UInt32(AF_NETLINK) { return .fail(Errno(EAFNOSUPPORT)) }
        let raw = kind == 3 || kind == 10  // SOCK_RAW, SOCK_PACKET
        let named = SocketNames.family(family)
        return .violate(
            Violation(
                .syscall, .notPermitted, .networkAccess, rule: "syscalls",
                "a \(raw ? "raw " : "")socket of \(named) is not granted",
                [
                    .init("family", .string(named)), .init("type", .string(SocketNames.type(kind))),
                    .init("protocol", .number(number)),
                ]))
    }

    private func isOwn(_ path: Path) -> Bool {
        own.contains { $0.contains(path) } && grants.granted(path).isEmpty
    }

    private func refuse(
        _ operation: Denial.Operation, _ verb: String, _ address: SocketAddress?, rule: String,
        errno: Errno = .notPermitted
    ) -> Ruling {
        var members = [JSON.Member("address", .string(address?.description ?? "unknown"))]
        if let address, let port = address.port {
            members.append(.init("host", .string(address.host)))
            members.append(.init("port", .number(port)))
        }
        return .violate(
            Violation(operation, errno, .networkAccess, rule: rule, "\(verb) is not granted", members))
    }
}

/// The names of socket(2)'s numbers.
enum SocketNames {
    static func family(_ number: UInt32) -> String {
        let names: [UInt32: String] = [
            1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 16: "AF_NETLINK", 17: "AF_PACKET", 29: "AF_CAN",
            31: "AF_BLUETOOTH", 33: "AF_RXRPC", 38: "AF_ALG", 40: "AF_VSOCK", 44: "AF_XDP",
        ]
        return names[number] ?? "family \(number)"
    }

    static func type(_ number: UInt32) -> String {
        let names: [UInt32: String] = [
            1: "SOCK_STREAM", 2: "SOCK_DGRAM", 3: "SOCK_RAW", 4: "SOCK_RDM", 5: "SOCK_SEQPACKET",
            10: "SOCK_PACKET",
        ]
        return names[number] ?? "type \(number)"
    }
}
