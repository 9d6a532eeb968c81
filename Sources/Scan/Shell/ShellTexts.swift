// Programs that print text that can be worked out: with them people hide words.

extension ShellReader {
    /// What is printed; `nil` when the program is none of these.
    mutating func textProgram(_ command: Command, _ words: [ShellWord]) -> Value? {
        let labels = words.dropFirst().reduce(Labels()) { $0.union($1.labels) }
        let place = words[0].range
        switch command.name {
        case "echo": return echo(command, labels)
        case "printf": return printf(command, labels)
        case "cat", "tac", "less", "more", "head", "tail", "nl", "strings", "od", "hexdump", "bat", "view",
            "vi", "vim", "nano", "fold", "pr":
            return pass(command, at: place, judged: true)
        case "grep", "egrep", "fgrep", "cut", "awk", "gawk", "sed", "sort", "uniq", "wc", "diff", "jq",
            "paste", "column", "md5sum", "sha256sum", "cmp",
            "comm", "join", "xmllint", "rg":
            return filter(command, at: place)
        case "base64", "base32", "xxd", "openssl", "uudecode", "gunzip", "zcat", "bunzip2", "xzcat", "unxz",
            "gpg":
            return decode(command, at: place)
        case "rev":
            return command.input.mapText {
                Text(
                    $0.split(separator: 0x0A, omittingEmptySubsequences: false).map { $0.reversed() }.joined(
                        separator: [0x0A]))
            }.labelled(.assembled)
        case "tr": return translate(command)
        default: return nil
        }
    }

    private func echo(_ command: Command, _ labels: Labels) -> Value {
        var words = command.words[...]
        var escapes = false
        while let first = words.first, first.bytes.count > 1, first.bytes.first == UInt8(ascii: "-"),
            first.bytes.dropFirst().allSatisfy({ "neE".utf8.contains($0) })
        {
            escapes = escapes || first.bytes.contains(UInt8(ascii: "e"))
            words = words.dropFirst()
        }
        let text = Array(words.map { $0.bytes }.joined(separator: [0x20]))
        let hides = escapes && text.contains(UInt8(ascii: "\\"))
        let out = escapes ? Escapes.decode(text, .echo) : text
        return .text(Text(out), hides ? labels.union(.assembled) : labels)
    }

    /// printf(1): `%s`, `%b` and `%d` take a word each; with other formats its output is not worked out.
    private func printf(_ command: Command, _ labels: Labels) -> Value {
        var words = command.words[...]
        if words.first?.bytes.reads("--") == true { words = words.dropFirst() }
        guard let format = words.popFirst() else { return .text("") }
        let decoded = Escapes.decode(format.bytes, .echo)
        var hides =
            format.bytes.contains { $0 == UInt8(ascii: "\\") } && format.bytes.firstRange(of: "\\x") != nil
        var out: [UInt8] = []
        var index = 0
        while index < decoded.count {
            let byte = decoded[index]
            index += 1
            guard byte == UInt8(ascii: "%"), index < decoded.count else {
                out.append(byte)
                continue
            }
            let letter = decoded[index]
            index += 1
            switch letter {
            case UInt8(ascii: "%"): out.append(letter)
            case UInt8(ascii: "s"), UInt8(ascii: "d"), UInt8(ascii: "q"): out += words.popFirst()?.bytes ?? []
            case UInt8(ascii: "b"):
                hides = true
                out += Escapes.decode(words.popFirst()?.bytes ?? [], .echo)
            default: return .text(.unknown, labels)
            }
        }
        if !words.isEmpty { out.append(Text.hole) }
        return .text(Text(out), hides ? labels.union(.assembled) : labels)
    }

    /// Shows files, or lets through what it is fed.
    private func pass(_ command: Command, at place: Range<Int>, judged: Bool) -> Value {
        let files = command.operands.filter { !$0.bytes.reads("-") }
        guard !files.isEmpty else {
            // The first or last lines of something are some of its text, which is not known exactly.
            let exact = command.name == "cat" && command.words.isEmpty
            return exact
                ? command.input
                : .text(
                    .unknown,
                    command.name == "head" ? command.input.labels.subtracting(.endless) : command.input.labels
                )
        }
        var labels: Labels = []
        for file in files where !Target(file).isA(.neutralDevice) || Target(file).isA(.endless) {
            labels.formUnion(read(Target(file), at: place, judged: judged).labels)
        }
        return .text(.unknown, command.name == "head" ? labels.subtracting(.endless) : labels)
    }

    /// Picks from files or its input: only secrets make reading them more than everyday work.
    private func filter(_ command: Command, at place: Range<Int>) -> Value {
        if command.name == "sed", command.has("iI") || command.has(word: "--in-place") {
            write(
                Array(command.operands.dropFirst(command.has(anyWord: "-e", "-f") ? 0 : 1)), .unknown,
                at: place)
            return .text("")
        }
        var labels = command.input.labels
        // The first operand of these is what they look for or do.
        let hasScript = ["grep", "egrep", "fgrep", "rg", "sed", "awk", "gawk", "jq"].contains(command.name)
        let files = hasScript && !command.has("ef") ? Array(command.operands.dropFirst()) : command.operands
        for operand in files {
            let target = Target(operand)
            if target.isA([.secret, .browser]) { labels.formUnion(read(target, at: place).labels) }
            if operand.bytes.contains(0x2F) { labels.insert(.file) }
        }
        return .text(.unknown, labels.subtracting(.endless))
    }

    // MARK: Decoding

    private func decode(_ command: Command, at place: Range<Int>) -> Value {
        let files = command.operands.filter {
            !$0.bytes.reads("base64") && !$0.bytes.reads("enc") && !$0.bytes.reads("-")
        }
        var input = command.input
        if command.name != "openssl", !files.isEmpty {
            var labels: Labels = []
            for file in files { labels.formUnion(read(Target(file), at: place).labels) }
            input = .unknown(labels)
        }
        switch command.name {
        case "base64", "base32":
            guard command.has("dD") || command.has(word: "--decode") else {
                return .text(.unknown, input.labels)
            }
            return decoded(input, command.name == "base64" ? Decoding.base64 : Decoding.base32)
        case "xxd":
            guard command.has("r") else { return .text(.unknown, input.labels) }
            return decoded(input, Decoding.hexadecimal)
        case "openssl":
            guard command.has("d") else { return .text(.unknown, input.labels) }
            return decoded(
                input, command.has(anyWord: "base64", "-base64", "-a") ? Decoding.base64 : { _ in nil })
        default: return .text(.unknown, input.labels.union(.decoded))
        }
    }

    private func decoded(_ input: Value, _ decode: ([UInt8]) -> [UInt8]?) -> Value {
        let labels = input.labels.union(.decoded)
        guard let text = input.text, !text.hasHoles, let out = decode(text.bytes) else {
            return .text(.unknown, labels)
        }
        return .text(Text(out), labels)
    }

    /// tr(1) over two sets of the same length.
    private func translate(_ command: Command) -> Value {
        let operands = command.operands
        guard operands.count >= 2, !command.has("dsc") else {
            if command.has("d"), let set = operands.first {
                let drop = Set(ShellReader.set(set.bytes))
                return command.input.mapText { Text($0.filter { !drop.contains($0) }) }.labelled(.assembled)
            }
            return .text(.unknown, command.input.labels)
        }
        let (from, to) = (ShellReader.set(operands[0].bytes), ShellReader.set(operands[1].bytes))
        guard let last = to.last else { return .text(.unknown, command.input.labels) }
        var table = Array(UInt8.min...UInt8.max)
        for (index, byte) in from.enumerated() { table[Int(byte)] = index < to.count ? to[index] : last }
        // Turning line ends into spaces hides nothing; turning letters into letters does.
        let hides = from.contains { $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z") }
        return command.input.mapText { Text($0.map { table[Int($0)] }) }.labelled(hides ? .assembled : [])
    }

    /// The characters of a set as tr(1) writes it: ranges and escapes.
    private static func set(_ bytes: [UInt8]) -> [UInt8] {
        let bytes = Escapes.decode(bytes, .echo)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count, out.count < 1 << 16 {
            if index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "-"),
                bytes[index] <= bytes[index + 2]
            {
                out += bytes[index]...bytes[index + 2]
                index += 3
            } else {
                out.append(bytes[index])
                index += 1
            }
        }
        return out
    }
}
