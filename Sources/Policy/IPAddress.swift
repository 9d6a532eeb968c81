/// An address of the Internet Protocol, with one text for each.
package enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// Four bytes in network order, as one number.
    case v4(UInt32)
    /// Eight groups of 16 bits.
    case v6([UInt16])

    /// Four decimal numbers from 0 to 255, each without leading zeros. The short, octal and hexadecimal forms
    /// of inet_aton(3) are not read: two readers that disagree on them would disagree on the host.
    package init?(v4 text: some Collection<UInt8>) {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy(isDigit),
                part.count == 1 || part.first != UInt8(ascii: "0"),
                let byte = UInt8(String(decoding: part, as: UTF8.self))
            else { return nil }
            number = number << 8 | UInt32(byte)
        }
        self = .v4(number)
    }

    /// The text of RFC 4291 section 2.2 without a zone, its last 32 bits also as an IPv4 address.
    package init?(v6 text: some Collection<UInt8>) {
        let bytes = Array(text)
        guard (2...45).contains(bytes.count) else { return nil }
        let gap = bytes.indices.dropLast().first { bytes[$0] == colon && bytes[$0 + 1] == colon }
        guard let gap else {
            guard let groups = groups(of: bytes[...], mayEndInV4: true), groups.count == 8 else { return nil }
            self = .v6(groups)
            return
        }
        guard let head = groups(of: bytes[..<gap], mayEndInV4: false),
            let tail = groups(of: bytes[(gap + 2)...], mayEndInV4: true), head.count + tail.count <= 7
        else { return nil }
        self = .v6(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    /// The address of four or sixteen bytes in network order.
    package init(_ bytes: [UInt8]) {
        if bytes.count == 4 {
            self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        } else {
            self = .v6(
                stride(from: 0, to: bytes.count - 1, by: 2).map {
                    UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
                })
        }
    }

    /// Four or sixteen bytes in network order.
    package var bytes: [UInt8] {
        switch self {
        case .v4(let number): [24, 16, 8, 0].map { UInt8(number >> $0 & 0xFF) }
        case .v6(let groups): groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        }
    }

    /// The IPv4 address inside `::ffff:a.b.c.d` (RFC 4291 section 2.5.5.2).
    package var mappedV4: IPAddress? {
        guard case .v6(let groups) = self, groups.prefix(6) == [0, 0, 0, 0, 0, 0xFFFF] else { return nil }
        return .v4(UInt32(groups[6]) << 16 | UInt32(groups[7]))
    }

    /// `192.0.2.1`, or the text of RFC 5952: lower case, no leading zeros, the first longest run of two or
    /// more zero groups as `::`.
    package var description: String {
        switch self {
        case .v4(let number):
            return [24, 16, 8, 0].map { String(number >> $0 & 0xFF) }.joined(separator: ".")
        case .v6(let groups):
            let hex = groups.map { String($0, radix: 16) }
            guard let run = longestZeroRun(groups) else { return hex.joined(separator: ":") }
            return hex[..<run.lowerBound].joined(separator: ":") + "::"
                + hex[run.upperBound...].joined(separator: ":")
        }
    }
}

private let colon = UInt8(ascii: ":")

/// Groups of one to four hexadecimal digits between single colons.
private func groups(of text: ArraySlice<UInt8>, mayEndInV4: Bool) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: colon, omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
        if mayEndInV4, index == parts.count - 1, case .v4(let number)? = IPAddress(v4: part) {
            groups += [UInt16(number >> 16), UInt16(number & 0xFFFF)]
        } else {
            guard (1...4).contains(part.count), part.allSatisfy(isHexDigit),
                let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
            else { return nil }
            groups.append(group)
        }
    }
    return groups
}

private func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
    var best = 0..<0
    var start = 0
    for index in groups.indices {
        if groups[index] != 0 { start = index + 1 }
        if index + 1 - start > best.count { best = start..<(index + 1) }
    }
    return best.count >= 2 ? best : nil
}
