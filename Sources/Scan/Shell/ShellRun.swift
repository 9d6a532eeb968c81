import Linux

// What is done with a command once all its words are known.

extension ShellReader {
    /// Ends the command that was being read; `sign` says where its output goes.
    mutating func finish(_ line: inout ShellLine, _ sign: ShellToken.Sign) {
        let pipes = sign == .pipe || sign == .pipeBoth
        let names = line.words.isEmpty && line.group == nil ? [] : [line.words.first?.text.shown ?? "()"]
        var output = line.group ?? .text("")
        if !head(&line),
            !line.words.isEmpty || line.redirects.contains(where: { $0.sign != .here }) || line.group != nil
        {
            if line.group == nil { output = command(&line, sign) } else { _ = input(of: line) }
            output = redirectOutput(output, line)
        }
        let defines = line.defines
        // A pipeline may be as long as the source; what is near is enough to know what feeds a command.
        let upstream = (line.upstream + names).suffix(16)
        let next = frames.last?.input ?? .unknown
        line = ShellLine(input: pipes ? output : next)
        line.defines = defines
        if pipes {
            line.upstream = Array(upstream)
        } else if !frames.isEmpty {
            frames[frames.count - 1].output.append(output)
        }
    }

    /// Sends output where the redirections say; what is left for the pipe or the caller.
    private mutating func redirectOutput(_ output: Value, _ line: ShellLine) -> Value {
        var rest = output
        for redirect in line.redirects {
            let target = Target(redirect.target.text)
            switch redirect.sign {
            case .output, .append, .clobber, .outputAll, .appendAll, .both, .duplicateOutput:
                // `>&2` and `>&-` name descriptors.
                if redirect.sign == .duplicateOutput, redirect.target.text.namesDescriptor { continue }
                if redirect.sign == .both, !target.isA(.networkDevice) { continue }
                note(write: target, output, line.words.first?.text.shown ?? "", at: redirect.target.range)
                if redirect.sign != .both { rest = .text("") }
            default: continue
            }
        }
        return rest
    }

    private mutating func note(write target: Target, _ content: Value, _ name: String, at range: Range<Int>) {
        guard !target.isA(.networkDevice) else {
            connect(target, content, name, at: range)
            return
        }
        if content.labels.contains(.endless), !target.isA(.neutralDevice) {
            analysis.report(.endlessWrite, at: range, "The output of `\(name)` never ends.")
        }
        analysis.judge(.write(target, content), at: range, "The output goes to \(target.text.quoted()).")
    }

    /// bash turns `/dev/tcp/HOST/PORT` into a connection.
    private func connect(_ target: Target, _ content: Value, _ name: String, at range: Range<Int>) {
        let parts = target.text.shown.split(separator: "/")
        let host = Text(
            (parts.dropFirst().first == "udp" ? "udp://" : "") + parts.dropFirst(2).joined(separator: ":"))
        analysis.judge(.connect(host), at: range, "A redirection connects to \(host.quoted()).")
        if !content.labels.isDisjoint(with: [.secret, .file, .host, .wholeEnvironment, .output]) {
            analysis.judge(.send(Act.Sending(destination: host, payload: content.labels)), at: range)
        }
        if name == "exec" || Language(interpreter: Path(name).name) != nil {
            analysis.report(.reverseShell, at: range, "`\(name)` reads from or writes to a connection.")
        }
    }

    /// What the command reads: the last redirection of its input, else the pipe.
    private mutating func input(of line: ShellLine) -> Value {
        var input = line.input
        for redirect in line.redirects {
            switch redirect.sign {
            case .here, .hereStripped, .hereString: input = redirect.content
            case .input, .both:
                let target = Target(redirect.target.text)
                if target.isA(.networkDevice) {
                    connect(target, .unknown, line.words.first?.text.shown ?? "", at: redirect.target.range)
                    input = .unknown(.network)
                } else if redirect.sign == .input {
                    // A process substitution has no name of its own, but what it prints has labels.
                    let labels = redirect.target.labels
                    input = read(
                        target, at: redirect.target.range,
                        judged: redirect.target.isPlain || !target.isUnknown
                    )
                    .labelled(labels)
                }
            default: continue
            }
        }
        return input
    }

    /// Reads a file; its content, whose labels say what it is.
    ///
    /// Not inlined: Swift 6.3.1 fails on the ownership of `target` where this becomes part of a switch.
    @inline(never)
    func read(_ target: Target, at range: Range<Int>, judged: Bool = true) -> Value {
        if judged { analysis.judge(.read(target), at: range, "\(target.text.quoted()) is read.") }
        var labels: Labels = .file
        if target.isA([.secret, .browser, .accounts, .memory]) { labels.insert(.secret) }
        if target.isA(.endless) { labels = .endless }
        return .unknown(labels)
    }

    // MARK: Commands

    /// Runs a command whose words are known; what it prints.
    private mutating func command(_ line: inout ShellLine, _ sign: ShellToken.Sign) -> Value {
        let input = input(of: line)
        assignments(&line.words)
        guard let first = line.words.first else { return .text("") }
        if first.reads("alias") {
            for word in line.words.dropFirst() {
                if let (name, value) = ShellReader.assignment(word) { aliases[name] = value.text }
            }
        } else if first.isPlain, let text = aliases[first.text.shown] {
            // What follows the word stays words; the reader of the text knows no aliases, so that none expands itself.
            let rest = line.words.dropFirst().map { [0x20] + Shell.quoted($0.text) }.joined()
            let code = Text(text.bytes + rest)
            analysis.analyze(code, as: .shell, at: first.range, "in the alias \(first.text.quoted())")
            return .unknown(input.labels)
        }
        if let function = functions[first.text.shown] {
            // A function that starts itself twice over, or behind its own back, never stops growing.
            return call(function, line.words, input)
        }
        if frames.contains(where: { $0.function == first.text.shown }),
            sign == .background || sign == .pipe || line.upstream.contains(first.text.shown)
        {
            analysis.report(
                .forkBomb, at: first.range, "\(first.text.quoted()) starts itself again and again.")
            return .unknown
        }
        return execute(line.words, input, wrappers: [], upstream: line.upstream)
    }

    /// Takes `NAME=value` from the front of a command.
    mutating func assignments(_ words: inout [ShellWord]) {
        var count = 0
        while count < words.count, let (name, value) = ShellReader.assignment(words[count]) {
            assign(name, value, at: words[count].range)
            count += 1
        }
        words.removeFirst(count)
    }

    /// `NAME=value` or `NAME+=value` taken apart.
    static func assignment(_ word: ShellWord) -> (String, Value)? {
        guard let equals = word.text.bytes.firstIndex(of: UInt8(ascii: "=")), equals > 0 else { return nil }
        var name = word.text.bytes[..<equals]
        if name.last == UInt8(ascii: "+") { name = name.dropLast() }
        name = name.prefix { $0 != UInt8(ascii: "[") }
        guard let first = name.first, !(first >= 0x30 && first <= 0x39),
            name.allSatisfy(ShellLexer.continuesName)
        else {
            return nil
        }
        let value = Text(word.text.bytes[(equals + 1)...])
        return (String(decoding: name, as: UTF8.self), .text(value, word.labels))
    }

    mutating func assign(_ name: String, _ value: Value, at range: Range<Int>) {
        let isShort = value.text.map { $0.bytes.count <= ShellReader.longestValue } ?? true
        variables[name] = isShort ? value : .unknown(value.labels)
        analysis.judge(.assign(name, value), at: range, "`\(name)` is set.")
    }

    /// Runs a function of this source with its arguments known.
    private mutating func call(_ body: Range<Int>, _ words: [ShellWord], _ input: Value) -> Value {
        guard calls < ShellReader.maximumCalls, analysis.spend(body.count * 4) else {
            return .unknown(input.labels)
        }
        let saved = positional
        positional = words.map { .text($0.text, $0.labels) }
        calls += 1
        let output = run(body, input: input)
        calls -= 1
        positional = saved
        return output
    }
}

extension Text {
    /// `1`, `2` or `-`, as they stand behind `>&`.
    fileprivate var namesDescriptor: Bool {
        bytes.allSatisfy { $0 >= 0x30 && $0 <= 0x39 || $0 == UInt8(ascii: "-") } || isUnknown
    }
}
