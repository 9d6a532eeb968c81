// Imports, definitions and loops.

extension PythonReader {
    // MARK: Imports

    mutating func importStatement() {
        at += 1
        while token.kind == .name {
            let first = at
            let module = dottedName()
            if take(.kAs), token.kind == .name {
                bind(token.symbol, .name(PythonModules.canonical(module), naming(of: module)))
                at += 1
            } else {
                // `import a.b` binds `a`.
                let top = String(module.prefix { $0 != "." })
                bind(tokens[first].symbol, .name(PythonModules.canonical(top), naming(of: top)))
            }
            guard take(.comma) else { return }
        }
    }

    private func naming(of module: String) -> Labels { PythonModules.isTwin(module) ? .roundabout : [] }

    mutating func fromStatement() {
        at += 1
        while token.word == .dot || token.word == .ellipsis { at += 1 }
        let written = token.kind == .name && token.word == .none ? dottedName() : "."
        let module = PythonModules.canonical(written)
        guard take(.kImport) else { return }
        if take(.star) {
            starImports.append(module)
            return
        }
        _ = take(.openParen)
        while token.kind == .name {
            let imported = name(at)
            var alias = token.symbol
            at += 1
            if take(.kAs), token.kind == .name {
                alias = token.symbol
                at += 1
            }
            let qualified = PythonModules.canonical("\(module).\(imported)")
            bind(alias, .name(qualified, qualified == "os.environ" ? .environment : naming(of: written)))
            guard take(.comma) else { break }
        }
        _ = take(.closeParen)
    }

    private mutating func dottedName() -> String {
        var text = name(at)
        at += 1
        while token.word == .dot, at + 1 < tokens.count, tokens[at + 1].kind == .name {
            text += "." + name(at + 1)
            at += 2
        }
        return text
    }

    // MARK: Definitions

    mutating func definition() {
        at += 1
        guard token.kind == .name else { return }
        let title = token.symbol
        at += 1
        skipTypeParameters()
        let parameters = token.word == .openParen ? self.parameters(until: partner(at)) : []
        if take(.arrow) { _ = expression() }
        guard take(.colon) else { return }
        let body = block()
        functions.append(Function(parameters: parameters, body: body, isLambda: false))
        let function = functions.count - 1
        let (judged, open) = (analysis.judged, unresolved)
        bind(title, .function(function))
        if context.inClass { define(method: title, function) }
        definitions += 1
        readBody(body) { reader in
            reader.scopes.enter()
            for parameter in parameters.reversed() {
                reader.scopes.bind(
                    parameter.symbol,
                    parameter.value.known.isNothing ? .unknown(.parameter) : parameter.value)
            }
            reader.returns.append(.unknown)
            reader.context = Context()
        } after: { reader in
            reader.scopes.leave()
            let gave = reader.returns.removeLast()
            // It was read with nothing known of its arguments.
            if judged == reader.analysis.judged, open == reader.unresolved, gave.known.isNothing {
                reader.functions[function].idle = 1
            }
        }
    }

    private mutating func skipTypeParameters() {
        if token.word == .openBracket { at = partner(at) + 1 }
    }

    /// The parameters between here and `close`, with the values they have when none is given.
    private mutating func parameters(until close: Int) -> [(symbol: Int32, value: Value)] {
        at += 1
        var parameters: [(symbol: Int32, value: Value)] = []
        while at < close {
            let before = at
            if token.kind == .name, token.word == .none {
                let title = token.symbol
                at += 1
                if take(.colon) { _ = expression() }
                let value = take(.assign) ? expression() : .unknown
                parameters.append((title, value))
            } else {
                at += 1
            }
            if at == before { at += 1 }
        }
        at = close + 1
        return parameters
    }

    mutating func classDefinition() {
        at += 1
        guard token.kind == .name else { return }
        let title = token.symbol
        at += 1
        skipTypeParameters()
        if token.word == .openParen {
            let close = partner(at)
            at += 1
            elements(until: close)
            at = close + 1
        }
        guard take(.colon) else { return }
        let body = block()
        bind(title, .unknown)
        readBody(body) { reader in
            reader.scopes.enter()
            reader.context = Context(inClass: true)
        } after: { reader in
            reader.scopes.leave()
        }
    }

    /// The tokens of the block behind a colon: the indented lines, or the rest of the line.
    func block() -> Range<Int> {
        if token.kind == .newline, at + 1 < tokens.count, tokens[at + 1].kind == .indent {
            return (at + 2)..<max(at + 2, partner(at + 1))
        }
        var end = at
        while end < tokens.count - 1, tokens[end].kind != .newline {
            end = partners[end] >= 0 ? partner(end) + 1 : end + 1
        }
        return at..<min(end, tokens.count - 1)
    }

    /// Reads a block with other surroundings; one that is nested too deep is read as part of what surrounds it.
    private mutating func readBody(
        _ body: Range<Int>, _ before: (inout PythonReader) -> Void, after: (inout PythonReader) -> Void
    ) {
        guard blocks < PythonReader.maximumBlocks else { return }
        let saved = context
        blocks += 1
        before(&self)
        at = body.lowerBound
        statements(until: body.upperBound)
        after(&self)
        at = max(at, body.upperBound)
        blocks -= 1
        context = saved
    }

    // MARK: Loops

    mutating func forStatement() {
        let first = at
        at += 1
        let start = at
        while at < tokens.count - 1, token.word != .kIn, token.kind != .newline {
            at = partners[at] >= 0 ? partner(at) + 1 : at + 1
        }
        let target = start..<at
        guard take(.kIn) else { return }
        let iterable = expressionList()
        bind(target, element(of: iterable))
        guard take(.colon) else { return }
        let body = block()
        var inner = context
        inner.calls.insert(.loop)
        if iterable.labels.contains(.many) { inner.isLong = true }
        if iterable.labels.contains(.found) { inner.root = iterable.text ?? context.root ?? .unknown }
        if iterable.labels.contains(.endless), !leaves(body) {
            if !waits(body) { inner.calls.insert(.endlessLoop) }
            if !holdsCall(body) {
                analysis.report(.endlessIteration, at: range(from: first), "What it loops over never ends.")
            }
        }
        readBody(body) {
            $0.context = inner
        } after: { _ in
        }
    }

    mutating func whileStatement() {
        let first = at
        at += 1
        let condition = expression()
        let asked = (first + 1)..<at
        guard take(.colon) else { return }
        let body = block()
        var inner = context
        inner.calls.insert(.loop)
        // What is known of a name holds before the first turn only, when the loop changes it.
        let isTrue = condition.isTrue && !changes(asked, in: body)
        if isTrue, !leaves(body) {
            if !waits(body) { inner.calls.insert(.endlessLoop) }
            judgeEndless(body, at: tokens[first].start..<tokens[max(first, at - 1)].end)
        }
        readBody(body) {
            $0.context = inner
        } after: { _ in
        }
    }

    /// Whether anything in a block can end the loop around it. A call of `exit` or what raises does, too.
    private func leaves(_ body: Range<Int>) -> Bool {
        guard analysis.spend(body.count / 8) else { return true }
        return body.contains { index in
            switch tokens[index].word {
            case .kBreak, .kReturn, .kRaise, .kYield, .kAwait: return true
            case .none where tokens[index].kind == .name: return traits(index).contains(.ends)
            default: return false
            }
        }
    }

    /// Whether a block names anything again that the condition at `asked` names.
    private func changes(_ asked: Range<Int>, in body: Range<Int>) -> Bool {
        let names = asked.filter { tokens[$0].kind == .name && tokens[$0].word == .none }.prefix(4)
        guard !names.isEmpty else { return false }
        guard analysis.spend(body.count / 8) else { return true }
        return body.contains { index in
            tokens[index].kind == .name && names.contains { tokens[$0].symbol == tokens[index].symbol }
        }
    }

    /// Whether a turn of the loop waits for something to happen: for time, a person, a peer.
    private func waits(_ body: Range<Int>) -> Bool {
        guard analysis.spend(body.count / 8) else { return true }
        return body.contains { isCall($0) && traits($0 - 1).contains(.waits) }
    }

    private func holdsCall(_ body: Range<Int>) -> Bool {
        body.contains { isCall($0) }
    }

    /// Whether the bracket at `index` is that of a call.
    private func isCall(_ index: Int) -> Bool {
        guard tokens[index].word == .openParen, index > 0 else { return false }
        let before = tokens[index - 1]
        return before.kind == .name && before.word == .none || before.word == .closeParen
            || before.word == .closeBracket
    }

    /// A loop that nothing ends: whether it does nothing, or only makes something larger.
    private func judgeEndless(_ body: Range<Int>, at range: Range<Int>) {
        let calls = body.filter { isCall($0) }
        if calls.isEmpty, !body.contains(where: { tokens[$0].word == .kImport || tokens[$0].kind == .error })
        {
            return analysis.report(.endlessLoop, at: range, "Nothing in the loop ends it or waits.")
        }
        if calls.count <= 3, calls.contains(where: { traits($0 - 1).contains(.grows) }),
            !calls.contains(where: { traits($0 - 1).contains(.waits) })
        {
            analysis.report(.unboundedGrowth, at: range, "Each turn of the loop adds more.")
        }
    }

    /// What a loop variable is, of what it loops over.
    func element(of value: Value) -> Value {
        let labels = value.labels.subtracting([.endless, .many])
        switch value.known {
        case .list(let values): return values.first.map { $0.labelled(labels) } ?? .unknown(labels)
        case .text(let text) where labels.contains(.found): return .text(text, labels)
        case .path(let text): return .path(text, labels)
        case .name("psutil.process_iter()"): return .name("psutil.Process()", labels)
        default: return .unknown(labels)
        }
    }
}
