/// The addresses that begin with the same bits (CIDR, RFC 4632); a single one has all of its bits in common.
package struct AddressBlock: Hashable, Sendable, CustomStringConvertible {
    /// Four or sixteen, in network order; the bits behind the common ones are zero.
    package let bytes: [UInt8]
    /// How many bits are common.
    package let length: Int

    /// The block that an address lies in.
    package init(_ address: [UInt8], length: Int) {
        self.length = length
        bytes = address.enumerated().map { index, byte in
            let bits = min(max(length - index * 8, 0), 8)
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> bits)
        }
    }

    package init(_ address: [UInt8]) { self.init(address, length: address.count * 8) }

    init(_ address: IPAddress, length: Int? = nil) {
        let bytes = address.bytes
        self.init(bytes, length: length ?? bytes.count * 8)
    }

    package var isSingle: Bool { length == bytes.count * 8 }

    package func contains(_ address: [UInt8]) -> Bool {
        address.count == bytes.count && AddressBlock(address, length: length).bytes == bytes
    }

    package func contains(_ other: AddressBlock) -> Bool { other.length >= length && contains(other.bytes) }

    /// The first address of this block that lies in none of the others.
    func gap(beside others: [AddressBlock]) -> AddressBlock? {
        if others.contains(where: { $0.contains(self) }) { return nil }
        let inside = others.filter { contains($0) }
        guard !inside.isEmpty else { return AddressBlock(bytes) }
        // A loop: the first of a lazy compactMap is worked out twice, and so each of the 128 levels below.
        for half in halves {
            if let found = half.gap(beside: inside) { return found }
        }
        return nil
    }

    private var halves: [AddressBlock] {
        var upper = bytes
        upper[length / 8] |= 0x80 >> (length % 8)
        return [AddressBlock(bytes, length: length + 1), AddressBlock(upper, length: length + 1)]
    }

    /// `192.0.2.1`, `10.0.0.0/8`, `2001:db8::/32`.
    package var description: String { isSingle ? "\(IPAddress(bytes))" : "\(IPAddress(bytes))/\(length)" }
}

extension AddressBlock {
    /// Every address of IPv4, and of IPv6.
    static let everywhere = [
        AddressBlock([0, 0, 0, 0], length: 0), AddressBlock([UInt8](repeating: 0, count: 16), length: 0),
    ]

    /// What listening on these addresses reaches: a server on the unspecified address hears every one of the machine,
    /// and that of IPv6 those of IPv4 too (ipv6(7)).
    package var listening: [AddressBlock] {
        guard isSingle, bytes.allSatisfy({ $0 == 0 }) else { return [self] }
        return bytes.count == 4 ? [Self.everywhere[0]] : Self.everywhere
    }
}
