/// Addresses that do not lead out on the network, but to this machine, its link or what a cloud tells its machines.
///
/// A server there trusts whoever can reach it, so no name and no range of addresses leads there: who means one of them
/// grants it by itself (server-side request forgery, CWE-918).
package enum InnerAddresses {
    private static let blocks: [AddressBlock] = [
        v4(0, 0, 0, 0, 8),  // this host (RFC 791)
        v4(127, 0, 0, 0, 8), v4(169, 254, 0, 0, 16),  // loopback, link-local (RFC 6890)
        v4(224, 0, 0, 0, 4), v4(255, 255, 255, 255, 32),  // multicast, broadcast
        // Metadata services that are not link-local: Alibaba, Azure, Oracle.
        v4(100, 100, 100, 200, 32), v4(168, 63, 129, 16, 32), v4(192, 0, 0, 192, 32),
        v6([0], 128), v6([0, 0, 0, 0, 0, 0, 0, 1], 128), v6([0xFE80], 10), v6([0xFF00], 8),
        v6([0xFD00, 0x0EC2], 32), v6([0xFD20, 0x00CE, 0, 0, 0, 0, 0, 0x0254], 128),  // Amazon, Google
    ]

    private static func v4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ length: Int) -> AddressBlock {
        AddressBlock([a, b, c, d], length: length)
    }

    private static func v6(_ groups: [UInt16], _ length: Int) -> AddressBlock {
        let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        return AddressBlock(bytes + [UInt8](repeating: 0, count: 16 - bytes.count), length: length)
    }

    /// Whether this address, four or sixteen bytes, is one of them, or an IPv6 address that translators take there.
    package static func contain(_ address: [UInt8]) -> Bool {
        if blocks.contains(where: { $0.contains(address) }) { return true }
        return embedded(address).map { contain($0) } ?? false
    }

    /// Whether a grant of this block is one of inner addresses: by itself, or a part of what they are.
    static func mean(_ block: AddressBlock) -> Bool {
        blocks.contains { $0.contains(block) } || block.isSingle && contain(block.bytes)
    }

    /// The IPv4 address inside one of IPv6 that leads to it: mapped and compatible (RFC 4291), NAT64 (RFC 6052) and
    /// 6to4 (RFC 3056).
    private static func embedded(_ address: [UInt8]) -> [UInt8]? {
        guard address.count == 16 else { return nil }
        let head = address[..<12]
        let isMapped = head.prefix(10).allSatisfy { $0 == 0 } && (head[10] == head[11])
        if isMapped && (head[10] == 0 || head[10] == 0xFF) || head.elementsEqual(nat64) {
            return Array(address[12...])
        }
        return address[0] == 0x20 && address[1] == 0x02 ? Array(address[2..<6]) : nil
    }

    private static let nat64: [UInt8] = [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
}

extension AddressBlock {
    /// Whether a grant of this block lets an address be reached.
    package func grants(_ address: [UInt8]) -> Bool {
        contains(address) && (!InnerAddresses.contain(address) || InnerAddresses.mean(self))
    }

    /// Whether everything that a grant of this block reaches is reached by one of the others.
    func isGranted(by others: [AddressBlock]) -> Bool {
        isCovered(by: InnerAddresses.mean(self) ? others.filter { InnerAddresses.mean($0) } : others)
    }
}
