// Expressions, evaluated as they are read.

extension PythonReader {
    /// Expressions with commas between them: one value, or a list of them.
    mutating func expressionList() -> Value {
        let first = expression()
        binding(first)
        guard token.word == .comma else { return first }
        var values = [first]
        while take(.comma) {
            guard beginsExpression else { break }
            let value = expression()
            binding(value)
            values.append(value)
        }
        return .list(values)
    }

    /// `as NAME`, behind what `with` opens or `except` catches.
    private mutating func binding(_ value: Value) {
        guard token.word == .kAs else { return }
        at += 1
        let start = at
        while at < tokens.count - 1, token.word != .comma, token.word != .colon, !token.word.isClosing,
            token.kind != .newline
        {
            at = partners[at] >= 0 ? partner(at) + 1 : at + 1
        }
        bind(start..<at, value)
    }

    private var beginsExpression: Bool {
        switch token.kind {
        case .newline, .indent, .dedent, .end, .formatEnd, .formatText: false
        case .sign:
            !token.word.isClosing && token.word != .assign && token.word != .colon && token.word != .comma
                && token.word != .semicolon
        default: true
        }
    }

    /// One expression, a conditional or lambda included.
    mutating func expression() -> Value {
        guard depth < PythonReader.maximumDepth, analysis.spend() else { return skipExpression() }
        if let value = simple() { return value }
        depth += 1
        defer { depth -= 1 }
        if token.word == .kLambda { return lambda() }
        if token.word == .star || token.word == .doubleStar { at += 1 }
        if token.kind == .name, token.word == .none, word(1) == .walrus {
            let title = token.symbol
            at += 2
            let value = expression()
            bind(title, value)
            return value
        }
        var value = binary(0)
        // `a if b else c if d else e`: one of the values, with where all of them come from.
        while take(.kIf) {
            _ = binary(0)
            guard take(.kElse) else { break }
            let other = token.word == .kLambda ? lambda() : binary(0)
            if case .nothing = value.known {
                value = other.labelled(value.labels)
            } else {
                value = value.labelled(other.labels)
            }
        }
        return value
    }

    /// A name or number that is all there is to an expression: most are.
    private mutating func simple() -> Value? {
        guard at + 1 < tokens.count else { return nil }
        let next = tokens[at + 1]
        guard next.kind == .newline || next.word == .comma || next.word.isClosing || next.word == .colon
        else {
            return nil
        }
        switch token.kind {
        case .name where token.word == .none:
            at += 1
            return lookup(tokens[at - 1].symbol)
        case .number:
            at += 1
            return PythonLiterals.number(bytes[tokens[at - 1].range])
        default: return nil
        }
    }

    /// Too deep, or no steps left: the tokens are put off, none is passed over unread.
    private mutating func skipExpression() -> Value {
        let start = at
        while at < tokens.count - 1, token.word != .comma, !token.word.isClosing, token.kind != .newline,
            token.kind != .formatEnd, token.word != .kFor
        {
            at = partners[at] >= 0 ? partner(at) + 1 : at + 1
        }
        if at > start { putOff(start..<at) }
        return .unknown
    }

    // MARK: Operators

    /// How strongly the operator here binds, and how many tokens it has; `nil` when there is none.
    private var operatorHere: (strength: Int, length: Int)? {
        switch token.word {
        case .kOr: (1, 1)
        case .kAnd: (2, 1)
        case .kIn, .less, .greater, .lessEqual, .greaterEqual, .equal, .notEqual: (4, 1)
        case .kIs: (4, word(1) == .kNot ? 2 : 1)
        case .kNot: word(1) == .kIn ? (4, 2) : nil
        case .bar: (5, 1)
        case .caret: (6, 1)
        case .ampersand: (7, 1)
        case .shiftLeft, .shiftRight: (8, 1)
        case .plus, .minus: (9, 1)
        case .star, .slash, .doubleSlash, .percent, .at: (10, 1)
        default: nil
        }
    }

    /// Operators that bind more strongly than `least`, from left to right.
    mutating func binary(_ least: Int) -> Value {
        let first = at
        var left = unary()
        while let (strength, length) = operatorHere, strength > least {
            let sign = token.word
            at += length
            let right = binary(strength)
            left = PythonFolding.combine(left, sign, right) { analysis.spend($0) }
            if left.labels.contains(.endless), sign == .star, left.known.isNothing {
                analysis.report(
                    .hugeAllocation, at: range(from: first), "The product has more than 500 million elements."
                )
            }
            if sign == .star, left.labels.contains(.many), context.calls.contains(.loop) {
                analysis.report(.bulkInLoop, at: range(from: first), "Each turn of the loop makes it anew.")
            }
            if sign == .shiftLeft, left.labels.contains(.endless) {
                analysis.report(.hugePower, at: range(from: first))
            }
        }
        return left
    }

    /// `not`, signs and `await` before an operand, and powers behind it.
    private mutating func unary() -> Value {
        var (negated, isNot) = (false, false)
        let first = at
        while true {
            switch token.word {
            case .minus: negated.toggle()
            case .plus, .kAwait: break
            case .tilde, .kNot: isNot = true
            default:
                var value = power(first)
                if negated, let number = value.integer, let opposite = PythonFolding.negative(number) {
                    value = .integer(opposite, value.labels)
                }
                return isNot ? .unknown(value.labels) : value
            }
            at += 1
        }
    }

    /// `a ** b ** c`, which binds from the right.
    private mutating func power(_ first: Int) -> Value {
        let only = primary()
        guard token.word == .doubleStar else { return only }
        var values = [only]
        while take(.doubleStar) {
            var negated = false
            while token.word == .minus || token.word == .plus || token.word == .tilde {
                negated = negated != (token.word == .minus)
                at += 1
            }
            let value = primary()
            values.append(negated ? .unknown(value.labels) : value)
        }
        guard var result = values.popLast() else { return .unknown }
        while let base = values.popLast() {
            result = PythonFolding.power(base, result)
            if result.labels.contains(.endless) {
                analysis.report(.hugePower, at: range(from: first), "The power has millions of digits.")
                result = .unknown(.endless)
            }
        }
        return result.labels.contains(.endless) ? .unknown : result
    }

    private mutating func lambda() -> Value {
        at += 1
        var parameters: [(symbol: Int32, value: Value)] = []
        while at < tokens.count - 1, token.word != .colon, token.kind != .newline, !token.word.isClosing {
            let before = at
            if token.kind == .name, token.word == .none {
                let title = token.symbol
                at += 1
                parameters.append((title, take(.assign) ? expression() : .unknown))
            } else {
                at += 1
            }
            if at == before { at += 1 }
        }
        guard take(.colon) else { return .unknown }
        let start = at
        scopes.enter()
        for parameter in parameters.reversed() { scopes.bind(parameter.symbol, parameter.value) }
        _ = expression()
        scopes.leave()
        functions.append(Function(parameters: parameters, body: start..<at, isLambda: true))
        return .function(functions.count - 1)
    }

    // MARK: Operands

    /// An atom with the attributes, calls and subscripts behind it, up to the token at `limit`.
    mutating func primary(until limit: Int = .max) -> Value {
        let first = at
        var value = atom()
        while at < min(limit, tokens.count - 1) {
            switch token.word {
            case .dot:
                guard at + 1 < tokens.count, tokens[at + 1].kind == .name else {
                    at += 1
                    return .unknown(value.labels)
                }
                let attribute = tokens[at + 1].symbol
                at += 2
                if token.word == .openParen, at < limit {
                    let (arguments, named) = self.arguments()
                    value = method(attribute, of: value, arguments, named, from: first)
                } else {
                    value = self.attribute(attribute, of: value, from: first)
                }
            case .openParen:
                if value.known.isNothing, tokens[at - 1].kind == .name,
                    isDefined(tokens[at - 1].symbol)
                {
                    unresolved += 1
                }
                let (arguments, named) = self.arguments()
                value = call(value, arguments, named, from: first)
            case .openBracket: value = subscripted(value, from: first)
            default: return value
            }
        }
        return value
    }

    /// The arguments between the parenthesis that is here and its partner.
    private mutating func arguments() -> ([Value], [(name: String, value: Value)]) {
        let open = at
        let close = partner(at)
        if comprehensions[open] >= 0 {
            let value = comprehension(open, close)
            at = close + 1
            return ([value], [])
        }
        at += 1
        var (values, named): ([Value], [(name: String, value: Value)]) = ([], [])
        while at < close {
            let before = at
            if token.kind == .name, token.word == .none, word(1) == .assign {
                let title = name(at)
                at += 2
                named.append((title, expression()))
            } else if token.word == .comma {
                at += 1
            } else {
                let isSpread = token.word == .star
                let value = expression()
                if isSpread, let elements = value.elements {
                    values += elements
                } else {
                    values.append(value)
                }
            }
            if at == before { at += 1 }
        }
        at = close + 1
        return (values, named)
    }

    /// `object[key]` or `object[from:to:step]`.
    private mutating func subscripted(_ object: Value, from first: Int) -> Value {
        let close = partner(at)
        at += 1
        var parts: [Value?] = []
        var isSlice = false
        var current: Value?
        while at < close {
            let before = at
            if take(.colon) {
                isSlice = true
                parts.append(current)
                current = nil
            } else if token.word == .comma {
                at += 1
            } else {
                current = expression()
            }
            if at == before { at += 1 }
        }
        parts.append(current)
        at = close + 1
        if isSlice { return PythonFolding.slice(object, parts) }
        return item(current ?? .unknown, of: object, from: first)
    }
}

extension Value.Known {
    var isNothing: Bool {
        if case .nothing = self { true } else { false }
    }
}
