/// The encodings that code hides in. Each reads as much as its usual decoder would and gives `nil` for what that one
/// would refuse.
enum Decoding {
    /// What is decoded is never longer than this; nothing that is read needs more.
    static let longest = 1 << 20

    /// RFC 4648, both alphabets; space is skipped, padding may be missing.
    static func base64(_ bytes: [UInt8]) -> [UInt8]? { radix(bytes, bits: 6, base64Digit) }

    static func base32(_ bytes: [UInt8]) -> [UInt8]? { radix(bytes, bits: 5, base32Digit) }

    static func hexadecimal(_ bytes: [UInt8]) -> [UInt8]? {
        let digits = bytes.filter { $0 != 0x20 && $0 != 0x0A }
        guard digits.count % 2 == 0 else { return nil }
        return radix(digits, bits: 4, hexadecimalDigit)
    }

    private static func radix(_ bytes: [UInt8], bits: Int, _ digit: (UInt8) -> UInt8?) -> [UInt8]? {
        guard bytes.count <= longest else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count * bits / 8)
        var (buffer, filled) = (0, 0)
        for byte in bytes {
            if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { continue }
            if byte == UInt8(ascii: "=") { break }
            guard let value = digit(byte) else { return nil }
            buffer = (buffer << bits | Int(value)) & 0xFFFF
            filled += bits
            if filled >= 8 {
                filled -= 8
                out.append(UInt8(truncatingIfNeeded: buffer >> filled))
            }
        }
        return out
    }

    private static func base64Digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    private static func base32Digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a")
        case UInt8(ascii: "2")...UInt8(ascii: "7"): byte - UInt8(ascii: "2") + 26
        default: nil
        }
    }

    static func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// Python's `b85decode`; RFC 1924's alphabet.
    static func base85(_ bytes: [UInt8]) -> [UInt8]? {
        let alphabet = Array(
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~".utf8)
        return groupsOfFive(bytes) { byte in alphabet.firstIndex(of: byte) }
    }

    /// Adobe's Ascii85 as Python's `a85decode` reads it, without its short form for spaces.
    static func ascii85(_ bytes: [UInt8]) -> [UInt8]? {
        var expanded: [UInt8] = []
        for byte in bytes where byte > 0x20 {
            if byte == UInt8(ascii: "z") { expanded += "!!!!!".utf8 } else { expanded.append(byte) }
        }
        return groupsOfFive(expanded) { byte in byte >= 0x21 && byte <= 0x75 ? Int(byte - 0x21) : nil }
    }

    private static func groupsOfFive(_ bytes: [UInt8], _ digit: (UInt8) -> Int?) -> [UInt8]? {
        guard bytes.count <= longest else { return nil }
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let group = bytes[index..<min(index + 5, bytes.count)]
            var value: UInt64 = 0
            for byte in group {
                guard let number = digit(byte) else { return nil }
                value = value * 85 + UInt64(number)
            }
            for _ in group.count..<5 { value = value * 85 + 84 }
            for position in 0..<(group.count - 1) {
                out.append(UInt8(truncatingIfNeeded: value >> UInt64(24 - 8 * position)))
            }
            index += 5
        }
        return out
    }

    static func rot13(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                (byte - UInt8(ascii: "A") + 13) % 26 + UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                (byte - UInt8(ascii: "a") + 13) % 26 + UInt8(ascii: "a")
            default: byte
            }
        }
    }

    /// RFC 3986 percent-encoding.
    static func percent(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = hexadecimalDigit(bytes[index + 1]), let low = hexadecimalDigit(bytes[index + 2])
            {
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }
}
