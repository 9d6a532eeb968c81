import Linux

// Programs that run code: as an argument, as a file, or as what they read.

extension ShellReader {
    /// Hands code to the analyser of its language; `nil` when the program is no interpreter.
    mutating func interpreter(
        _ command: Command, _ words: [ShellWord], _ upstream: [String], at place: Range<Int>
    ) -> Value? {
        switch command.name {
        case "eval": evaluate(words, at: place)
        case "source", ".": source(words, at: place)
        case "su", "runuser", "script", "ssh": return remote(command, words, at: place)
        case "fish": fish(command, words, at: place)
        case "pip", "pip3", "…": return nil
        default:
            guard let language = Language(interpreter: command.name), language != .other else { return nil }
            interpret(command, words, language, upstream, at: place)
        }
        return .text(.unknown, command.input.labels)
    }

    /// `eval`: its words, joined, are the code.
    private mutating func evaluate(_ words: [ShellWord], at place: Range<Int>) {
        let rest = words.dropFirst()
        guard !rest.isEmpty else { return }
        let code = Text(Array(rest.map { $0.text.bytes }.joined(separator: [0x20])))
        let labels = rest.reduce(Labels()) { $0.union($1.labels) }
        analysis.judge(
            .evaluate(.text(code, labels), .statements), at: place, "The code is \(code.quoted()).")
        nested(code, .shell, "in eval", at: place)
    }

    private func source(_ words: [ShellWord], at place: Range<Int>) {
        guard words.count > 1 else { return }
        analysis.judge(
            .evaluate(.text(words[1].text, words[1].labels), .file), at: place,
            "The file is \(words[1].text.quoted()).")
    }

    /// `sh -c CODE`, `python -c CODE`, `node -e CODE`; a file; or what comes in through the pipe.
    private mutating func interpret(
        _ command: Command, _ words: [ShellWord], _ language: Language, _ upstream: [String],
        at place: Range<Int>
    ) {
        let arguments = words.map { Array($0.text.bytes) }
        let invocation = Invocation(
            program: Path(command.name), arguments: [Array(command.name.utf8)] + arguments.dropFirst(),
            in: Path("."), kind: { _ in nil })
        switch invocation?.code {
        case .argument(let index, let offset)?:
            guard index < words.count else { return }
            let code = Text(words[index].text.bytes.dropFirst(offset))
            let value = Value.text(code, words[index].labels)
            let means: Act.Means = language == .shell ? .shell : .statements
            if !value.labels.isDisjoint(with: [.network, .decoded, .assembled]) || code.isUnknown {
                analysis.judge(
                    .evaluate(value, code.isUnknown && language == .shell ? .statements : means), at: place,
                    "The code is \(code.quoted()).")
            }
            nested(code, language, "in `\(command.name)`", at: place)
        case .file(_, let index)?:
            guard index < words.count else { return }
            let labels = words[index].labels.union(isDownloaded(words[index].text) ? .network : [])
            // `bash <(curl …)`: the file is what a command prints.
            if !labels.isDisjoint(with: [.network, .decoded, .assembled]) {
                analysis.judge(
                    .evaluate(.unknown(labels), .input), at: place, "The script is what a command prints.")
            }
        case .standardInput?: feed(command, language, upstream, at: place)
        case .module(let name, _)?:
            // `python -m pip install x` is pip's own command line.
            guard let index = command.words.firstIndex(where: { $0.bytes.elementsEqual(name.utf8) }) else {
                return
            }
            let inner = Command(
                name: name, words: Array(command.words[(index + 1)...]), input: command.input,
                wrappers: command.wrappers + [command.name])
            analysis.judge(.command(inner), at: place, "The command is \(inner.shown).")
        default: return
        }
    }

    /// An interpreter that reads its code.
    private mutating func feed(
        _ command: Command, _ language: Language, _ upstream: [String], at place: Range<Int>
    ) {
        let isFed = !upstream.isEmpty || command.input.text != nil || !command.input.labels.isEmpty
        guard isFed, let code = command.input.text ?? (command.input.labels.isEmpty ? nil : .unknown) else {
            if !upstream.isEmpty { analysis.judge(.evaluate(.unknown, .input), at: place) }
            return
        }
        analysis.judge(
            .evaluate(.text(code, command.input.labels), .input), at: place,
            "The code that it is fed is \(code.quoted()).")
        nested(code, language, "in what `\(command.name)` is fed", at: place)
    }

    /// `su -c CODE`, `ssh HOST CODE`.
    private mutating func remote(_ command: Command, _ words: [ShellWord], at place: Range<Int>) -> Value {
        guard command.name == "ssh" else {
            if let code = command.value(of: "-c") ?? command.value(of: "--command") {
                nested(code, .shell, "in `\(command.name)`", at: place)
            }
            return .text(.unknown, command.input.labels)
        }
        let valued = [
            "-p", "-i", "-o", "-l", "-F", "-L", "-R", "-D", "-J", "-E", "-b", "-c", "-m", "-S", "-W", "-w",
        ]
        var rest = command.words[...]
        while let word = rest.first, word.bytes.first == UInt8(ascii: "-") {
            rest = rest.dropFirst(valued.contains { word.bytes.elementsEqual($0.utf8) } ? 2 : 1)
        }
        guard let host = rest.first else { return .text(.unknown) }
        analysis.judge(.connect(host), at: place, "The host is \(host.quoted()).")
        sendInput(command, to: host, at: place)
        let code = Text(Array(rest.dropFirst().map { $0.bytes }.joined(separator: [0x20])))
        nested(code, .shell, "on the host that `ssh` goes to", at: place)
        return .text(.unknown, [.network])
    }

    /// fish(1) takes code with `-c` and `-C`; its commands are close enough to the shell's to be looked at as such.
    private mutating func fish(_ command: Command, _ words: [ShellWord], at place: Range<Int>) {
        for (index, word) in command.words.enumerated() {
            let text = word.shown
            if !text.hasPrefix("-") { return }
            for option in ["--command", "--init-command"] where text.hasPrefix("--") {
                let name = text.prefix { $0 != "=" }
                if name.count > 3, option.hasPrefix(name), text.count > name.count {
                    nested(Text(String(text.dropFirst(name.count + 1))), .shell, "in `fish`", at: place)
                }
            }
            guard !text.hasPrefix("--"), let letter = text.firstIndex(where: { $0 == "c" || $0 == "C" })
            else { continue }
            let attached = text[text.index(after: letter)...]
            let code =
                attached.isEmpty
                ? (index + 1 < command.words.count ? command.words[index + 1] : nil) : Text(String(attached))
            if let code { nested(code, .shell, "in `fish`", at: place) }
            if attached.isEmpty { return }
        }
    }

    /// What is fed to a program that talks to another host is sent there.
    func sendInput(_ command: Command, to host: Text, at place: Range<Int>) {
        guard !command.input.labels.isEmpty else { return }
        analysis.judge(
            .send(Act.Sending(destination: host, payload: command.input.labels)), at: place,
            "What comes through the pipe goes to \(host.quoted()).")
    }
}
