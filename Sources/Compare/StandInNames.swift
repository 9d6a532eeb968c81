import Linux
import Policy
import Sandbox

/// Addresses that stand for names where nothing is looked up: each name has one of each family that is nobody's, and
/// that no other name has.
struct StandInNames {
    /// Destinations as a run would have them.
    func destinations(_ rules: NetworkRules) throws(Unenforceable) -> Destinations {
        try Destinations(rules) { .success(addresses(of: $0)) }
    }

    /// What the endpoint is when it is a single destination: each address that it may be.
    func addresses(of endpoint: Endpoint) -> [SocketAddress] {
        if case .unix(let path) = endpoint { return [.path(path.bytes)] }
        guard case .network(_, let host, let ports) = endpoint, ports.ranges.count == 1,
            let port = ports.ranges.first?.lowerBound, ports == Ports([port...port])
        else { return [] }
        switch host {
        case .name(let name):
            return addresses(of: name).map { SocketAddress(SocketAddress.encode($0, port: port)) }
        case .block(let block):
            return block.isSingle ? [SocketAddress(SocketAddress.encode(block.bytes, port: port))] : []
        }
    }

    /// Addresses of blocks that nobody uses, made from all of the name (FNV-1a, 128 bits).
    private func addresses(of host: String) -> [[UInt8]] {
        if host == "localhost" { return [[127, 0, 0, 1]] }
        var hash: UInt128 = 0x6C62_272E_07BB_0142_62B8_2175_6295_C58D
        for byte in host.utf8 { hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013B }
        let bytes = (0..<15).map { UInt8(truncatingIfNeeded: hash >> (8 * $0)) }
        // 240.0.0.0/4 is reserved (RFC 1112), and 5f01 to 5fff belong to nobody (RFC 9602).
        return [[0xF0 | bytes[0] & 0x07, bytes[1], bytes[2], bytes[3]], [0x5F] + bytes]
    }
}
