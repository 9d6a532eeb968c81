/// Addresses that do not lead out on the network, but to this machine, its link or what a cloud tells its machines.
///
/// A server there trusts whoever can reach it, so no name and no block of addresses leads there: who means some of them
/// grants them by themselves (server-side request forgery, CWE-918).
package enum InnerAddresses {
    private static let v4: [AddressBlock] = [
        block([0], 8), block([127], 8), block([169, 254], 16),  // this host, loopback, link-local (RFC 6890)
        block([224], 4), block([255, 255, 255, 255], 32),  // multicast, broadcast
        // Metadata services that are not link-local: Alibaba, Azure, Oracle.
        block([100, 100, 100, 200], 32), block([168, 63, 129, 16], 32), block([192, 0, 0, 192], 32),
    ]

    private static func block(_ bytes: [UInt8], _ length: Int) -> AddressBlock {
        AddressBlock(bytes + [UInt8](repeating: 0, count: 4 - bytes.count), length: length)
    }

    private static func block6(_ bytes: [UInt8], last: [UInt8] = [], _ length: Int) -> AddressBlock {
        let zeros = [UInt8](repeating: 0, count: 16 - bytes.count - last.count)
        return AddressBlock(bytes + zeros + last, length: length)
    }

    static let blocks: [AddressBlock] =
        v4
        + [
            block6([], 128), block6([], last: [1], 128), block6([0xFE, 0x80], 10), block6([0xFF], 8),
            // Amazon, Google.
            block6([0xFD, 0x00, 0x0E, 0xC2], 32), block6([0xFD, 0x20, 0x00, 0xCE], last: [0x02, 0x54], 128),
        ]
        // What holds an IPv4 address and leads to it: compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
        + v4.flatMap { inner in
            [
                block6([], last: inner.bytes, 96 + inner.length),
                block6([0x00, 0x64, 0xFF, 0x9B], last: inner.bytes, 96 + inner.length),
                block6([0x20, 0x02] + inner.bytes, 16 + inner.length),
            ]
        }

    /// Whether this address, four or sixteen bytes, is one of them.
    package static func contain(_ address: [UInt8]) -> Bool { blocks.contains { $0.contains(address) } }
}

extension AddressBlock {
    /// Whether a grant of this block is one of inner addresses.
    private var isInner: Bool { InnerAddresses.blocks.contains { $0.contains(self) } }

    /// Whether a grant of this block lets an address be reached.
    package func grants(_ address: [UInt8]) -> Bool {
        contains(address) && (!InnerAddresses.contain(address) || isInner)
    }

    /// An address that a grant of this block reaches and one of the others does not.
    func grantedGap(beside others: [AddressBlock]) -> AddressBlock? {
        isInner ? gap(beside: others.filter { $0.isInner }) : gap(beside: others + InnerAddresses.blocks)
    }
}
