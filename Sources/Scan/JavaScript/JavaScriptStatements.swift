// Statements: what they bind.

extension JavaScriptReader {
    mutating func statements(until end: Int) {
        while at < end {
            let before = at
            guard analysis.spend() else { return }
            statement()
            if at == before { at += 1 }
        }
    }

    private mutating func statement() {
        guard token.kind == .name else {
            switch token.sign {
            case .openBrace, .closeBrace, .semicolon, .comma, .colon, .closeParen, .closeBracket: at += 1
            default: expressionStatement()
            }
            return
        }
        switch String(decoding: bytes[token.range].prefix(12), as: UTF8.self) {
        case "const", "let", "var": declaration()
        case "import" where sign(1) != .openParen && sign(1) != .dot: importStatement()
        case "function",
            "async" where reads("function", 1):
            function()
        case "class":
            at += 1
            while at < tokens.count - 1, token.sign != .openBrace { at += 1 }
        case "while": whileStatement()
        case "for": forStatement()
        case "if", "else", "do", "try", "finally", "return", "throw", "export", "default", "case", "switch",
            "catch", "with", "break", "continue":
            at += 1
        default: expressionStatement()
        }
    }

    private mutating func expressionStatement() {
        let first = at
        let value = expression()
        if token.sign == .assign || token.sign == .plusAssign || token.sign == .otherAssign {
            assign(first, value)
        }
    }

    /// `target = value`, the target having been read.
    mutating func assign(_ first: Int, _ old: Value) {
        let target = first..<at
        let adds = token.sign == .plusAssign
        at += 1
        let more = expression()
        let value = adds ? JavaScriptFolding.add(old, more) : more
        bind(target, value)
    }

    private mutating func bind(_ target: Range<Int>, _ value: Value) {
        guard let last = target.last,
            tokens[target.lowerBound].kind == .name || tokens[target.lowerBound].opens
        else { return }
        if target.count == 1 {
            names[name(last)] = value
            return
        }
        guard tokens[last].kind == .name, tokens[last - 1].sign == .dot else { return }
        let member = name(last)
        members[member] = value
        let isEnvironment = target.count >= 5 && bytes[tokens[last - 2].range].elementsEqual("env".utf8)
        if isEnvironment {
            analysis.judge(
                .assign(member, value), at: tokens[target.lowerBound].start..<tokens[last].end,
                "`\(member)` is set.")
        }
    }

    private mutating func declaration() {
        at += 1
        while at < tokens.count - 1 {
            let target = at
            at = partners[at] >= 0 ? partner(at) + 1 : at + 1
            // A type, as TypeScript writes it.
            if take(.colon) {
                while at < tokens.count - 1, token.sign != .assign, token.sign != .comma,
                    token.sign != .semicolon
                { at += 1 }
            }
            let range = target..<at
            guard take(.assign) else { return }
            let value = expression()
            destructure(range, value)
            guard take(.comma) else { return }
        }
    }

    /// `{ a, b: c } = value` and `[a, b] = value`
    private mutating func destructure(_ target: Range<Int>, _ value: Value) {
        let first = tokens[target.lowerBound]
        guard first.sign == .openBrace || first.sign == .openBracket else {
            if first.kind == .name { names[name(target.lowerBound)] = value }
            return
        }
        var (index, position) = (target.lowerBound + 1, 0)
        let close = partner(target.lowerBound)
        while index < close {
            guard tokens[index].kind == .name else {
                if tokens[index].sign == .comma { position += 1 }
                index += 1
                continue
            }
            let key = name(index)
            let part =
                first.sign == .openBracket
                ? JavaScriptFolding.item(.integer(position), of: value)
                : member(key, of: value, at: tokens[index].range)
            if index + 2 < close, tokens[index + 1].sign == .colon, tokens[index + 2].kind == .name {
                names[name(index + 2)] = part
                index += 3
            } else {
                names[key] = part
                index += 1
            }
            // A value for when there is none is not looked at here.
            while index < close, tokens[index].sign != .comma { index += 1 }
        }
    }

    private mutating func importStatement() {
        at += 1
        var bound: [(imported: String, local: String)] = []
        while at < tokens.count - 1, token.kind != .string, token.sign != .semicolon {
            if token.sign == .star, reads("as", 1) {
                bound.append(("", name(at + 2)))
                at += 3
            } else if token.kind == .name, !reads("from"), !reads("type") {
                let imported = name(at)
                let isInside =
                    at > 0
                    && (tokens[at - 1].sign == .openBrace || tokens[at - 1].sign == .comma && !bound.isEmpty)
                let hasAlias = reads("as", 1)
                bound.append((isInside ? imported : "", hasAlias ? name(at + 2) : imported))
                at += hasAlias ? 3 : 1
            } else {
                at += 1
            }
        }
        guard token.kind == .string else { return }
        let module = JavaScriptCalls.module(JavaScriptFolding.string(bytes[token.range]))
        at += 1
        for (imported, local) in bound {
            names[local] = .name(
                JavaScriptCalls.canonical(imported.isEmpty ? module : "\(module).\(imported)"))
        }
    }

    /// Binds the name and the parameters of a function; its body is read where it stands.
    private mutating func function() {
        while token.kind == .name, reads("async") || reads("function") { at += 1 }
        _ = take(.star)
        if token.kind == .name {
            names[name(at)] = .unknown
            at += 1
        }
        if token.sign == .openParen { parameters() }
    }

    /// The names between the parentheses that are here.
    mutating func parameters() {
        let close = partner(at)
        at += 1
        while at < close {
            let before = at
            if token.kind == .name {
                names[name(at)] = .unknown(parameterLabels)
                at += 1
                if take(.assign) { _ = expression() }
            } else {
                at += 1
            }
            if at == before { at += 1 }
        }
        at = close + 1
    }

    // MARK: Loops

    private mutating func whileStatement() {
        let first = at
        at += 1
        guard token.sign == .openParen else { return }
        let close = partner(at)
        at += 1
        let condition = expression()
        at = close + 1
        if condition.isTrue { judgeEndless(first) }
    }

    private mutating func forStatement() {
        let first = at
        at += 1
        if reads("await") { at += 1 }
        guard token.sign == .openParen else { return }
        let close = partner(at)
        let isEmpty = close - at == 3 && sign(1) == .semicolon && sign(2) == .semicolon
        at += 1
        if isEmpty {
            at = close + 1
            judgeEndless(first)
        }
    }

    /// Where the statement that begins here ends: at a semicolon, a closing bracket or the end of its line.
    private func statementEnd() -> Int {
        var index = at
        while index < tokens.count - 1, tokens[index].sign != .semicolon, tokens[index].sign != .closeBrace {
            let next = partner(index) + 1
            let gap =
                tokens[next - 1].end..<max(tokens[next - 1].end, tokens[min(next, tokens.count - 1)].start)
            index = next
            if bytes[gap].contains(0x0A) { break }
        }
        return min(index, tokens.count - 1)
    }

    /// A loop whose condition always holds, its body here.
    private mutating func judgeEndless(_ first: Int) {
        let end = token.sign == .openBrace ? partner(at) : statementEnd()
        guard analysis.spend((end - at) / 8) else { return }
        let body = at..<max(at, min(end, tokens.count - 1))
        let leaves = body.contains { index in
            tokens[index].kind == .name
                && ["break", "return", "throw", "yield", "await", "exit"].contains {
                    bytes[tokens[index].range].elementsEqual($0.utf8)
                }
        }
        guard !leaves else { return }
        endlessUntil = max(endlessUntil, body.upperBound)
        let place = tokens[first].start..<tokens[max(first, at - 1)].end
        let calls = body.filter { tokens[$0].sign == .openParen && $0 > 0 && tokens[$0 - 1].kind == .name }
        let names = calls.map { String(decoding: bytes[tokens[$0 - 1].range], as: UTF8.self) }
        if calls.isEmpty { analysis.report(.endlessLoop, at: place, "Nothing in the loop ends it or waits.") }
        if names.contains(where: {
            ["push", "write", "append", "unshift", "appendFileSync", "writeSync"].contains($0)
        }), calls.count <= 3 {
            analysis.report(.unboundedGrowth, at: place, "Each turn of the loop adds more.")
        }
        if names.contains("fork") || names.contains("spawn") {
            analysis.report(.forkBomb, at: place, "Each turn of the loop starts a process.")
        }
    }
}
