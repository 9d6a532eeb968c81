extension PythonLexer {
    /// A string literal whose prefix began at `prefix` and whose opening quote is here.
    mutating func string(prefix: Int) {
        let letters = bytes[prefix..<at].map { $0 | 0x20 }
        let byte = bytes[at]
        let isTriple = peek(1) == byte && peek(2) == byte
        let quote = Quote(byte: byte, isTriple: isTriple, isRaw: letters.contains(UInt8(ascii: "r")))
        at += isTriple ? 3 : 1
        if letters.contains(UInt8(ascii: "f")) || letters.contains(UInt8(ascii: "t")) {
            add(.formatStart, prefix..<at)
            modes.append(.text(quote))
            return
        }
        let closed = skipString(quote)
        add(closed ? .string : .error, prefix..<at)
    }

    /// Goes behind the closing quote. A literal of one line that is not closed ends with its line, so that the next
    /// lines are still read as code.
    private mutating func skipString(_ quote: Quote) -> Bool {
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\\") {
                at += peek(1) == 0x0D && peek(2) == 0x0A ? 3 : 2
                continue
            }
            if byte == quote.byte {
                if !quote.isTriple {
                    at += 1
                    return true
                }
                if peek(1) == byte, peek(2) == byte {
                    at += 3
                    return true
                }
            }
            if !quote.isTriple, byte == 0x0A || byte == 0x0D { return false }
            at += 1
        }
        at = bytes.count
        return false
    }

    /// The literal text of an f-string up to its next field or its end.
    mutating func formatText(_ quote: Quote, inSpecification: Bool) {
        let start = at
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\\") where !(peek(1) == UInt8(ascii: "{") || peek(1) == UInt8(ascii: "}")):
                if !quote.isRaw, peek(1) == UInt8(ascii: "N"), peek(2) == UInt8(ascii: "{") {
                    skipCharacterName()
                } else {
                    at = min(at + (peek(1) == 0x0D && peek(2) == 0x0A ? 3 : 2), bytes.count)
                }
            case UInt8(ascii: "{") where peek(1) == UInt8(ascii: "{") && !inSpecification: at += 2
            case UInt8(ascii: "}") where peek(1) == UInt8(ascii: "}") && !inSpecification: at += 2
            case UInt8(ascii: "{"):
                endText(start)
                add(.sign, .openBrace, at..<(at + 1))
                at += 1
                modes.append(.field)
                return
            case UInt8(ascii: "}") where inSpecification:
                endText(start)
                modes.removeLast()
                closeField()
                return
            case quote.byte where !quote.isTriple || peek(1) == quote.byte && peek(2) == quote.byte:
                endText(start)
                return closeFormat(quote, inSpecification: inSpecification)
            case 0x0A where !quote.isTriple, 0x0D where !quote.isTriple:
                endText(start)
                return abandonFormat()
            default: at += 1
            }
        }
        endText(start)
        abandonFormat()
    }

    private mutating func endText(_ start: Int) {
        if at > start { add(.formatText, start..<at) }
    }

    /// `\N{LATIN SMALL LETTER A}`: its braces make no field.
    private mutating func skipCharacterName() {
        at += 3
        while at < bytes.count, bytes[at] != UInt8(ascii: "}"), bytes[at] != 0x0A,
            bytes[at] != UInt8(ascii: "'"),
            bytes[at] != UInt8(ascii: "\"")
        {
            at += 1
        }
        if peek() == UInt8(ascii: "}") { at += 1 }
    }

    private mutating func closeFormat(_ quote: Quote, inSpecification: Bool) {
        let length = quote.isTriple ? 3 : 1
        if inSpecification { return abandonFormat() }
        add(.formatEnd, at..<(at + length))
        at += length
        modes.removeLast()
    }

    /// An f-string that its line or the file ends: leaves it with all that is open in it.
    private mutating func abandonFormat() {
        add(.error, at..<at)
        while let mode = modes.popLast() {
            if case .text = mode { break }
        }
        add(.formatEnd, at..<at)
    }

    /// The `}` of a replacement field.
    mutating func closeField() {
        add(.sign, .closeBrace, at..<(at + 1))
        at += 1
        if !modes.isEmpty { modes.removeLast() }
    }

    /// The quotes of the f-string whose field this is.
    var enclosingQuote: Quote? {
        for mode in modes.reversed() {
            switch mode {
            case .text(let quote): return quote
            case .specification(let quote): return quote
            default: continue
            }
        }
        return nil
    }
}
