import Linux
import Policy

/// Where a run may connect and listen, with every name already resolved: nothing is looked up while it runs, so an
/// answer that changes later (DNS rebinding) changes nothing.
package struct Destinations: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        /// As the policy names it.
        package let host: String
        /// Four or sixteen bytes each.
        package let addresses: [[UInt8]]
        package let port: UInt16
        package let reason: String

        package init(host: String, addresses: [[UInt8]], port: UInt16, reason: String) {
            self.host = host
            self.addresses = addresses
            self.port = port
            self.reason = reason
        }
    }

    package var connect: [Entry] = []
    package var listen: [Entry] = []
    package var connectsAnywhere = false
    package var listensAnywhere = false

    package init() {}

    /// Resolves what a policy names. A name that leads to this machine, to its link or to a cloud's metadata service
    /// is refused: who means that has to grant the address (server-side request forgery, CWE-918).
    package init(_ rules: NetworkRules) throws(Unenforceable) {
        var faults: [Unenforceable.Fault] = []
        connectsAnywhere = rules.allowsAny
        listensAnywhere = rules.listen.contains { $0.value == .any }
        connect = Self.entries(rules.allow, &faults)
        listen = Self.entries(rules.listen, &faults)
        if !faults.isEmpty { throw Unenforceable(faults: faults) }
    }

    private static func entries(
        _ endpoints: [Located<Endpoint>], _ faults: inout [Unenforceable.Fault]
    ) -> [Entry] {
        endpoints.compactMap { endpoint in
            guard case .tcp(let host, let port) = endpoint.value else { return nil }
            let place = "\(endpoint.origin)"
            if let address = SocketAddress.parse(host) {
                return Entry(host: host, addresses: [address], port: port, reason: place)
            }
            switch NameResolution.addresses(of: host) {
            case .failure(let error):
                faults.append(.init(place, "\(host) cannot be resolved: \(error)"))
                return nil
            case .success(let addresses):
                if let inner = addresses.first(where: isInner), host != "localhost" {
                    faults.append(
                        .init(
                            place,
                            "\(host) leads to \(SocketAddress.text(of: inner)), which is not out on the network; "
                                + "grant the address itself if that is meant"))
                    return nil
                }
                return Entry(host: host, addresses: addresses, port: port, reason: place)
            }
        }
    }

    /// Loopback, link-local, unspecified and metadata addresses (RFC 6890).
    private static func isInner(_ address: [UInt8]) -> Bool {
        if address.count == 4 {
            return address[0] == 127 || address[0] == 0 || address[0] == 169 && address[1] == 254
        }
        let zeros = address.dropLast().allSatisfy { $0 == 0 }
        let isMetadata = address.starts(with: [0xFD, 0x00, 0x0E, 0xC2])
        return zeros && address[15] <= 1 || address[0] == 0xFE && address[1] & 0xC0 == 0x80 || isMetadata
    }

    /// Whether TCP to this address is granted.
    package func allows(_ address: SocketAddress) -> Bool { connectsAnywhere || Self.has(address, connect) }

    /// Whether listening on this address is granted.
    package func listens(on address: SocketAddress) -> Bool { listensAnywhere || Self.has(address, listen) }

    private static func has(_ address: SocketAddress, _ entries: [Entry]) -> Bool {
        guard let bytes = address.bytes, let port = address.port else { return false }
        return entries.contains { $0.port == port && $0.addresses.contains(bytes) }
    }

    /// What the run knows of names: itself and the granted ones (hosts(5)), and a name server that is not there, so
    /// that a question is a refused connection and not a wait (resolv.conf(5)).
    var files: [View.Sealed] {
        var hosts = "127.0.0.1 localhost\n"
        for entry in connect where SocketAddress.parse(entry.host) == nil {
            for address in entry.addresses { hosts += "\(SocketAddress.text(of: address)) \(entry.host)\n" }
        }
        let resolver = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
        return [
            View.Sealed(path: Path("/etc/hosts"), bytes: Array(hosts.utf8), mode: 0o444),
            View.Sealed(path: Path("/etc/resolv.conf"), bytes: Array(resolver.utf8), mode: 0o444),
        ]
    }
}
