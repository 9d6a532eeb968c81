extension PythonLexer {
    /// An operator or delimiter, the longest that fits; anything else is one byte of error.
    mutating func sign() {
        let start = at
        let byte = bytes[at]
        if case .field? = modes.last, closesField(byte) { return }
        let (word, length) = PythonLexer.sign(byte, peek(1), peek(2))
        at += length
        guard word != .none else { return add(.error, start..<at) }
        add(.sign, word, start..<at)
        switch word {
        case .openParen, .openBracket, .openBrace: modes.append(.bracket)
        case .closeParen, .closeBracket, .closeBrace:
            // A bracket that closes nothing changes nothing; one of the wrong kind closes all the same.
            if case .bracket? = modes.last { modes.removeLast() }
        default: break
        }
    }

    /// What ends the expression of a replacement field, when it stands in no bracket of its own.
    private mutating func closesField(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "}"): closeField()
        case UInt8(ascii: ":"):
            guard let quote = enclosingQuote else { return false }
            add(.sign, .colon, at..<(at + 1))
            at += 1
            modes.append(.specification(quote))
        case UInt8(ascii: "!") where peek(1) != UInt8(ascii: "="):
            add(.sign, .bang, at..<(at + 1))
            at += 1
        default: return false
        }
        return true
    }

    private static func sign(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> (PythonToken.Word, Int) {
        let assigns = b == UInt8(ascii: "=")
        switch a {
        case UInt8(ascii: "("): return (.openParen, 1)
        case UInt8(ascii: ")"): return (.closeParen, 1)
        case UInt8(ascii: "["): return (.openBracket, 1)
        case UInt8(ascii: "]"): return (.closeBracket, 1)
        case UInt8(ascii: "{"): return (.openBrace, 1)
        case UInt8(ascii: "}"): return (.closeBrace, 1)
        case UInt8(ascii: ","): return (.comma, 1)
        case UInt8(ascii: ";"): return (.semicolon, 1)
        case UInt8(ascii: "~"): return (.tilde, 1)
        case UInt8(ascii: ":"): return assigns ? (.walrus, 2) : (.colon, 1)
        case UInt8(ascii: "."): return b == a && c == a ? (.ellipsis, 3) : (.dot, 1)
        case UInt8(ascii: "="): return assigns ? (.equal, 2) : (.assign, 1)
        case UInt8(ascii: "!"): return assigns ? (.notEqual, 2) : (.none, 1)
        case UInt8(ascii: "+"): return assigns ? (.plusAssign, 2) : (.plus, 1)
        case UInt8(ascii: "-"):
            return b == UInt8(ascii: ">") ? (.arrow, 2) : assigns ? (.otherAssign, 2) : (.minus, 1)
        case UInt8(ascii: "@"): return assigns ? (.otherAssign, 2) : (.at, 1)
        case UInt8(ascii: "%"): return assigns ? (.otherAssign, 2) : (.percent, 1)
        case UInt8(ascii: "&"): return assigns ? (.otherAssign, 2) : (.ampersand, 1)
        case UInt8(ascii: "|"): return assigns ? (.otherAssign, 2) : (.bar, 1)
        case UInt8(ascii: "^"): return assigns ? (.otherAssign, 2) : (.caret, 1)
        case UInt8(ascii: "*"): return doubled(a, b, c, .star, .doubleStar)
        case UInt8(ascii: "/"): return doubled(a, b, c, .slash, .doubleSlash)
        case UInt8(ascii: "<"): return assigns ? (.lessEqual, 2) : doubled(a, b, c, .less, .shiftLeft)
        case UInt8(ascii: ">"): return assigns ? (.greaterEqual, 2) : doubled(a, b, c, .greater, .shiftRight)
        default: return (.none, 1)
        }
    }

    /// A sign that may be doubled and, single or double, joined with `=`.
    private static func doubled(
        _ a: UInt8, _ b: UInt8, _ c: UInt8, _ single: PythonToken.Word, _ double: PythonToken.Word
    ) -> (PythonToken.Word, Int) {
        if b == a { return c == UInt8(ascii: "=") ? (.otherAssign, 3) : (double, 2) }
        return b == UInt8(ascii: "=") ? (.otherAssign, 2) : (single, 1)
    }
}
