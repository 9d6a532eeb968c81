// The smallest parts of expressions: names, literals, and what brackets hold.

extension PythonReader {
    mutating func atom() -> Value {
        let token = token
        switch token.kind {
        case .name: return nameAtom()
        case .number:
            at += 1
            return PythonLiterals.number(bytes[token.range])
        case .string, .formatStart: return strings()
        case .error:
            at += 1
            return .unknown
        case .sign:
            switch token.word {
            case .openParen, .openBracket: return sequence()
            case .openBrace: return braces()
            case .ellipsis: at += 1
            default: break
            }
            return .unknown
        default: return .unknown
        }
    }

    private mutating func nameAtom() -> Value {
        switch token.word {
        case .none:
            at += 1
            return lookup(tokens[at - 1].symbol)
        case .kTrue, .kFalse:
            at += 1
            return .integer(tokens[at - 1].word == .kTrue ? 1 : 0)
        case .kNone:
            at += 1
            return .unknown
        case .kYield:
            at += 1
            _ = take(.kFrom)
            return token.kind == .newline || token.word.isClosing ? .unknown : expression()
        case .kLambda: return expression()
        default: return .unknown
        }
    }

    // MARK: Strings

    /// Literals that touch are one text.
    private mutating func strings() -> Value {
        var text: [UInt8] = []
        var labels: Labels = []
        var pieces = 0
        while true {
            if token.kind == .string {
                text += PythonLiterals.text(bytes[token.range])
                at += 1
            } else if token.kind == .formatStart {
                let value = formatted()
                text += value.asText.bytes
                labels.formUnion(value.labels)
            } else {
                break
            }
            pieces += 1
            guard analysis.spend(text.count / 64) else { break }
        }
        return .text(Text(text), labels)
    }

    /// An f-string: its literal text with what its fields are.
    private mutating func formatted() -> Value {
        let end = partner(at)
        let isRaw = bytes[token.range].contains { $0 | 0x20 == UInt8(ascii: "r") }
        at += 1
        var text: [UInt8] = []
        var labels: Labels = []
        while at < end {
            let before = at
            if token.kind == .formatText {
                let raw = bytes[token.range]
                text += PythonLiterals.unbraced(isRaw ? Array(raw) : Escapes.decode(raw, .python))
                at += 1
            } else if token.word == .openBrace {
                let close = partner(at)
                at += 1
                let value = expressionList()
                labels.formUnion(value.labels)
                text += value.asText.bytes
                specification(until: close)
                at = close + 1
            } else {
                at += 1
            }
            if at <= before { at = before + 1 }
        }
        at = end + 1
        return .text(Text(text), labels)
    }

    /// What follows the expression of a field: `=`, a conversion, a format with fields of its own.
    private mutating func specification(until close: Int) {
        while at < close {
            if token.word == .openBrace {
                at += 1
                _ = expressionList()
            } else {
                at += 1
            }
        }
    }

    // MARK: Brackets

    /// Expressions up to the token at `end`; those that can be told apart.
    @discardableResult
    mutating func elements(until end: Int) -> [Value] {
        var values: [Value] = []
        while at < end {
            let before = at
            if token.word == .comma {
                at += 1
                continue
            }
            // `metaclass=M`, among the bases of a class.
            if token.kind == .name, word(1) == .assign { at += 2 }
            let value = expression()
            if token.word == .kAs {
                at += 1
                if token.kind == .name { bind(token.symbol, value) }
            }
            values.append(value)
            if at == before { at += 1 }
        }
        return values
    }

    /// Parentheses or square brackets: a group, a tuple, a list or a comprehension.
    private mutating func sequence() -> Value {
        let open = at
        let close = partner(at)
        guard depth < PythonReader.maximumDepth else { return putOff(open, close) }
        depth += 1
        defer {
            depth -= 1
            at = close + 1
        }
        if comprehensions[open] >= 0 { return comprehension(open, close) }
        at += 1
        let isTuple = tokens[open].word == .openBracket || close > at && tokens[close - 1].word == .comma
        let values = elements(until: close)
        if !isTuple, values.count == 1, let only = values.first { return only }
        return .list(values)
    }

    /// Braces: a dictionary, a set or a comprehension.
    private mutating func braces() -> Value {
        let open = at
        let close = partner(at)
        guard depth < PythonReader.maximumDepth else { return putOff(open, close) }
        depth += 1
        defer {
            depth -= 1
            at = close + 1
        }
        if comprehensions[open] >= 0 { return comprehension(open, close) }
        at += 1
        var entries: [Value.Entry] = []
        var values: [Value] = []
        while at < close {
            let before = at
            if token.word == .comma {
                at += 1
                continue
            }
            let key = expression()
            if take(.colon) {
                entries.append(Value.Entry(key: key.asText, value: expression()))
            } else {
                values.append(key)
            }
            if at == before { at += 1 }
        }
        return entries.isEmpty ? .list(values) : .table(entries)
    }

    private mutating func putOff(_ open: Int, _ close: Int) -> Value {
        putOff((open + 1)..<close)
        at = close + 1
        return .unknown
    }

    // MARK: Comprehensions

    private static let mostTurns = 4_096

    /// `[element for target in iterable if condition]`: over a constant each turn is worked out.
    mutating func comprehension(_ open: Int, _ close: Int) -> Value {
        let start = Int(comprehensions[open])
        guard start >= 0 else { return .unknown }
        scopes.enter()
        defer { scopes.leave() }
        at = start
        var clauses: [(target: Range<Int>, iterable: Value)] = []
        var isFiltered = false
        while at < close {
            let before = at
            if take(.kFor) {
                clauses.append(clause(close))
            } else if take(.kIf) {
                isFiltered = true
                _ = expression()
            } else {
                at += 1
            }
            if at == before { at += 1 }
        }
        let labels = clauses.reduce(Labels()) { $0.union($1.iterable.labels) }
        if clauses.count == 1, !isFiltered, let items = PythonFolding.items(of: clauses[0].iterable),
            items.count <= PythonReader.mostTurns
        {
            return turns(open, start, clauses[0].target, items, labels)
        }
        for clause in clauses { bind(clause.target, element(of: clause.iterable)) }
        return .unknown(once(open, start).labels.union(labels.subtracting(.endless)))
    }

    private mutating func clause(_ close: Int) -> (target: Range<Int>, iterable: Value) {
        let first = at
        while at < close, token.word != .kIn { at = partners[at] >= 0 ? partner(at) + 1 : at + 1 }
        let target = first..<at
        _ = take(.kIn)
        // No conditional stands here: an `if` belongs to the comprehension.
        let iterable = binary(0)
        bind(target, element(of: iterable))
        return (target, iterable)
    }

    /// The element of a comprehension, read once.
    private mutating func once(_ open: Int, _ end: Int) -> Value {
        at = open + 1
        let key = expression()
        return take(.colon) ? expression().labelled(key.labels) : key
    }

    private mutating func turns(
        _ open: Int, _ end: Int, _ target: Range<Int>, _ items: [Value], _ labels: Labels
    ) -> Value {
        var values: [Value] = []
        if items.isEmpty { _ = once(open, end) }
        for item in items {
            guard analysis.spend() else { break }
            bind(target, item)
            let value = once(open, end)
            // When the first is not known, the others are not either.
            guard value.isConstant else { return .unknown(value.labels.union(labels)) }
            values.append(value)
        }
        return .list(values, labels)
    }
}
