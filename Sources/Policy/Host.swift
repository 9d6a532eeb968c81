import YAML

/// The host of an endpoint: a name, or addresses. Everything that compares hosts compares these.
package enum Host: Equatable, Sendable, CustomStringConvertible {
    /// In lower case (RFC 1123).
    case name(String)
    case block(AddressBlock)

    /// Reads `example.com`, `192.0.2.1`, `10.0.0.0/8`, `[2001:db8::1]` or `[2001:db8::]/32`, without user, port or
    /// path.
    ///
    /// - Throws: the rest of a sentence that has quoted the endpoint: `, whose host …`.
    package init(parsing text: String) throws(Misread) {
        let bytes = Array(text.utf8)
        if bytes.isEmpty { throw Misread(", which names no host; write tcp://HOST:PORT") }
        if bytes.first == UInt8(ascii: "[") {
            self = .block(try Host.blockV6(bytes))
            return
        }
        if bytes.contains(UInt8(ascii: "*")) {
            throw Misread(", a wildcard, which this version does not enforce; list each host")
        }
        if bytes.contains(UInt8(ascii: ":")) {
            throw Misread("; write an IPv6 address in brackets: tcp://[2001:db8::1]:443")
        }
        let (host, prefix) = Host.parts(bytes)
        if let odd = host.first(where: { !Host.isNameByte($0) }) { throw Misread(Host.unfit(odd)) }
        let named = try Host.nameOrAddress(host)
        guard let prefix else {
            self = named
            return
        }
        guard case .block(let block) = named else {
            throw Misread(", a name with a '/'; only an address has a prefix, as in 10.0.0.0/8")
        }
        self = .block(try Host.block(block.bytes, prefix))
    }

    /// As an endpoint has it: an IPv6 address in brackets.
    package var description: String {
        switch self {
        case .name(let name): return name
        case .block(let block):
            guard block.bytes.count == 16 else { return "\(block)" }
            let address = "[\(IPAddress(block.bytes))]"
            return block.isSingle ? address : "\(address)/\(block.length)"
        }
    }

    /// What stands before a `/`, and behind it.
    private static func parts(_ bytes: [UInt8]) -> (host: [UInt8], prefix: [UInt8]?) {
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return (bytes, nil) }
        return (Array(bytes[..<slash]), Array(bytes[(slash + 1)...]))
    }

    private static func block(_ address: [UInt8], _ prefix: [UInt8]) throws(Misread) -> AddressBlock {
        let most = address.count * 8
        guard !prefix.isEmpty, prefix.count <= 3, prefix.allSatisfy(isDigit),
            prefix.count == 1 || prefix.first != UInt8(ascii: "0"),
            let length = Int(String(decoding: prefix, as: UTF8.self)), length <= most
        else { throw Misread(", whose prefix is not a number from 0 to \(most)") }
        let block = AddressBlock(address, length: length)
        if block.bytes != address {
            throw Misread(", whose address goes on behind its prefix; write \(Host.block(block))")
        }
        return block
    }

    /// The prefix may stand behind the brackets or in them.
    private static func blockV6(_ bytes: [UInt8]) throws(Misread) -> AddressBlock {
        var (host, prefix) = parts(bytes)
        if prefix?.last == UInt8(ascii: "]"), host.last != UInt8(ascii: "]") {
            prefix?.removeLast()
            host.append(UInt8(ascii: "]"))
        }
        guard host.last == UInt8(ascii: "]"), let address = IPAddress(v6: host.dropFirst().dropLast())
        else {
            let zone = bytes.contains(UInt8(ascii: "%")) ? "; zones (%eth0) are not read" : ""
            throw Misread(", whose host is no IPv6 address\(zone)")
        }
        if let inner = address.mappedV4 {
            throw Misread(", whose host is an IPv4 address inside an IPv6 one; write \(inner)")
        }
        return try prefix.map { prefix throws(Misread) in try block(address.bytes, prefix) }
            ?? AddressBlock(address)
    }

    /// A name by RFC 1123 section 2.1 (labels of 1 to 63, 253 in all), or an IPv4 address.
    private static func nameOrAddress(_ bytes: [UInt8]) throws(Misread) -> Host {
        if bytes.isEmpty { throw Misread(", which names no host; write tcp://HOST:PORT") }
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
            return .block(AddressBlock(address))
        }
        return .name(String(decoding: bytes.map { isLetter($0) ? $0 | 0x20 : $0 }, as: UTF8.self))
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
