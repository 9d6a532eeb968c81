/// What literals stand for.
enum PythonLiterals {
    /// An integer, or a float that is one; other numbers are not known.
    static func number(_ bytes: ArraySlice<UInt8>) -> Value {
        let digits = bytes.filter { $0 != UInt8(ascii: "_") }
        let text = String(decoding: digits, as: UTF8.self)
        guard digits.count > 1, digits[0] == UInt8(ascii: "0") else {
            if let number = Int(text) { return .integer(number) }
            return Double(text).flatMap { Int(exactly: $0) }.map { .integer($0) } ?? .unknown
        }
        let radix =
            switch digits[1] | 0x20 {
            case UInt8(ascii: "x"): 16
            case UInt8(ascii: "o"): 8
            case UInt8(ascii: "b"): 2
            // Python 2 wrote octal numbers with a zero alone.
            default: 8
            }
        let rest = text.dropFirst(digits[1] > UInt8(ascii: "9") ? 2 : 1)
        return Int(rest, radix: radix).map { .integer($0) } ?? .unknown
    }

    /// The text of a string or bytes literal.
    static func text(_ literal: ArraySlice<UInt8>) -> [UInt8] {
        guard let quote = literal.firstIndex(where: { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") })
        else { return [] }
        let isRaw = literal[..<quote].contains { $0 | 0x20 == UInt8(ascii: "r") }
        let byte = literal[quote]
        let isTriple =
            literal.endIndex - quote >= 6 && literal[quote + 1] == byte && literal[quote + 2] == byte
        let width = isTriple ? 3 : 1
        guard literal.endIndex - quote >= 2 * width else { return [] }
        let inner = literal[(quote + width)..<(literal.endIndex - width)]
        guard !isRaw, inner.contains(UInt8(ascii: "\\")) else { return Array(inner) }
        return Escapes.decode(inner, .python)
    }

    /// Doubled braces of an f-string are one.
    static func unbraced(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
            return text
        }
        var out: [UInt8] = []
        var index = 0
        while index < text.count {
            out.append(text[index])
            let isDoubled =
                index + 1 < text.count && text[index + 1] == text[index]
                && (text[index] == UInt8(ascii: "{") || text[index] == UInt8(ascii: "}"))
            index += isDoubled ? 2 : 1
        }
        return out
    }
}
