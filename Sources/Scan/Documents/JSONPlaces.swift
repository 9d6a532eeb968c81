/// JSON (RFC 8259) read for where things stand in it: strings stay where they are, and are decoded when they are asked
/// for.
struct JSONPlaces {
    indirect enum Node {
        /// The bytes between the quotes.
        case string(Range<Int>)
        case array([Node])
        case object([(name: String, value: Node)])
        /// A number, `true`, `false` or `null`.
        case other

        subscript(_ name: String) -> Node? {
            guard case .object(let members) = self else { return nil }
            return members.last { $0.name == name }?.value
        }

        var elements: [Node] {
            guard case .array(let values) = self else { return [] }
            return values
        }
    }

    private static let maximumDepth = 64

    let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The value that the bytes are; nil when they are none, or one that nests too deep.
    mutating func read() -> Node? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        guard let value = value(0) else { return nil }
        skipSpace()
        return at == bytes.count ? value : nil
    }

    /// The text of a string, for names and words; what is not UTF-8 is replaced.
    func text(_ node: Node?) -> String? {
        guard case .string(let range)? = node else { return nil }
        var excerption = Excerption()
        decode(range, into: &excerption)
        return String(decoding: excerption.bytes, as: UTF8.self)
    }

    /// Puts the text of a string behind what is there already.
    func decode(_ range: Range<Int>, into text: inout Excerption) {
        var start = range.lowerBound
        var index = start
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
                index += 1
                continue
            }
            text.append(bytes[start..<index], at: start)
            let (spelled, length) = escape(at: index, range.upperBound)
            text.append(spelled: spelled, at: index..<(index + length))
            index += length
            start = index
        }
        text.append(bytes[start..<range.upperBound], at: start)
    }

    /// The bytes that the escape at `index` means, and how long it is.
    private func escape(at index: Int, _ end: Int) -> ([UInt8], Int) {
        switch bytes[index + 1] {
        case UInt8(ascii: "n"): return ([0x0A], 2)
        case UInt8(ascii: "t"): return ([0x09], 2)
        case UInt8(ascii: "r"): return ([0x0D], 2)
        case UInt8(ascii: "b"): return ([0x08], 2)
        case UInt8(ascii: "f"): return ([0x0C], 2)
        case UInt8(ascii: "u"):
            guard let unit = unit(at: index, end) else { return ([0xEF, 0xBF, 0xBD], 2) }
            // Characters beyond U+FFFF are two units of UTF-16, each an escape of its own.
            if unit & 0xFC00 == 0xD800, let low = self.unit(at: index + 6, end), low & 0xFC00 == 0xDC00 {
                return (utf8(0x10000 + (unit & 0x3FF) << 10 + (low & 0x3FF)), 12)
            }
            return (utf8(unit), 6)
        default: return ([bytes[index + 1]], 2)
        }
    }

    private func unit(at index: Int, _ end: Int) -> UInt32? {
        guard index + 6 <= end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        return UInt32(String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
    }

    private func utf8(_ value: UInt32) -> [UInt8] {
        Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
    }

    // MARK: Values

    private mutating func value(_ depth: Int) -> Node? {
        skipSpace()
        guard at < bytes.count, depth < JSONPlaces.maximumDepth else { return nil }
        switch bytes[at] {
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "["): return array(depth)
        case UInt8(ascii: "{"): return object(depth)
        default:
            let start = at
            while at < bytes.count, isWord(bytes[at]) { at += 1 }
            return at > start ? .other : nil
        }
    }

    private func isWord(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    private mutating func skipSpace() {
        while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    /// What stands between the quote that is here and the next.
    private mutating func string() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard at < bytes.count else { return nil }
        at += 1
        return start..<(at - 1)
    }

    private mutating func array(_ depth: Int) -> Node? {
        at += 1
        var values: [Node] = []
        if take(UInt8(ascii: "]")) { return .array([]) }
        repeat {
            guard let value = value(depth + 1) else { return nil }
            values.append(value)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]")) ? .array(values) : nil
    }

    private mutating func object(_ depth: Int) -> Node? {
        at += 1
        var members: [(name: String, value: Node)] = []
        if take(UInt8(ascii: "}")) { return .object([]) }
        repeat {
            guard let name = string(), take(UInt8(ascii: ":")), let value = value(depth + 1) else {
                return nil
            }
            members.append((text(.string(name)) ?? "", value))
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}")) ? .object(members) : nil
    }
}
