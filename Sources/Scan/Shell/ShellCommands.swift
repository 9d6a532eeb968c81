extension ShellLexer {
    /// One step in commands: a separator, an operator, or part of a word.
    mutating func command() {
        let byte = peek()
        switch byte {
        case 0x20, 0x09:
            endWord()
            at += 1
        case 0x0D where peek(1) == 0x0A:
            endWord()
            at += 1
        case 0x0A:
            endWord()
            control(.newline, 1)
            openBody()
        case UInt8(ascii: "#") where wordStart == nil && !isTest: comment()
        case UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: "<"), UInt8(ascii: ">"):
            metacharacter(byte)
        default: word()
        }
    }

    private var isTest: Bool {
        if case .test = modes[modes.count - 1].kind { true } else { false }
    }

    private mutating func comment() {
        let start = at
        // A comment inside backticks ends with them.
        let ticked = if case .backtick = modes[modes.count - 1].kind { true } else { false }
        while at < limit, bytes[at] != 0x0A, !(ticked && bytes[at] == UInt8(ascii: "`")) { at += 1 }
        comments.append(start..<at)
    }

    private mutating func word() {
        if wordStart == nil { wordStart = at }
        if part() { return }
        let start = at
        at += 1
        while at < limit, !ShellLexer.endsText(bytes[at]) { at += 1 }
        add(.text, start..<at)
    }

    private static func endsText(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"),
            UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"), UInt8(ascii: "'"),
            UInt8(ascii: "\""), UInt8(ascii: "`"), UInt8(ascii: "$"):
            true
        default: false
        }
    }

    // MARK: Operators

    private mutating func metacharacter(_ byte: UInt8) {
        // `[[ x ]];`: the sign behind the word that ends the test is none of its own.
        if isTest, let start = wordStart, bytes[start..<at].elementsEqual("]]".utf8) { endWord() }
        if isTest {
            if wordStart == nil { wordStart = at }
            if !part() { take(.text, 1) }
            return
        }
        switch byte {
        case UInt8(ascii: "("): openParenthesis()
        case UInt8(ascii: ")"): closeParenthesis()
        case UInt8(ascii: "<"), UInt8(ascii: ">"):
            if peek(1) == UInt8(ascii: "(") { return word() }
            redirect()
        case UInt8(ascii: "&") where peek(1) == UInt8(ascii: ">"):
            endWord()
            take(
                .redirect, peek(2) == UInt8(ascii: ">") ? .appendAll : .outputAll,
                peek(2) == UInt8(ascii: ">") ? 3 : 2)
        default:
            endWord()
            separator(byte)
        }
    }

    private mutating func separator(_ byte: UInt8) {
        let next = peek(1)
        switch byte {
        case UInt8(ascii: ";"):
            if next == UInt8(ascii: ";") {
                control(.caseEnd, peek(2) == UInt8(ascii: "&") ? 3 : 2)
            } else if next == UInt8(ascii: "&") {
                control(.caseEnd, 2)
            } else {
                control(.semicolon, 1)
            }
        case UInt8(ascii: "&"): next == byte ? control(.and, 2) : control(.background, 1)
        default:
            next == byte
                ? control(.or, 2) : next == UInt8(ascii: "&") ? control(.pipeBoth, 2) : control(.pipe, 1)
        }
    }

    mutating func control(_ sign: ShellToken.Sign, _ length: Int) {
        take(.control, sign, length)
        let top = modes.count - 1
        if case .array = modes[top].kind { return }
        modes[top].atCommand = true
        if sign == .caseEnd, let last = modes[top].cases.indices.last { modes[top].cases[last] = .pattern }
    }

    private mutating func redirect() {
        // Digits that touch the operator say which descriptor; they are no word of the command.
        if let start = wordStart, let last = tokens.last, last.kind == .text, last.start == start,
            last.end == at,
            bytes[start..<at].allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        {
            tokens.removeLast()
            wordStart = nil
        } else {
            endWord()
        }
        let (sign, length) = redirectSign()
        take(.redirect, sign, length)
        if sign == .here || sign == .hereStripped {
            awaitsDelimiter = true
            pending.append(HereDocument(stripsTabs: sign == .hereStripped))
        }
    }

    private func redirectSign() -> (ShellToken.Sign, Int) {
        let (a, b, c) = (peek(), peek(1), peek(2))
        if a == UInt8(ascii: ">") {
            switch b {
            case a: return (.append, 2)
            case UInt8(ascii: "&"): return (.duplicateOutput, 2)
            case UInt8(ascii: "|"): return (.clobber, 2)
            default: return (.output, 1)
            }
        }
        switch b {
        case a where c == a: return (.hereString, 3)
        case a where c == UInt8(ascii: "-"): return (.hereStripped, 3)
        case a: return (.here, 2)
        case UInt8(ascii: "&"): return (.duplicateInput, 2)
        case UInt8(ascii: ">"): return (.both, 2)
        default: return (.input, 1)
        }
    }

    // MARK: Parentheses

    private mutating func openParenthesis() {
        let top = modes.count - 1
        if case .pattern? = modes[top].cases.last, wordStart == nil { return take(.control, .openParen, 1) }
        if let start = wordStart, at > start {
            let before = bytes[at - 1]
            if before == UInt8(ascii: "=") {
                return push(.array, .arrayOpen, 1)
            }
            if "?*+@!".utf8.contains(before), let length = extendedPattern() { return take(.text, length) }
        }
        let starts = wordStart == nil && modes[top].atCommand
        endWord()
        if starts, peek(1) == UInt8(ascii: "("), closesArithmetic(from: at + 2) {
            wordStart = at
            return push(.arithmetic(open: 0, bracket: false), .arithmeticOpen, 2)
        }
        control(.openParen, 1)
        if modes.count < ShellLexer.maximumDepth {
            enter(.parenthesis, token: -1)
        } else {
            add(.error, at..<at)
        }
    }

    /// `@(a|b)`: the length of its parentheses, which hold no line end and are short.
    private func extendedPattern() -> Int? {
        var (length, open) = (0, 0)
        while length < 64, at + length < limit {
            switch bytes[at + length] {
            case UInt8(ascii: "("): open += 1
            case UInt8(ascii: ")"):
                open -= 1
                if open == 0 { return length + 1 }
            case 0x0A: return nil
            default: break
            }
            length += 1
        }
        return nil
    }

    private mutating func closeParenthesis() {
        endWord()
        let top = modes.count - 1
        if case .pattern? = modes[top].cases.last {
            modes[top].cases[modes[top].cases.count - 1] = .commands
            take(.control, .patternEnd, 1)
            modes[top].atCommand = true
            return
        }
        switch modes[top].kind {
        case .parenthesis:
            pop(at..<at)
            take(.control, .closeParen, 1)
            modes[modes.count - 1].atCommand = true
        case .substitution, .array:
            at += 1
            pop((at - 1)..<at)
        default:
            // It closes nothing.
            add(.error, at..<at)
            control(.closeParen, 1)
        }
    }
}
