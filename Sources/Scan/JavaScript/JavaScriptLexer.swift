/// Splits JavaScript source into tokens. It never fails and nothing in it recurses.
///
/// Whether a slash divides or begins a regular expression depends on the grammar; here it is told from the token before
/// it, and for a closing bracket from what opened it.
struct JavaScriptLexer {
    /// What is open.
    enum Mode {
        /// A bracket; whether a slash behind its closing one begins a regular expression.
        case bracket(regexBehind: Bool)
        case template
        /// A substitution in a template.
        case substitution
    }

    let bytes: [UInt8]
    var at = 0
    var tokens: [JavaScriptToken] = []
    var comments: [Range<Int>] = []
    private var modes: [Mode] = []
    /// Whether a slash here would begin a regular expression.
    private var regexAllowed = true
    /// Up to where no regular expression is looked for, since one that began before it was never closed.
    private var noRegexBefore = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        tokens.reserveCapacity(bytes.count / 4 + 8)
    }

    func peek(_ distance: Int = 0) -> UInt8 {
        let index = at + distance
        return index < bytes.count ? bytes[index] : 0
    }

    mutating func run() {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
        if peek() == UInt8(ascii: "#"), peek(1) == UInt8(ascii: "!") { lineComment() }
        while at < bytes.count {
            if case .template? = modes.last { templateText() } else { token() }
        }
        if !modes.isEmpty { add(.error, .none, at..<at) }
        add(.end, .none, at..<at)
    }

    mutating func add(_ kind: JavaScriptToken.Kind, _ sign: JavaScriptToken.Sign, _ range: Range<Int>) {
        tokens.append(JavaScriptToken(kind, sign, range))
    }

    private mutating func token() {
        let byte = bytes[at]
        switch byte {
        case 0x09...0x0D, 0x20: at += 1
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "/"): lineComment()
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): blockComment()
        case UInt8(ascii: "/") where regexAllowed && at >= noRegexBefore: regex()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): string(byte)
        case UInt8(ascii: "`"):
            open(.templateOpen, 1, .template)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): number()
        case UInt8(ascii: ".") where peek(1) >= UInt8(ascii: "0") && peek(1) <= UInt8(ascii: "9"): number()
        case 0xC2 where peek(1) == 0xA0: at += 2
        case 0xE2 where peek(1) == 0x80 && (peek(2) == 0xA8 || peek(2) == 0xA9): at += 3
        default:
            if JavaScriptLexer.beginsName(byte) || byte == UInt8(ascii: "\\") && peek(1) == UInt8(ascii: "u")
                || byte == UInt8(ascii: "#") && JavaScriptLexer.beginsName(peek(1))
            {
                name()
            } else {
                sign(byte)
            }
        }
    }

    static func beginsName(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "$")
            || byte >= 0x80
    }

    static func continuesName(_ byte: UInt8) -> Bool {
        beginsName(byte) || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    // MARK: Comments

    private mutating func lineComment() {
        let start = at
        while at < bytes.count, bytes[at] != 0x0A, bytes[at] != 0x0D { at += 1 }
        comments.append(start..<at)
    }

    private mutating func blockComment() {
        let start = at
        at += 2
        while at < bytes.count, !(bytes[at] == UInt8(ascii: "*") && peek(1) == UInt8(ascii: "/")) { at += 1 }
        let isClosed = at < bytes.count
        at = min(at + 2, bytes.count)
        comments.append(start..<at)
        if !isClosed { add(.error, .none, at..<at) }
    }

    // MARK: Names, numbers, strings

    private mutating func name() {
        let start = at
        at += 1
        while at < bytes.count {
            if JavaScriptLexer.continuesName(bytes[at]) {
                at += 1
            } else if bytes[at] == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") {
                at += 2
            } else if bytes[at] == UInt8(ascii: "{"), at >= 2, bytes[at - 1] == UInt8(ascii: "u"),
                bytes[at - 2] == UInt8(ascii: "\\")
            {
                // `\u{61}`
                while at < bytes.count, bytes[at] != UInt8(ascii: "}"), bytes[at] != 0x0A { at += 1 }
                if peek() == UInt8(ascii: "}") { at += 1 }
            } else {
                break
            }
        }
        let isMember = tokens.last.map { $0.sign == .dot || $0.sign == .optionalDot } ?? false
        regexAllowed = !isMember && JavaScriptLexer.wantsOperand(bytes[start..<at])
        add(.name, .none, start..<at)
    }

    /// Keywords behind which an operand comes, and so a regular expression may.
    private static func wantsOperand(_ word: ArraySlice<UInt8>) -> Bool {
        let words = [
            "return", "typeof", "instanceof", "in", "of", "new", "delete", "void", "throw", "case", "do",
            "else", "yield", "await",
        ]
        return word.count <= 10 && words.contains { word.elementsEqual($0.utf8) }
    }

    private mutating func number() {
        let start = at
        at += 1
        while at < bytes.count {
            let byte = bytes[at]
            let isSigned =
                (byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"))
                && bytes[at - 1] | 0x20 == UInt8(ascii: "e")
                && bytes[start..<at].count > 1 && bytes[start + 1] | 0x20 != UInt8(ascii: "x")
            guard isSigned || byte == UInt8(ascii: ".") || byte < 0x80 && JavaScriptLexer.continuesName(byte)
            else { break }
            at += 1
        }
        regexAllowed = false
        add(.number, .none, start..<at)
    }

    private mutating func string(_ quote: UInt8) {
        let start = at
        at += 1
        regexAllowed = false
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\\") {
                at += peek(1) == 0x0D && peek(2) == 0x0A ? 3 : 2
            } else if byte == quote {
                at += 1
                return add(.string, .none, start..<at)
            } else if byte == 0x0A || byte == 0x0D {
                break
            } else {
                at += 1
            }
        }
        at = min(at, bytes.count)
        add(.error, .none, start..<at)
    }

    private mutating func templateText() {
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\\") {
                at = min(at + 2, bytes.count)
            } else if byte == UInt8(ascii: "`") || byte == UInt8(ascii: "$") && peek(1) == UInt8(ascii: "{") {
                break
            } else {
                at += 1
            }
        }
        if at > start { add(.template, .none, start..<at) }
        guard at < bytes.count else { return }
        if bytes[at] == UInt8(ascii: "`") {
            modes.removeLast()
            add(.sign, .templateClose, at..<(at + 1))
            at += 1
            regexAllowed = false
        } else {
            open(.openSubstitution, 2, .substitution)
        }
    }

    /// A regular expression, its flags included. One that its line does not close was a division.
    private mutating func regex() {
        let start = at
        var index = at + 1
        var inClass = false
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "["): inClass = true
            case UInt8(ascii: "]"): inClass = false
            case UInt8(ascii: "/") where !inClass:
                index += 1
                while index < bytes.count, JavaScriptLexer.continuesName(bytes[index]) { index += 1 }
                at = index
                regexAllowed = false
                return add(.regex, .none, start..<at)
            default: break
            }
            index += 1
        }
        noRegexBefore = index
        sign(bytes[at])
    }

    // MARK: Signs

    mutating func open(_ sign: JavaScriptToken.Sign, _ length: Int, _ mode: Mode) {
        add(.sign, sign, at..<min(at + length, bytes.count))
        at = min(at + length, bytes.count)
        modes.append(mode)
        regexAllowed = true
    }

    private mutating func sign(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "("):
            // Behind the parentheses of `if (…)` a statement begins; behind those of a call an operator follows.
            open(.openParen, 1, .bracket(regexBehind: lastIs(["if", "while", "for", "with"])))
        case UInt8(ascii: "["): open(.openBracket, 1, .bracket(regexBehind: false))
        case UInt8(ascii: "{"): open(.openBrace, 1, .bracket(regexBehind: beginsBlock))
        case UInt8(ascii: ")"): close(.closeParen)
        case UInt8(ascii: "]"): close(.closeBracket)
        case UInt8(ascii: "}"): close(.closeBrace)
        default:
            let (sign, length) = JavaScriptLexer.sign(byte, peek(1), peek(2), peek(3))
            // Behind `x++` an operator follows, behind `++` alone an operand.
            let isPostfix = (sign == .increment || sign == .decrement) && !regexAllowed
            add(sign == .none ? .error : .sign, sign, at..<(at + length))
            at += length
            regexAllowed = !isPostfix
        }
    }

    private mutating func close(_ sign: JavaScriptToken.Sign) {
        add(.sign, sign, at..<(at + 1))
        at += 1
        regexAllowed = false
        switch modes.last {
        case .bracket(let regexBehind)?:
            modes.removeLast()
            regexAllowed = regexBehind
        case .substitution? where sign == .closeBrace: modes.removeLast()
        default: break
        }
    }

    private func lastIs(_ words: [String]) -> Bool {
        guard let last = tokens.last, last.kind == .name else { return false }
        return words.contains { bytes[last.range].elementsEqual($0.utf8) }
    }

    /// Whether a brace here begins a block and no object.
    private var beginsBlock: Bool {
        guard let last = tokens.last else { return true }
        switch last.sign {
        case .semicolon, .openBrace, .closeBrace, .closeParen, .arrow, .colon: return true
        case .none: return last.kind == .name && (lastIs(["else", "do", "try", "finally"]) || !regexAllowed)
        default: return false
        }
    }

    private static func sign(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> (JavaScriptToken.Sign, Int) {
        let equals = UInt8(ascii: "=")
        switch a {
        case UInt8(ascii: ","): return (.comma, 1)
        case UInt8(ascii: ";"): return (.semicolon, 1)
        case UInt8(ascii: ":"): return (.colon, 1)
        case UInt8(ascii: "~"): return (.tilde, 1)
        case UInt8(ascii: "."): return b == a && c == a ? (.spread, 3) : (.dot, 1)
        case UInt8(ascii: "?"):
            if b == UInt8(ascii: "."), !(c >= UInt8(ascii: "0") && c <= UInt8(ascii: "9")) {
                return (.optionalDot, 2)
            }
            return b == a ? (c == equals ? (.otherAssign, 3) : (.coalesce, 2)) : (.question, 1)
        case equals:
            if b == UInt8(ascii: ">") { return (.arrow, 2) }
            return b == equals ? (.equality, c == equals ? 3 : 2) : (.assign, 1)
        case UInt8(ascii: "!"): return b == equals ? (.equality, c == equals ? 3 : 2) : (.not, 1)
        case UInt8(ascii: "+"): return b == a ? (.increment, 2) : b == equals ? (.plusAssign, 2) : (.plus, 1)
        case UInt8(ascii: "-"):
            return b == a ? (.decrement, 2) : b == equals ? (.otherAssign, 2) : (.minus, 1)
        case UInt8(ascii: "*"):
            if b == a { return c == equals ? (.otherAssign, 3) : (.power, 2) }
            return b == equals ? (.otherAssign, 2) : (.star, 1)
        case UInt8(ascii: "/"): return b == equals ? (.otherAssign, 2) : (.slash, 1)
        case UInt8(ascii: "%"): return b == equals ? (.otherAssign, 2) : (.percent, 1)
        case UInt8(ascii: "&"), UInt8(ascii: "|"):
            if b == a { return c == equals ? (.otherAssign, 3) : (a == UInt8(ascii: "&") ? .and : .or, 2) }
            return b == equals ? (.otherAssign, 2) : (.bitwise, 1)
        case UInt8(ascii: "^"): return b == equals ? (.otherAssign, 2) : (.bitwise, 1)
        case UInt8(ascii: "<"), UInt8(ascii: ">"): return angle(a, b, c, d)
        case UInt8(ascii: "@"), UInt8(ascii: "#"): return (.other, 1)
        default: return (.none, 1)
        }
    }

    private static func angle(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> (JavaScriptToken.Sign, Int) {
        let equals = UInt8(ascii: "=")
        guard b == a else { return (.comparison, b == equals ? 2 : 1) }
        if a == UInt8(ascii: ">"), c == a { return d == equals ? (.otherAssign, 4) : (.shift, 3) }
        return c == equals ? (.otherAssign, 3) : (.shift, 2)
    }
}
