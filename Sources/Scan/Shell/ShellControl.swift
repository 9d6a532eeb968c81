// What separates and groups commands.

extension ShellReader {
    /// An operator: ends the command before it and says where its output goes. The index to go on at.
    mutating func separator(_ token: ShellToken, _ index: Int, _ line: inout ShellLine) -> Int {
        switch token.sign {
        case .openParen:
            if line.words.count == 1, index + 1 < tokens.count, tokens[index + 1].sign == .closeParen {
                line.defines = line.words[0].text.shown
                line.words = []
                return index + 2
            }
            openFrame(&line, index)
        case .closeParen:
            finish(&line, .newline)
            closeFrame(&line, at: index)
        case .patternEnd: line.words = []
        case .caseEnd:
            finish(&line, token.sign)
            return skipPattern(index + 1)
        default: finish(&line, token.sign)
        }
        return index + 1
    }

    /// Behind the pattern that begins here: patterns are no commands.
    private func skipPattern(_ start: Int) -> Int {
        var index = start
        while index < tokens.count {
            let token = tokens[index]
            if token.sign == .patternEnd { return index + 1 }
            if token.kind == .text, bytes[token.range].elementsEqual("esac".utf8) { return index }
            if token.kind == .substitutionClose { return index }
            index = token.opens && token.partner > 0 ? Int(token.partner) + 1 : index + 1
        }
        return index
    }

    mutating func openFrame(_ line: inout ShellLine, _ index: Int, isEndless: Bool = false) {
        var frame = Frame(input: line.input)
        frame.function = line.defines
        frame.start = index + 1
        frame.isEndless = isEndless
        line.defines = nil
        frames.append(frame)
        line = ShellLine(input: frame.input)
    }

    mutating func closeFrame(_ line: inout ShellLine, at index: Int? = nil) {
        guard frames.count > 1, let frame = frames.popLast() else { return }
        if let function = frame.function, let index { functions[function] = frame.start..<index }
        if frame.hasExit { frames[frames.count - 1].hasExit = true }
        line = ShellLine(input: frame.input)
        line.group = frame.function == nil ? frame.output.value : .text("")
    }

    /// A word: a reserved one where a command may begin, else one of the command's.
    mutating func word(_ range: Range<Int>, _ line: inout ShellLine) {
        if line.words.isEmpty, line.redirects.isEmpty, range.count == 1,
            tokens[range.lowerBound].kind == .text
        {
            if reserved(tokens[range.lowerBound].range, range.lowerBound, &line) { return }
        }
        // `function NAME {`, where the brace stands behind the name.
        if line.words.count == 2, line.words[0].reads("function"), line.words[0].isPlain, range.count == 1,
            tokens[range.lowerBound].kind == .text,
            bytes[tokens[range.lowerBound].range].elementsEqual("{".utf8)
        {
            line.defines = line.words[1].text.shown
            line.words = []
            return openFrame(&line, range.lowerBound)
        }
        let isArithmetic = line.words.isEmpty && tokens[range.lowerBound].kind == .arithmeticOpen
        // What is assigned is not split (bash(1), "Simple Command Expansion").
        let follows = line.words.last.map { ShellReader.assignment($0) != nil } ?? true
        let assigns = follows && beginsAssignment(tokens[range.lowerBound])
        let words = expand(range, splitting: !assigns)
        line.words += isArithmetic ? [ShellWord(text: "((", range: words.first?.range ?? 0..<0)] : words
    }

    /// Whether a token is plain text that begins with `NAME=` or `NAME+=`.
    private func beginsAssignment(_ token: ShellToken) -> Bool {
        guard token.kind == .text, let equals = bytes[token.range].firstIndex(of: UInt8(ascii: "=")) else {
            return false
        }
        var name = bytes[token.start..<equals]
        if name.last == UInt8(ascii: "+") { name = name.dropLast() }
        return !name.isEmpty && name.allSatisfy(ShellLexer.continuesName)
    }

    private mutating func reserved(_ place: Range<Int>, _ index: Int, _ line: inout ShellLine) -> Bool {
        let word = bytes[place]
        guard word.count <= 8 else { return false }
        switch String(decoding: word, as: UTF8.self) {
        case "if", "{", "case": openFrame(&line, index)
        case "for", "select":
            openFrame(&line, index)
            line.words = [ShellWord(text: "for", range: place)]
        case "while", "until":
            openFrame(&line, index)
            line.words = [ShellWord(text: Text(word), range: place)]
        case "then", "else", "elif", "do", "!", "time", "coproc": break
        case "fi", "}", "esac": closeFrame(&line, at: index)
        case "done": closeLoop(&line, place, index)
        case "function": line.words = [ShellWord(text: "function", range: place)]
        default: return false
        }
        return true
    }

    private mutating func closeLoop(_ line: inout ShellLine, _ place: Range<Int>, _ index: Int) {
        if let frame = frames.last, frame.isEndless, !frame.hasExit {
            analysis.report(.endlessLoop, at: place, "The loop that ends here has no way out.")
        }
        if frames.count > 1 { frames[frames.count - 1].hasExit = false }
        closeFrame(&line, at: index)
    }

    /// `while CONDITION`, `for NAME in WORDS`, `case WORD`, `function NAME`: what their first line says.
    /// True when the words were that and no command.
    mutating func head(_ line: inout ShellLine) -> Bool {
        guard let first = line.words.first, first.isPlain else { return false }
        switch first.text.shown {
        case "for" where frames.count > 1:
            bindLoop(Array(line.words.dropFirst()))
            return true
        case "while", "until":
            let condition = line.words.dropFirst().map { $0.text.shown }.joined(separator: " ")
            let endless =
                first.reads("while")
                ? ["true", ":", "[ 1 ]", "/bin/true", "((1))"] : ["false", "[ 1 -eq 0 ]"]
            if endless.contains(condition), frames.count > 1 { frames[frames.count - 1].isEndless = true }
            line.words.removeFirst()
            return false
        case "function" where line.words.count > 1:
            line.defines = line.words[1].text.shown
            line.words = Array(line.words.dropFirst(2))
            return line.words.isEmpty
        default: return false
        }
    }

    /// The variable of a loop stands for the word that says most about what the loop does.
    private mutating func bindLoop(_ words: [ShellWord]) {
        guard let name = words.first?.text.shown else { return }
        let values = words.dropFirst(2)
        let labels = values.reduce(Labels()) { $0.union($1.labels) }
        let telling =
            values.first { Target($0.text).isA([.broad, .system, .secret, .login]) } ?? values.first
        variables[name] = telling.map { .text($0.text, labels) } ?? .unknown(labels)
    }

    /// `> file` or `<< word`. The index to go on at.
    mutating func redirect(_ index: Int, _ limit: Int, _ line: inout ShellLine) -> Int {
        let sign = tokens[index].sign
        guard index + 1 < limit, tokens[index + 1].isPart else { return index + 1 }
        let end = wordEnd(index + 1, limit)
        if sign == .here || sign == .hereStripped {
            let content = bodies[index].map { body($0) } ?? .unknown
            let word = ShellWord(text: "", range: tokens[index].range)
            line.redirects.append(ShellRedirect(sign: sign, target: word, content: content))
            return end
        }
        let words = expand((index + 1)..<end, splitting: false)
        let target = words.first ?? ShellWord(text: .unknown, range: tokens[index].range)
        var redirect = ShellRedirect(sign: sign, target: target)
        if sign == .hereString { redirect.content = .text(target.text, target.labels) }
        line.redirects.append(redirect)
        return end
    }

    /// The text of a here-document, its expansions made.
    private mutating func body(_ open: Int) -> Value {
        let close = Int(tokens[open].partner)
        guard close > open else { return .unknown }
        if tokens[open].sign == .literal {
            let start = open + 1 < close ? tokens[open + 1].start : 0
            let end = open + 1 < close ? tokens[close - 1].end : 0
            return .text(Text(bytes[start..<max(start, end)]))
        }
        let word = assemble((open + 1)..<close, quoted: true)
        return .text(Text(word.bytes), word.labels)
    }
}
