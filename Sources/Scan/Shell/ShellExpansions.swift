extension ShellLexer {
    /// `$` and what it expands; false when it is a plain dollar.
    mutating func dollar(quoted: Bool) -> Bool {
        let next = peek(1)
        switch next {
        case UInt8(ascii: "("):
            if peek(2) == UInt8(ascii: "("), closesArithmetic(from: at + 3) {
                push(.arithmetic(open: 0, bracket: false), .arithmeticOpen, .dollar, 3)
            } else {
                push(.substitution, .substitutionOpen, .dollar, 2)
            }
        case UInt8(ascii: "["): push(.arithmetic(open: 0, bracket: true), .arithmeticOpen, .dollar, 2)
        case UInt8(ascii: "{"): openExpansion(quoted: quoted)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
            var length = 2
            while ShellLexer.continuesName(peek(length)) { length += 1 }
            take(.parameter, length)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "?"), UInt8(ascii: "$"), UInt8(ascii: "!"),
            UInt8(ascii: "#"), UInt8(ascii: "*"), UInt8(ascii: "@"), UInt8(ascii: "-"):
            take(.parameter, 2)
        default: return false
        }
        return true
    }

    static func continuesName(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// `${`, with `!` or `#` before the name when a name follows them.
    private mutating func openExpansion(quoted: Bool) {
        var length = 2
        let flag = peek(2)
        if flag == UInt8(ascii: "!") || flag == UInt8(ascii: "#"), peek(3) != UInt8(ascii: "}") {
            length += 1
        }
        if ShellLexer.continuesName(peek(length)) {
            while ShellLexer.continuesName(peek(length)) { length += 1 }
        } else if "?$!#*@-".utf8.contains(peek(length)) {
            length += 1
        }
        push(.expansion(quoted: quoted), .expansionOpen, length)
    }

    /// The operator and the word of `${name…}`.
    mutating func expansion(quoted: Bool) {
        if peek() == UInt8(ascii: "}") {
            at += 1
            return pop((at - 1)..<at)
        }
        if quoted, peek() == UInt8(ascii: "'") { return take(.text, 1) }
        if part() { return }
        text { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\"") }
    }

    /// Inside double quotes or a here-document: only `$`, backticks and some backslashes mean something.
    mutating func quoted(closing: UInt8?) {
        switch peek() {
        case closing:
            at += 1
            pop((at - 1)..<at)
        case UInt8(ascii: "\\"):
            switch peek(1) {
            case UInt8(ascii: "$"), UInt8(ascii: "`"), UInt8(ascii: "\\"), 0x0A: escape()
            case UInt8(ascii: "\"") where closing != nil: escape()
            default: take(.text, 1)
            }
        case UInt8(ascii: "`"): backtick()
        case UInt8(ascii: "$"):
            if !dollar(quoted: true) { take(.text, 1) }
        default: text { $0 == closing }
        }
    }

    /// An arithmetic expression, in which only its end and expansions matter.
    mutating func arithmetic(open: Int, bracket: Bool) {
        let byte = peek()
        if bracket, byte == UInt8(ascii: "]") {
            at += 1
            return pop((at - 1)..<at)
        }
        if !bracket, byte == UInt8(ascii: ")"), open == 0 {
            let length = peek(1) == UInt8(ascii: ")") ? 2 : 1
            at += length
            return pop((at - length)..<at)
        }
        switch byte {
        case UInt8(ascii: "("), UInt8(ascii: ")"):
            modes[modes.count - 1].kind = .arithmetic(
                open: open + (byte == UInt8(ascii: "(") ? 1 : -1), bracket: bracket)
            take(.text, 1)
        case UInt8(ascii: "\\"): take(.escape, 2)
        case UInt8(ascii: "`"): backtick()
        case UInt8(ascii: "$"):
            if !dollar(quoted: true) { take(.text, 1) }
        default: text { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: ")") || $0 == UInt8(ascii: "]") }
        }
    }

    /// Characters that stand for themselves, at least one of them.
    mutating func text(until ends: (UInt8) -> Bool) {
        let start = at
        at += 1
        while at < limit {
            let byte = bytes[at]
            if byte == UInt8(ascii: "$") || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "\\")
                || ends(byte)
            {
                break
            }
            at += 1
        }
        add(.text, start..<at)
    }

    /// Whether `))` closes what was opened before `start`, so that it is arithmetic and not commands in two
    /// parentheses. All such looks together cost no more than twice the length of the source: when that is spent,
    /// the answer is commands, which hides nothing.
    mutating func closesArithmetic(from start: Int) -> Bool {
        var (index, open) = (start, 0)
        while index < limit {
            guard lookahead > 0 else { return false }
            lookahead -= 1
            switch bytes[index] {
            case UInt8(ascii: "("): open += 1
            case UInt8(ascii: ")"):
                if open == 0 { return index + 1 < limit && bytes[index + 1] == UInt8(ascii: ")") }
                open -= 1
            case UInt8(ascii: "\\"): index += 1
            // No arithmetic holds these, and commands nearly always do.
            case UInt8(ascii: ";") where open == 0 && start == at + 3: return false
            default: break
            }
            index += 1
        }
        return false
    }

    // MARK: Here-documents

    /// At the end of a line: the here-documents that it asked for lie behind it.
    mutating func openBody() {
        guard !pending.isEmpty else { return }
        let document = pending.removeFirst()
        let start = at
        var line = at
        var (end, resume) = (limit, limit)
        while line < limit {
            var stop = line
            while stop < limit, bytes[stop] != 0x0A { stop += 1 }
            var first = line
            if document.stripsTabs { while first < stop, bytes[first] == 0x09 { first += 1 } }
            var last = stop
            if last > first, bytes[last - 1] == 0x0D { last -= 1 }
            if bytes[first..<last].elementsEqual(document.delimiter) {
                (end, resume) = (line, min(stop + 1, limit))
                break
            }
            line = stop + 1
        }
        let found = end < limit || resume < limit
        add(.bodyOpen, document.isLiteral ? .literal : .none, start..<start)
        enter(.body(resume: resume, outerLimit: limit), token: tokens.count - 1)
        if document.isLiteral, end > start { add(.text, start..<end) }
        at = document.isLiteral ? end : start
        limit = end
        if !found, end == bytes.count, start < end { add(.error, at..<at) }
    }

    /// At the end of what may be read: leaves the here-document that ends there. False at the end of all.
    mutating func finishBody() -> Bool {
        guard let index = modes.lastIndex(where: { if case .body = $0.kind { true } else { false } }),
            case .body(let resume, let outerLimit) = modes[index].kind
        else { return false }
        while modes.count > index + 1 {
            add(.error, at..<at)
            pop(at..<at)
        }
        pop(limit..<limit)
        limit = outerLimit
        at = resume
        wordStart = nil
        openBody()
        return true
    }
}
