import YAML

/// Reads the part of TOML that profiles are written in: tables, and keys with text, numbers, truth values and lists of
/// them (https://toml.io/en/v1.0.0). Dates, dotted keys, tables in lists and text of several lines are faults.
struct TOML {
    private let bytes: [UInt8]
    private let file: String
    private var index = 0
    private var line = 1
    private var lineStart = 0

    /// The document as a mapping of mappings.
    static func parse(_ bytes: [UInt8], file: String) throws(Fault) -> Node {
        guard bytes.count <= documentCap else {
            throw Fault(
                at: Origin(file: file, line: 0, column: 0), "the file has more than \(documentCap) bytes")
        }
        var reading = TOML(bytes: bytes, file: file)
        return try reading.document()
    }

    private init(bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
    }

    private var mark: Mark { Mark(file: file, line: line, column: index - lineStart + 1) }
    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func fault(_ sentence: String) -> Fault { Fault(at: Origin(mark), sentence) }

    private mutating func step() {
        if bytes[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    /// Spaces and comments, and line ends where `lines` says so.
    private mutating func skip(lines: Bool) {
        while let byte = next {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): step()
            case UInt8(ascii: "\n") where lines: step()
            case UInt8(ascii: "#"): while let byte = next, byte != UInt8(ascii: "\n") { step() }
            default: return
            }
        }
    }

    private mutating func document() throws(Fault) -> Node {
        let start = mark
        var tables: [(key: Node, pairs: [Node.Pair], mark: Mark)] = []
        var root: [Node.Pair] = []
        while true {
            skip(lines: true)
            guard let byte = next else { break }
            if byte == UInt8(ascii: "[") {
                let place = mark
                step()
                skip(lines: false)
                let name = try key()
                skip(lines: false)
                guard next == UInt8(ascii: "]") else {
                    throw fault("a table is named [filesystem], in one word")
                }
                step()
                tables.append((name, [], place))
            } else {
                let pair = try self.pair()
                if tables.isEmpty { root.append(pair) } else { tables[tables.count - 1].pairs.append(pair) }
            }
            skip(lines: false)
            guard next == nil || next == UInt8(ascii: "\n") else {
                throw fault("a line goes on after its value")
            }
        }
        root += tables.map { Node.Pair(key: $0.key, value: Node(.mapping($0.pairs), at: $0.mark)) }
        return Node(.mapping(root), at: start)
    }

    private mutating func pair() throws(Fault) -> Node.Pair {
        let name = try key()
        skip(lines: false)
        guard next == UInt8(ascii: "=") else { throw fault("a key is followed by = and its value") }
        step()
        skip(lines: false)
        return Node.Pair(key: name, value: try value(depth: 0))
    }

    private mutating func key() throws(Fault) -> Node {
        let place = mark
        if next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") {
            return Node(.scalar(Scalar(try text(), isPlain: false)), at: place)
        }
        let start = index
        while let byte = next, isLetter(byte) || isDigit(byte) || byte == 0x5F || byte == 0x2D { step() }
        guard index > start else { throw fault("here is no key") }
        return Node(
            .scalar(Scalar(String(decoding: bytes[start..<index], as: UTF8.self), isPlain: true)), at: place)
    }

    private mutating func value(depth: Int) throws(Fault) -> Node {
        let place = mark
        guard depth < 8 else { throw fault("values are nested more than 8 deep here") }
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            return Node(.scalar(Scalar(try text(), isPlain: false)), at: place)
        case UInt8(ascii: "["): return Node(.sequence(try items(depth)), at: place)
        case UInt8(ascii: "{"): return Node(.mapping(try inline(depth)), at: place)
        default:
            let start = index
            while let byte = next, byte > 0x20, ![0x2C, 0x5D, 0x7D, 0x23].contains(byte) { step() }
            let word = String(decoding: bytes[start..<index].filter { $0 != 0x5F }, as: UTF8.self)
            let scalar = Scalar(word, isPlain: true)
            guard [.bool, .integer, .decimal].contains(scalar.kind) else {
                throw Fault(at: Origin(place), "'\(word.shown)' is no value; text stands in quotes")
            }
            return Node(.scalar(scalar), at: place)
        }
    }

    private mutating func items(_ depth: Int) throws(Fault) -> [Node] {
        var items: [Node] = []
        step()
        while true {
            skip(lines: true)
            if next == UInt8(ascii: "]") {
                step()
                return items
            }
            items.append(try value(depth: depth + 1))
            skip(lines: true)
            if next == UInt8(ascii: ",") {
                step()
            } else if next != UInt8(ascii: "]") {
                throw fault("the entries of a list stand between commas, and it ends with ]")
            }
        }
    }

    private mutating func inline(_ depth: Int) throws(Fault) -> [Node.Pair] {
        var pairs: [Node.Pair] = []
        step()
        while true {
            skip(lines: false)
            if next == UInt8(ascii: "}") {
                step()
                return pairs
            }
            let name = try key()
            skip(lines: false)
            guard next == UInt8(ascii: "=") else { throw fault("a key is followed by = and its value") }
            step()
            skip(lines: false)
            pairs.append(Node.Pair(key: name, value: try value(depth: depth + 1)))
            skip(lines: false)
            if next == UInt8(ascii: ",") {
                step()
            } else if next != UInt8(ascii: "}") {
                throw fault("the keys of a table stand between commas, and it ends with }")
            }
        }
    }

    /// Text in double quotes, with escapes, or in single ones, without.
    private mutating func text() throws(Fault) -> String {
        let start = mark
        let quote = bytes[index]
        step()
        var text: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\n") {
            step()
            if byte == quote {
                if text.isEmpty, next == quote {
                    throw Fault(at: Origin(start), "text of several lines is not read")
                }
                return String(decoding: text, as: UTF8.self)
            }
            guard byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let escaped = next else {
                text.append(byte)
                continue
            }
            step()
            switch escaped {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(escaped)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "t"): text.append(0x09)
            default:
                throw Fault(at: Origin(start), "an escape other than \\\", \\\\, \\n and \\t is not read")
            }
        }
        throw Fault(at: Origin(start), "here a text begins that does not end on its line")
    }
}
