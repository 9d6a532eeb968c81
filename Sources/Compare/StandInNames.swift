import Linux
import Policy
import Sandbox

/// Addresses that stand for names where nothing is looked up: each name has one that is nobody's, and that no other
/// name has.
struct StandInNames {
    /// Destinations as a run would have them.
    func destinations(_ rules: NetworkRules) throws(Unenforceable) -> Destinations {
        var destinations = Destinations()
        destinations.connectsAnywhere = rules.allowsAny
        destinations.listensAnywhere = rules.listen.contains { $0.value == .any }
        destinations.connect = entries(rules.allow)
        destinations.listen = entries(rules.listen)
        return destinations
    }

    private func entries(_ endpoints: [Located<Endpoint>]) -> [Destinations.Entry] {
        endpoints.compactMap { endpoint in
            guard case .tcp(let host, let port) = endpoint.value else { return nil }
            return .init(host: host, addresses: [bytes(of: host)], port: port, reason: "\(endpoint.origin)")
        }
    }

    func address(of endpoint: Endpoint) -> SocketAddress? {
        guard case .tcp(let host, let port) = endpoint else { return nil }
        let bytes = bytes(of: host)
        return bytes.count == 4 ? .inet4(bytes, port: port) : .inet6(bytes, port: port, scope: 0)
    }

    /// For a name, an address of a block that nobody uses, made from all of the name (FNV-1a, 128 bits).
    private func bytes(of host: String) -> [UInt8] {
        if let address = SocketAddress.parse(host) { return address }
        var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
        for byte in host.utf8 { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B }
        // 5f00::/16, and 5f01 to 5fff, belong to nobody (RFC 9602).
        return [0x5F] + (0..<15).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
    }
}
