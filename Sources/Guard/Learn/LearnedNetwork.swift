import Linux
import Policy

/// Where a run connected to and listened, as entries of a policy.
struct LearnedNetwork {
    private(set) var entries: [LearnedPolicy.Entry] = []

    /// - Parameter names: the names among those the run was told of that stand for an address.
    init(_ observed: Observed, earlier: [NetworkRules], names: (String) -> [String]) {
        var destinations:
            [(host: String, transport: Transport, ports: [ClosedRange<UInt16>], doubt: String?)] = []
        func note(_ connection: Observed.Connection, _ hosts: [String], _ doubt: String?) {
            guard let port = UInt16(exactly: connection.port), port > 0 else { return }
            for host in hosts {
                let index = destinations.firstIndex {
                    $0.host == host && $0.transport == connection.transport
                }
                if let index {
                    destinations[index].ports.append(port...port)
                } else {
                    destinations.append((host, connection.transport, [port...port], doubt))
                }
            }
        }
        let named = observed.connections.map { ($0, names($0.host)) }
        let hasNames = named.contains { !$0.1.isEmpty }
        for (connection, known) in named {
            // Names are looked up by guardrun then, and for the run by nobody else.
            if connection.transport == .udp, connection.port == 53, hasNames { continue }
            note(
                connection, known.isEmpty ? [Self.bracketed(connection.host)] : known,
                Self.doubt(connection.host))
        }
        add("network.allow", destinations, earlier.flatMap { $0.allow.map { $0.value } })
        entries += observed.sockets.filter { (try? $0.status())?.kind == .socket }.map {
            .init(
                key: "network.allow", text: "unix://\($0)",
                doubt: "what a local socket hands out is the run's")
        }
        destinations = []
        for connection in observed.listens { note(connection, [Self.bracketed(connection.host)], nil) }
        add("network.listen", destinations, earlier.flatMap { $0.listen.map { $0.value } })
    }

    private mutating func add(
        _ key: String,
        _ found: [(host: String, transport: Transport, ports: [ClosedRange<UInt16>], doubt: String?)],
        _ earlier: [Endpoint]
    ) {
        let known = earlier.map { $0.description }
        let new = found.map { place -> LearnedPolicy.Entry in
            let text = "\(place.transport.rawValue)://\(place.host):\(Ports(place.ports))"
            return .init(key: key, text: text, doubt: place.doubt)
        }
        entries += known.map { .init(key: key, text: $0, doubt: nil) }
        entries += new.filter { !known.contains($0.text) }
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":" as Character) ? "[\(host)]" : host
    }

    /// Loopback is often meant; what else lies inside seldom is.
    private static func doubt(_ host: String) -> String? {
        guard let bytes = SocketAddress.parse(host), InnerAddresses.contain(bytes), bytes.first != 127,
            bytes != [UInt8](repeating: 0, count: 15) + [1]
        else { return nil }
        return "it is the machine's link, or its cloud's metadata service"
    }
}
