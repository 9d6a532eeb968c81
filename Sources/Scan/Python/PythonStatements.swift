// Statements: what they bind, and what surrounds what they hold.

extension PythonReader {
    mutating func statements(until end: Int) {
        while at < end {
            let before = at
            guard analysis.spend() else { return }
            statement(end)
            if at == before { at += 1 }
        }
    }

    private mutating func statement(_ end: Int) {
        switch token.word {
        case .kImport: importStatement()
        case .kFrom: fromStatement()
        case .kDef: definition()
        case .kClass: classDefinition()
        case .kFor: forStatement()
        case .kWhile: whileStatement()
        case .kReturn: returnStatement()
        case .at: decorator()
        case .kWith, .kIf, .kElif, .kExcept, .kRaise, .kAssert, .kYield, .kDel:
            at += token.word == .kYield ? 0 : 1
            _ = expressionList()
        case .kGlobal, .kNonlocal:
            // What is assigned to such a name is seen by all.
            at += 1
            while token.kind == .name || token.word == .comma { at += 1 }
        case .kElse, .kTry, .kFinally, .kPass, .kBreak, .kContinue, .kAsync, .colon, .semicolon, .kIn, .kAs,
            .kIs:
            at += 1
        default:
            switch token.kind {
            case .newline, .indent, .dedent, .error, .end: at += 1
            default: expressionStatement()
            }
        }
    }

    // MARK: Expressions and assignments

    private mutating func expressionStatement() {
        // A text by itself, as the description of a function is, does nothing.
        if token.kind == .string, at + 1 < tokens.count, tokens[at + 1].kind == .newline {
            at += 1
            return
        }
        var targets: [Range<Int>] = []
        var first = at
        var value = simpleTarget() ? Value.unknown : expressionList()
        while true {
            switch token.word {
            case .assign:
                targets.append(first..<at)
                at += 1
                first = at
                value = simpleTarget() ? .unknown : expressionList()
                continue
            case .plusAssign, .otherAssign:
                let adds = token.word == .plusAssign
                at += 1
                let more = expressionList()
                // In a loop what is added is added again and again: nothing is known but where it comes from.
                let sum =
                    adds && context.calls.isEmpty
                    ? PythonFolding.combine(value, .plus, more) { analysis.spend($0) }
                    : Value.unknown(
                        value.labels.union(more.labels).union(adds && context.isLong ? .many : []))
                bind(first..<(first + 1), sum)
                return
            case .colon:
                // An annotation; the colon of a block has a line end or a statement behind it and does no harm.
                at += 1
                guard token.kind != .newline else { return }
                targets.append(first..<(at - 1))
                first = at
                value = expressionList()
                if token.word == .assign {
                    at += 1
                    value = expressionList()
                } else {
                    targets.removeLast()
                }
                continue
            default: break
            }
            break
        }
        // The last is read by now, unless it was left for a target that did not come.
        for target in targets.reversed() { bind(target, value) }
    }

    /// Skips a plain name in front of `=`: what it was does not matter.
    private mutating func simpleTarget() -> Bool {
        guard token.kind == .name, token.word == .none, word(1) == .assign else { return false }
        at += 1
        return true
    }

    /// Gives the tokens of a target a value.
    mutating func bind(_ target: Range<Int>, _ value: Value) {
        let saved = at
        defer { at = saved }
        at = target.lowerBound
        bindTargets(until: target.upperBound, value)
    }

    /// One target, or several that share out a value.
    mutating func bindTargets(until end: Int, _ value: Value) {
        var parts: [Range<Int>] = []
        var first = at
        var index = at
        while index < end {
            if tokens[index].word == .comma {
                parts.append(first..<index)
                first = index + 1
            } else if tokens[index].word.closing != nil {
                index = partner(index)
            }
            index += 1
        }
        let isTuple = !parts.isEmpty
        if first < end { parts.append(first..<end) }
        guard isTuple else {
            if let part = parts.first { bindTarget(part, value) }
            return
        }
        for (position, part) in parts.enumerated() { bindTarget(part, share(of: value, position)) }
    }

    private mutating func bindTarget(_ target: Range<Int>, _ value: Value) {
        guard let last = target.last, depth < PythonReader.maximumDepth else { return }
        let first = tokens[target.lowerBound]
        if target.count == 1, first.kind == .name {
            let name = name(target.lowerBound)
            if context.inClass { hook(name, value, at: first.range) }
            // Another word for a whole module that can run commands hides its calls from a reader.
            let renames =
                value.qualifiedName.map { $0 != name && !$0.contains(".") && PythonModules.isPowerful($0) }
                ?? false
            return bind(first.symbol, renames ? value.labelled(.roundabout) : value)
        }
        if first.word == .star {
            return bind((target.lowerBound + 1)..<target.upperBound, .unknown(value.labels))
        }
        if first.word == .openParen || first.word == .openBracket, partner(target.lowerBound) == last {
            depth += 1
            bind((target.lowerBound + 1)..<last, value)
            depth -= 1
            return
        }
        if tokens[last].kind == .name, target.count >= 3, tokens[last - 1].word == .dot {
            bindAttribute(last, of: target.lowerBound..<(last - 1), value)
        } else if tokens[last].word == .closeBracket {
            bindItem(target, value)
        }
    }

    private mutating func bindAttribute(_ last: Int, of object: Range<Int>, _ value: Value) {
        let attribute = name(last)
        let saved = at
        defer { at = saved }
        at = object.lowerBound
        let owner = expression()
        if owner.qualifiedName == "sys", attribute == "excepthook" || attribute == "displayhook" {
            hook("__hook__", value, at: tokens[object.lowerBound].range)
        }
        if owner.qualifiedName == nil {
            let symbol = tokens[last].symbol
            noteChange(from: members.value(symbol), to: value)
            members.bind(symbol, value)
        }
    }

    /// `object[key] = value`: setting a variable of the environment is an act.
    private mutating func bindItem(_ target: Range<Int>, _ value: Value) {
        guard
            let open = target.last(where: {
                tokens[$0].word == .openBracket && partner($0) == target.upperBound - 1
            })
        else { return }
        let saved = at
        defer { at = saved }
        at = target.lowerBound
        let owner = primary(until: open)
        at = open + 1
        let key = expression()
        guard owner.qualifiedName == "os.environ" || owner.qualifiedName == "os.environb", let name = key.text
        else { return }
        analysis.judge(
            .assign(name.shown, value),
            at: tokens[target.lowerBound].start..<tokens[target.upperBound - 1].end,
            "\(name.quoted()) is set.")
    }

    /// What the target at `position` gets of a value that is shared out.
    private func share(of value: Value, _ position: Int) -> Value {
        switch value.known {
        case .list(let values): return position < values.count ? values[position] : .unknown(value.labels)
        case .text(let text) where value.labels.contains(.found):
            // `for directory, _, files in os.walk(root)`
            return position == 0
                ? .text(Text(text.bytes + [0x2F, Text.hole]), value.labels) : .unknown(value.labels)
        default: return .unknown(value.labels)
        }
    }

    /// A function that runs code or commands, put where Python calls it by itself.
    mutating func hook(_ name: String, _ value: Value, at range: Range<Int>) {
        guard name.hasPrefix("__"), let function = value.qualifiedName,
            PythonCalls.effect(of: function)?.runsCode == true
        else { return }
        analysis.judge(.evaluate(value, .hook), at: range, "`\(function)` becomes `\(name)`.")
    }

    private mutating func returnStatement() {
        at += 1
        guard token.kind != .newline, token.word != .semicolon else { return }
        let value = expressionList()
        guard let last = returns.indices.last else { return }
        if case .nothing = returns[last].known {
            returns[last] = value.labelled(returns[last].labels)
        } else {
            returns[last] = returns[last].labelled(value.labels)
        }
    }

    private mutating func decorator() {
        let first = at
        at += 1
        let value = expression()
        guard let function = value.qualifiedName, PythonCalls.effect(of: function)?.runsCode == true else {
            return
        }
        analysis.judge(.evaluate(value, .hook), at: range(from: first), "`\(function)` is a decorator.")
    }
}
