/// Splits Python source into tokens (The Python Language Reference, chapter 2, for 3.8 to 3.14).
///
/// It never fails and never goes back: what is no token becomes `.error`, and reading goes on behind it. Nothing
/// recurses; what is open is kept in a list.
struct PythonLexer {
    /// What surrounds the place that is read.
    enum Mode {
        case bracket
        /// The literal text of an f-string.
        case text(Quote)
        /// A replacement field of an f-string.
        case field
        /// The format specification of a replacement field.
        case specification(Quote)
    }

    /// How a string literal ends and how it is read.
    struct Quote {
        let byte: UInt8
        let isTriple: Bool
        let isRaw: Bool
    }

    let bytes: [UInt8]
    var at = 0
    var tokens: [PythonToken] = []
    var comments: [Range<Int>] = []
    var symbols = PythonSymbols()
    /// Names that are written in letters which Python takes for others.
    var disguised: [Range<Int>] = []
    var modes: [Mode] = []
    private var indents = [0]
    /// Whether the logical line has a token yet.
    private var lineIsEmpty = true

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tokens.reserveCapacity(bytes.count / 4 + 8)
    }

    /// The byte `distance` ahead; 0 behind the end.
    func peek(_ distance: Int = 0) -> UInt8 {
        let index = at + distance
        return index < bytes.count ? bytes[index] : 0
    }

    mutating func run() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        var atLineStart = true
        while at < bytes.count {
            if modes.isEmpty, !atLineStart {
                atLineStart = token()
                continue
            }
            switch modes.last {
            case .text(let quote): formatText(quote, inSpecification: false)
            case .specification(let quote): formatText(quote, inSpecification: true)
            case .none where atLineStart:
                atLineStart = false
                indentation()
            default:
                let endsLine = token()
                atLineStart = endsLine && modes.isEmpty
            }
        }
        if !lineIsEmpty { add(.newline, at..<at) }
        if !modes.isEmpty { add(.error, at..<at) }
        for _ in indents.dropFirst() { add(.dedent, at..<at) }
        add(.end, at..<at)
    }

    mutating func add(_ kind: PythonToken.Kind, _ word: PythonToken.Word = .none, _ range: Range<Int>) {
        tokens.append(PythonToken(kind, word, range))
    }

    mutating func add(_ kind: PythonToken.Kind, _ range: Range<Int>) { add(kind, .none, range) }

    // MARK: Lines

    /// Measures the indentation of a line; a line of nothing but space or comment has none.
    private mutating func indentation() {
        var column = 0
        scan: while at < bytes.count {
            switch bytes[at] {
            case 0x20: column += 1
            case 0x09: column = (column / 8 + 1) * 8
            case 0x0C: column = 0
            default: break scan
            }
            at += 1
        }
        let byte = peek()
        guard at < bytes.count, byte != 0x0A, byte != 0x0D, byte != UInt8(ascii: "#") else { return }
        if byte == UInt8(ascii: "\\"), peek(1) == 0x0A || peek(1) == 0x0D { return }
        if column > indents[indents.count - 1] {
            indents.append(column)
            add(.indent, at..<at)
        }
        while indents.count > 1, column < indents[indents.count - 1] {
            indents.removeLast()
            add(.dedent, at..<at)
        }
        // A line that comes back to no indentation that is open is an error to Python; here it stays where it is.
        if column > indents[indents.count - 1] { add(.error, at..<at) }
        lineIsEmpty = true
    }

    /// Takes a line end of one or two bytes, whose first is here.
    private mutating func lineEnd() {
        at += peek() == 0x0D && peek(1) == 0x0A ? 2 : 1
    }

    // MARK: Tokens

    /// Reads what is here; true when it was the end of a physical line.
    private mutating func token() -> Bool {
        let start = at
        switch bytes[at] {
        case 0x20, 0x09, 0x0C: at += 1
        case 0x0A, 0x0D:
            lineEnd()
            if modes.isEmpty, !lineIsEmpty {
                add(.newline, start..<at)
                lineIsEmpty = true
            }
            return true
        case UInt8(ascii: "#"):
            while at < bytes.count, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
            comments.append(start..<at)
        case UInt8(ascii: "\\") where peek(1) == 0x0A || peek(1) == 0x0D:
            at += 1
            lineEnd()
        default:
            lineIsEmpty = false
            significant()
        }
        return false
    }

    private mutating func significant() {
        let start = at
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            0x80...:
            word()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
        case UInt8(ascii: ".") where peek(1) >= UInt8(ascii: "0") && peek(1) <= UInt8(ascii: "9"): number()
        case UInt8(ascii: "'"), UInt8(ascii: "\""): string(prefix: start)
        default: sign()
        }
    }

    /// A name, or the prefix of a string.
    private mutating func word() {
        let start = at
        var isPlain = true
        while at < bytes.count, PythonLexer.continuesName(bytes[at]) {
            if bytes[at] >= 0x80 { isPlain = false }
            at += 1
        }
        if at - start <= 2, peek() == UInt8(ascii: "'") || peek() == UInt8(ascii: "\""),
            PythonLexer.isStringPrefix(bytes[start..<at])
        {
            return string(prefix: start)
        }
        let symbol = isPlain ? symbols.number(of: bytes, start..<at) : folded(start..<at)
        // A keyword is one only in plain letters.
        let word = isPlain ? symbols.word(symbol) : .none
        tokens.append(PythonToken(.name, word, start..<at, symbol: symbol))
    }

    /// The number of a name that is not all ASCII.
    private mutating func folded(_ range: Range<Int>) -> Int32 {
        let (name, wasDisguised) = PythonName.folded(bytes[range])
        guard wasDisguised else { return symbols.number(of: bytes, range) }
        disguised.append(range)
        return symbols.number(of: name)
    }

    static func continuesName(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
            || byte >= 0x80
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private static func isStringPrefix(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first.map({ $0 | 0x20 }) else { return false }
        let isPart = { (byte: UInt8) in "rbuft".utf8.contains(byte) }
        guard bytes.count == 2, let second = bytes.last.map({ $0 | 0x20 }) else { return isPart(first) }
        // One of the two is r, the other b, f or t.
        return isPart(first) && isPart(second)
            && (first == UInt8(ascii: "r")) != (second == UInt8(ascii: "r"))
            && first != UInt8(ascii: "u") && second != UInt8(ascii: "u")
    }

    // MARK: Numbers

    private mutating func number() {
        let start = at
        let base = peek(1) | 0x20
        if bytes[at] == UInt8(ascii: "0"),
            base == UInt8(ascii: "x") || base == UInt8(ascii: "o") || base == UInt8(ascii: "b")
        {
            at += 2
            digits(hexadecimal: base == UInt8(ascii: "x"))
        } else {
            digits()
            if peek() == UInt8(ascii: ".") {
                at += 1
                digits()
            }
            if peek() | 0x20 == UInt8(ascii: "e") {
                let signed = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
                let digit = peek(signed ? 2 : 1)
                if digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") {
                    at += signed ? 2 : 1
                    digits()
                }
            }
            if peek() | 0x20 == UInt8(ascii: "j") { at += 1 }
        }
        add(.number, start..<at)
    }

    private mutating func digits(hexadecimal: Bool = false) {
        while at < bytes.count {
            let byte = bytes[at]
            let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            let isHexadecimal =
                hexadecimal && byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f")
            guard isDigit || isHexadecimal || byte == UInt8(ascii: "_") else { return }
            at += 1
        }
    }
}
