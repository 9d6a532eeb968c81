import Glibc

/// Where a socket is to be bound or connected (socket(7)), decoded from the bytes a program gave.
package enum SocketAddress: Equatable, Sendable, CustomStringConvertible {
    /// A path in the file system (unix(7)).
    case path([UInt8])
    /// A name of the network namespace (unix(7), "abstract").
    case abstract([UInt8])
    /// Four bytes.
    case inet4([UInt8], port: UInt16)
    /// Sixteen bytes.
    case inet6([UInt8], port: UInt16, scope: UInt32)
    /// AF_UNSPEC: takes a connection off.
    case unspecified
    case other(family: UInt16)
    /// Too short to be an address at all.
    case malformed

    /// Decodes a `struct sockaddr` of any family.
    package init(_ bytes: [UInt8]) {
        guard bytes.count >= 2 else {
            self = .malformed
            return
        }
        let family = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
        switch family {
        case 0: self = .unspecified
        case 1: self = Self.unix(bytes.dropFirst(2))
        case 2 where bytes.count >= 8:
            self = .inet4(Array(bytes[4..<8]), port: UInt16(bytes[2]) << 8 | UInt16(bytes[3]))
        case 10 where bytes.count >= 24:
            var scope: UInt32 = 0
            if bytes.count >= 28 { for index in 0..<4 { scope |= UInt32(bytes[24 + index]) << (8 * index) } }
            self = .inet6(Array(bytes[8..<24]), port: UInt16(bytes[2]) << 8 | UInt16(bytes[3]), scope: scope)
        case 2, 10: self = .malformed
        default: self = .other(family: family)
        }
    }

    private static func unix(_ name: ArraySlice<UInt8>) -> SocketAddress {
        guard let first = name.first else { return .unspecified }
        return first == 0 ? .abstract(Array(name.dropFirst())) : .path(Array(name.prefix { $0 != 0 }))
    }

    /// The address without the port, as people write it; an IPv6 address in the form of RFC 5952.
    package var host: String {
        switch self {
        case .path(let path): String(decoding: path, as: UTF8.self)
        case .abstract(let name): "@" + String(decoding: name, as: UTF8.self)
        case .inet4(let a, _): "\(a[0]).\(a[1]).\(a[2]).\(a[3])"
        case .inet6(let a, _, _): Self.text(a)
        case .unspecified: "unspecified"
        case .other(let family): "family \(family)"
        case .malformed: "malformed"
        }
    }

    /// The address alone, four or sixteen bytes. One that maps an IPv4 address is that address: it reaches the same
    /// machine.
    package var bytes: [UInt8]? {
        switch self {
        case .inet4(let bytes, _): bytes
        case .inet6(let bytes, _, _): Self.unmapped(bytes)
        default: nil
        }
    }

    static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        let isMapped = bytes[0..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        return isMapped ? Array(bytes[12...]) : bytes
    }

    /// The bytes of an address in text (inet_pton(3)); nil for a name.
    package static func parse(_ text: String) -> [UInt8]? {
        for (family, length) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: length)
            if unsafe inet_pton(family, text, &bytes) == 1 {
                return unmapped(mapped(bytes))
            }
        }
        return nil
    }

    /// Sixteen bytes: an IPv4 address as a socket for IPv6 takes it (ipv6(7)).
    package static func mapped(_ bytes: [UInt8]) -> [UInt8] {
        bytes.count == 4 ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] + bytes : bytes
    }

    /// The text of four or sixteen bytes.
    package static func text(of bytes: [UInt8]) -> String {
        bytes.count == 4
            ? SocketAddress.inet4(bytes, port: 0).host : SocketAddress.inet6(bytes, port: 0, scope: 0).host
    }

    /// The `struct sockaddr` of four or sixteen bytes and a port.
    package static func encode(_ bytes: [UInt8], port: UInt16, scope: UInt32 = 0) -> [UInt8] {
        let ports = [UInt8(port >> 8), UInt8(port & 0xFF)]
        if bytes.count == 4 { return [2, 0] + ports + bytes + [UInt8](repeating: 0, count: 8) }
        let zone = (0..<4).map { UInt8(truncatingIfNeeded: scope >> (8 * $0)) }
        return [10, 0] + ports + [0, 0, 0, 0] + bytes + zone
    }

    /// The interface that a link-local address is meant on (ipv6(7), sin6_scope_id).
    package var scope: UInt32 {
        if case .inet6(_, _, let scope) = self { scope } else { 0 }
    }

    package var port: UInt16? {
        switch self {
        case .inet4(_, let port), .inet6(_, let port, _): port
        default: nil
        }
    }

    package var description: String {
        switch self {
        case .inet4(_, let port): "\(host):\(port)"
        case .inet6(_, let port, _): "[\(host)]:\(port)"
        case .path, .abstract: "unix:\(host)"
        default: host
        }
    }

    /// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`; an address
    /// that maps an IPv4 one shows it.
    private static func text(_ a: [UInt8]) -> String {
        let groups = (0..<8).map { UInt16(a[2 * $0]) << 8 | UInt16(a[2 * $0 + 1]) }
        if groups[0..<5].allSatisfy({ $0 == 0 }), groups[5] == 0xFFFF {
            return "::ffff:\(a[12]).\(a[13]).\(a[14]).\(a[15])"
        }
        var longest = 0..<0
        var start = 0
        for index in 0...8 where index == 8 || groups[index] != 0 {
            if index - start > max(longest.count, 1) { longest = start..<index }
            start = index + 1
        }
        let hex: (Range<Int>) -> String = { range in
            groups[range].map { String($0, radix: 16) }.joined(separator: ":")
        }
        return longest.isEmpty ? hex(0..<8) : hex(0..<longest.lowerBound) + "::" + hex(longest.upperBound..<8)
    }
}
