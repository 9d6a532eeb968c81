/// A JSON value whose objects keep the order they were built in (RFC 8259).
///
/// The audit chain hashes bytes, so there is one way to write each value: no spaces, members in order, the shortest
/// escapes, and no fractions in anything that is chained.
package indirect enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    /// A number with a fraction, written in the fewest digits that give it back. What is no number (JSON has neither
    /// infinity nor NaN) is written as null.
    case fraction(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    /// One name and value of an object.
    package struct Member: Equatable, Sendable {
        package let name: String
        package let value: JSON

        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// An integer of any width; what does not fit a signed 64-bit number is written as its decimal string.
    package static func number(_ value: some BinaryInteger) -> JSON {
        Int64(exactly: value).map(JSON.int) ?? .string(String(value))
    }

    /// Text that may hold any bytes: what is not UTF-8 is replaced (U+FFFD), so that readers never fail.
    package static func text(_ bytes: some Collection<UInt8>) -> JSON {
        .string(String(decoding: bytes, as: UTF8.self))
    }

    /// The member of that name, when this is an object that has it.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The text, when this is a string.
    package var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number, when this is an integer.
    package var intValue: Int64? {
        guard case .int(let number) = self else { return nil }
        return number
    }

    /// The elements, when this is an array.
    package var elements: [JSON]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// The members, when this is an object.
    package var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSON {
    /// The one way this value is written, appended to `out`.
    package func write(to out: inout [UInt8]) {
        switch self {
        case .null: out += "null".utf8
        case .bool(let flag): out += (flag ? "true" : "false").utf8
        case .int(let number): JSON.writeInteger(number, to: &out)
        case .fraction(let number): out += (number.isFinite ? number.description : "null").utf8
        case .string(let text): JSON.writeString(text, to: &out)
        case .array(let values):
            out.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                value.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                JSON.writeString(member.name, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// The bytes of this value alone.
    package var encoded: [UInt8] {
        var out: [UInt8] = []
        // As long as most lines of a trail are.
        out.reserveCapacity(768)
        write(to: &out)
        return out
    }

    /// This value for people: a member a line, except in objects and lists that hold nothing but plain values.
    package var indented: [UInt8] {
        var out: [UInt8] = []
        indent(by: 0, into: &out)
        return out + [UInt8(ascii: "\n")]
    }

    private func indent(by depth: Int, into out: inout [UInt8]) {
        let inner = [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth + 2)
        switch self {
        case .array(let values) where values.contains(where: { $0.holdsOthers }):
            for (index, value) in values.enumerated() {
                out += index == 0 ? "[\n".utf8 : ",\n".utf8
                out += inner
                value.indent(by: depth + 1, into: &out)
            }
            out += [UInt8(ascii: "\n")] + inner.dropLast(2) + [UInt8(ascii: "]")]
        case .object(let members)
        where members.count > 2 || members.contains(where: { $0.value.holdsOthers }):
            for (index, member) in members.enumerated() {
                out += index == 0 ? "{\n".utf8 : ",\n".utf8
                out += inner
                JSON.writeString(member.name, to: &out)
                out += ": ".utf8
                member.value.indent(by: depth + 1, into: &out)
            }
            out += [UInt8(ascii: "\n")] + inner.dropLast(2) + [UInt8(ascii: "}")]
        default: write(to: &out)
        }
    }

    private var holdsOthers: Bool {
        switch self {
        case .array(let values): !values.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }

    private static func writeInteger(_ number: Int64, to out: inout [UInt8]) {
        if number < 0 { out.append(UInt8(ascii: "-")) }
        let start = out.count
        var rest = number.magnitude
        repeat {
            out.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        out[start...].reverse()
    }

    /// Appends `text` quoted. Control characters, DEL and the line separators that JavaScript minds are
    /// escaped, so that a line of JSON is one line everywhere.
    private static func writeString(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            var index = 0
            while index < bytes.count {
                // Nearly all of it: letters, digits and what is written as it is.
                while index < bytes.count, unsafe isPlain(bytes[index]) { index += 1 }
                guard index < bytes.count else { break }
                let length = unsafe specialLength(bytes, at: index)
                if length > 0 {
                    unsafe out.append(contentsOf: bytes[start..<index])
                    let scalar = unsafe String(decoding: bytes[index..<index + length], as: UTF8.self)
                    out += escape(scalar.unicodeScalars.first ?? "\u{FFFD}").utf8
                    start = index + length
                }
                index += max(1, length)
            }
            unsafe out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// How many bytes at `index` are a character that has to be escaped: 0 where there is none.
    private static func specialLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch unsafe bytes[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x7F: 1
        // U+0080 to U+009F.
        case 0xC2: unsafe index + 1 < bytes.count && bytes[index + 1] < 0xA0 ? 2 : 0
        // U+2028 and U+2029.
        case 0xE2:
            unsafe index + 2 < bytes.count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8
                ? 3 : 0
        default: 0
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            let hex = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .int(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
