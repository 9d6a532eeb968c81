// Expressions, evaluated as they are read.

extension JavaScriptReader {
    mutating func expression() -> Value {
        guard depth < JavaScriptReader.maximumDepth, analysis.spend() else { return skipExpression() }
        depth += 1
        defer { depth -= 1 }
        if let function = arrowFunction() { return function }
        var value = binary()
        // `a ? b : c`: one of the values, with where both come from.
        while take(.question) {
            let first = expression()
            guard take(.colon) else { break }
            let second = binary()
            value = (first.known.isNothing ? second : first).labelled(first.labels.union(second.labels))
        }
        return value
    }

    /// Too deep, or no steps left: the tokens are put off, none is passed over unread.
    private mutating func skipExpression() -> Value {
        let start = at
        while at < tokens.count - 1, token.sign != .comma, token.sign != .semicolon, !token.closes {
            at = partners[at] >= 0 ? partner(at) + 1 : at + 1
        }
        if at > start { deferred.append(start..<at) }
        return .unknown
    }

    /// `x => …`, `(a, b) => …`, `async x => …`: binds the parameters. Its body is read as what follows.
    private mutating func arrowFunction() -> Value? {
        if reads("async"), token.kind == .name,
            sign(1) == .openParen || at + 1 < tokens.count && tokens[at + 1].kind == .name,
            sign(2) == .arrow || sign(1) == .openParen && behind(at + 1) == .arrow
        {
            at += 1
        }
        if token.kind == .name, sign(1) == .arrow {
            names[name(at)] = .unknown(parameterLabels)
            at += 2
        } else if token.sign == .openParen, behind(at) == .arrow {
            parameters()
            at += 1
        } else {
            return nil
        }
        if token.sign == .openBrace {
            let close = partner(at)
            at += 1
            statements(until: close)
            at = close + 1
            return .unknown
        }
        return .unknown(expression().labels)
    }

    /// The sign behind the partner of the bracket at `index`.
    private func behind(_ index: Int) -> JavaScriptToken.Sign {
        let next = partner(index) + 1
        return next < tokens.count ? tokens[next].sign : .none
    }

    /// Operands with operators between them. Only `+` joins what is known; of the others no rule asks the result.
    private mutating func binary() -> Value {
        var value = unary()
        while true {
            switch token.sign {
            case .plus:
                at += 1
                value = JavaScriptFolding.add(value, unary())
            case .or, .coalesce:
                at += 1
                let other = unary()
                value = (value.known.isNothing ? other : value).labelled(value.labels.union(other.labels))
            case .minus, .star, .power, .slash, .percent, .and, .equality, .comparison, .shift, .bitwise:
                let sign = token.sign
                at += 1
                let other = unary()
                value = JavaScriptFolding.combine(value, sign, other)
            default:
                guard reads("instanceof") || reads("in") || reads("of") || reads("as") else { return value }
                at += 1
                value = .unknown(value.labels.union(unary().labels))
            }
        }
    }

    private mutating func unary() -> Value {
        while true {
            switch token.sign {
            case .not, .tilde, .plus, .minus, .increment, .decrement, .spread, .other: at += 1
            default:
                guard reads("await") || reads("typeof") || reads("void") || reads("delete") || reads("yield")
                else { return primary() }
                at += 1
            }
            if token.kind == .end { return .unknown }
        }
    }

    // MARK: Operands

    private mutating func primary() -> Value {
        let first = at
        if reads("new") { return construction() }
        var value = atom()
        while at < tokens.count - 1 {
            switch token.sign {
            case .dot, .optionalDot:
                if token.sign == .optionalDot, sign(1) == .openParen || sign(1) == .openBracket {
                    at += 1
                    continue
                }
                guard at + 1 < tokens.count, tokens[at + 1].kind == .name else {
                    at += 1
                    return .unknown(value.labels)
                }
                let title = name(at + 1)
                at += 2
                value = follow(title, value, from: first, indirect: false)
            case .openBracket:
                let close = partner(at)
                at += 1
                let key = expression()
                at = close + 1
                value = follow(key, value, from: first)
            case .openParen: value = call(value, arguments(value.labels), from: first)
            case .templateOpen: value = call(value, [template()], from: first)
            case .increment, .decrement: at += 1
            case .assign where value.known.isNothing, .plusAssign: return assigned(first, value)
            default: return value
            }
        }
        return value
    }

    /// An assignment inside an expression.
    private mutating func assigned(_ first: Int, _ value: Value) -> Value {
        assign(first, value)
        return .unknown
    }

    /// `object.name`, called or not.
    private mutating func follow(_ title: String, _ object: Value, from first: Int, indirect: Bool) -> Value {
        let place = range(from: first)
        guard token.sign == .openParen else {
            return member(title, of: object, at: place, indirect: indirect)
        }
        let arguments = arguments(object.labels)
        return method(title, of: object, arguments, from: first, indirect: indirect)
    }

    /// `object[key]`
    private mutating func follow(_ key: Value, _ object: Value, from first: Int) -> Value {
        if let title = key.text, !title.hasHoles, !object.known.isNothing || key.labels.contains(.assembled) {
            if object.text == nil, object.elements == nil {
                return follow(title.shown, object, from: first, indirect: true)
            }
        }
        if case .name(let owner) = object.known, JavaScriptCalls.isPowerful(owner),
            key.text?.hasHoles ?? true, key.integer == nil, token.sign == .openParen
        {
            analysis.report(
                .computedAttribute, at: range(from: first), "The member of `\(owner)` is not known.")
        }
        return JavaScriptFolding.item(key, of: object)
    }

    private mutating func construction() -> Value {
        let first = at
        at += 1
        var value = atom()
        while token.sign == .dot, at + 1 < tokens.count, tokens[at + 1].kind == .name {
            value = member(name(at + 1), of: value, at: range(from: first))
            at += 2
        }
        let arguments = token.sign == .openParen ? arguments(value.labels) : []
        var result = call(value, arguments, from: first, isNew: true)
        while token.sign == .dot, at + 1 < tokens.count, tokens[at + 1].kind == .name {
            let title = name(at + 1)
            at += 2
            result = follow(title, result, from: first, indirect: false)
        }
        while token.sign == .openParen { result = call(result, self.arguments(result.labels), from: first) }
        return result
    }

    /// What stands between the parentheses that are here. Functions among it get their parameters from `labels`.
    private mutating func arguments(_ labels: Labels) -> [Value] {
        let close = partner(at)
        let saved = parameterLabels
        parameterLabels = labels.subtracting(.naming)
        at += 1
        var values: [Value] = []
        while at < close {
            let before = at
            if take(.comma) { continue }
            values.append(expression())
            if at == before { at += 1 }
        }
        at = close + 1
        parameterLabels = saved
        return values
    }

    private mutating func atom() -> Value {
        let token = token
        switch token.kind {
        case .string:
            at += 1
            return .text(Text(JavaScriptFolding.string(bytes[token.range])))
        case .number:
            at += 1
            return JavaScriptFolding.number(bytes[token.range])
        case .regex:
            at += 1
            return .name("RegExp()")
        case .name: return nameAtom()
        default: break
        }
        switch token.sign {
        case .templateOpen: return template()
        case .openParen, .openBracket: return group()
        case .openBrace: return object()
        default: return .unknown
        }
    }

    private mutating func nameAtom() -> Value {
        if reads("function") || reads("async") && reads("function", 1) {
            while reads("function") || reads("async") { at += 1 }
            _ = take(.star)
            if token.kind == .name { at += 1 }
            if token.sign == .openParen { parameters() }
            return body()
        }
        if reads("class") {
            while at < tokens.count - 1, token.sign != .openBrace { at += 1 }
            return body()
        }
        let title = name(at)
        at += 1
        switch title {
        case "true": return .integer(1)
        case "false": return .integer(0)
        case "import" where token.sign == .openParen: return .name("import")
        default: return lookup(title)
        }
    }

    /// The braces that are here, as statements.
    private mutating func body() -> Value {
        guard token.sign == .openBrace else { return .unknown }
        let close = partner(at)
        at += 1
        if depth < JavaScriptReader.maximumDepth {
            depth += 1
            statements(until: close)
            depth -= 1
        } else {
            deferred.append(at..<close)
        }
        at = close + 1
        return .unknown
    }

    private mutating func template() -> Value {
        let close = partner(at)
        at += 1
        var text: [UInt8] = []
        var labels: Labels = []
        while at < close {
            if token.kind == .template {
                text += Escapes.decode(bytes[token.range], .javascript)
                at += 1
            } else if token.sign == .openSubstitution {
                let end = partner(at)
                at += 1
                let value = expression()
                labels.formUnion(value.labels)
                text += value.asText.bytes
                at = end + 1
            } else {
                at += 1
            }
        }
        at = close + 1
        return .text(Text(text), labels)
    }

    /// Parentheses or square brackets.
    private mutating func group() -> Value {
        let isList = token.sign == .openBracket
        let values = arguments(parameterLabels)
        return isList ? .list(values) : values.last ?? .unknown
    }

    private mutating func object() -> Value {
        let close = partner(at)
        at += 1
        var entries: [Value.Entry] = []
        while at < close {
            let before = at
            if take(.comma) { continue }
            var key = Text.unknown
            if token.kind == .name {
                key = Text(name(at))
            } else if token.kind == .string {
                key = Text(JavaScriptFolding.string(bytes[token.range]))
            }
            if token.kind == .name || token.kind == .string, sign(1) == .colon {
                at += 2
                entries.append(Value.Entry(key: key, value: expression()))
            } else if token.kind == .name, sign(1) == .openParen {
                // A method: its parameters and its body.
                at += 1
                parameters()
                _ = body()
            } else {
                entries.append(Value.Entry(key: key, value: expression()))
                if take(.colon) { _ = expression() }
            }
            if at == before { at += 1 }
        }
        at = close + 1
        return .table(entries)
    }
}
