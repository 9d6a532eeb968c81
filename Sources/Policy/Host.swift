import YAML

/// The one reading of the host of an endpoint; everything that compares hosts compares what this returns.
package enum Host {
    /// A name in lower case, an IPv4 address, or an IPv6 address without its brackets.
    ///
    /// - Parameter text: `example.com`, `192.0.2.1` or `[2001:db8::1]`, without user, port or path.
    /// - Throws: the rest of a sentence that has quoted the endpoint: `, whose host …`.
    package static func canonical(_ text: String) throws(Misread) -> String {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { throw Misread(", which names no host; write tcp://HOST:PORT") }
        if bytes.first == UInt8(ascii: "[") { return try canonicalV6(bytes) }
        if bytes.contains(UInt8(ascii: "*")) {
            throw Misread(", a wildcard, which this version does not enforce; list each host")
        }
        if bytes.contains(UInt8(ascii: ":")) {
            throw Misread("; write an IPv6 address in brackets: tcp://[2001:db8::1]:443")
        }
        if let odd = bytes.first(where: { !isNameByte($0) }) { throw Misread(unfit(odd)) }
        return try canonicalName(bytes)
    }

    private static func canonicalV6(_ bytes: [UInt8]) throws(Misread) -> String {
        guard bytes.last == UInt8(ascii: "]"), let address = IPAddress(v6: bytes.dropFirst().dropLast())
        else {
            let zone = bytes.contains(UInt8(ascii: "%")) ? "; zones (%eth0) are not read" : ""
            throw Misread(", whose host is no IPv6 address\(zone)")
        }
        if let inner = address.mappedV4 {
            throw Misread(", whose host is an IPv4 address inside an IPv6 one; write \(inner)")
        }
        return address.description
    }

    /// A name by RFC 1123 section 2.1 (labels of 1 to 63, 253 in all), or an IPv4 address.
    private static func canonicalName(_ bytes: [UInt8]) throws(Misread) -> String {
        if bytes.count > 253 { throw Misread(", whose host is longer than the 253 bytes a name may have") }
        if bytes.last == UInt8(ascii: ".") { throw Misread("; write the host without the dot at its end") }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        for label in labels {
            if label.isEmpty { throw Misread(", whose host has an empty part between its dots") }
            if label.count > 63 { throw Misread(", whose host has a part longer than 63 bytes") }
            if label.first == UInt8(ascii: "-") || label.last == UInt8(ascii: "-") {
                throw Misread(", whose host has a part that begins or ends with a hyphen")
            }
        }
        // A resolver takes anything that ends in a number for an address (WHATWG URL, "ends in a number").
        if let last = labels.last, isNumber(last) {
            guard let address = IPAddress(v4: bytes) else {
                throw Misread(", whose host is no IPv4 address; write all four numbers, as in 192.0.2.1")
            }
            return address.description
        }
        return String(decoding: bytes.map { isLetter($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
        if label.allSatisfy(isDigit) { return true }
        return label.starts(with: "0x".utf8) || label.starts(with: "0X".utf8)
    }

    private static func unfit(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "@"): "; a user or password has no place in an endpoint, write only host and port"
        case UInt8(ascii: "%"): ", whose host has a '%'; escapes are not read"
        case 0x80...: ", whose host is not ASCII; write its xn-- form"
        case 0...0x20, 0x7F: ", whose host has a space or a control character"
        default:
            ", whose host has a '\(Unicode.Scalar(byte))'; a name has letters, digits, hyphens and dots"
        }
    }
}
