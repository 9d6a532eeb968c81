// Programs that read, write and delete files.

extension ShellReader {
    /// What is printed; `nil` when the program is none of these.
    mutating func fileProgram(_ command: Command, _ words: [ShellWord], at place: Range<Int>) -> Value? {
        switch command.name {
        case "rm", "unlink", "rmdir", "trash": delete(command, at: place)
        case "shred", "srm", "truncate": write(command.operands, .unknown, at: place)
        case "touch":
            for target in command.operands.map(Target.init) where target.isA(.system) {
                write([target.text], .unknown, at: place)
            }
        case "cp", "install", "ln", "mv": copy(command, at: place)
        case "tee":
            write(command.operands, command.input, at: place)
            return command.input
        case "dd": return convert(command, at: place)
        case "chmod":
            guard let mode = command.operands.first ?? command.words.first else { return .text("") }
            for target in command.operands.dropFirst() {
                analysis.judge(
                    .permit(Target(target), Permission(words: mode)), at: place,
                    "The mode is \(mode.quoted()).")
            }
        case "ls", "dir", "vdir", "tree":
            for target in command.operands {
                analysis.judge(.list(Target(target)), at: place, "\(target.quoted()) is listed.")
            }
            return .text(.unknown, .found)
        case "find", "gfind", "fd": return find(command, words, at: place)
        case "tar", "zip", "7z", "gzip", "bzip2", "xz": return archive(command, words, at: place)
        default: return nil
        }
        return .text("")
    }

    func delete(_ command: Command, at place: Range<Int>) {
        let isTree = command.has("rR") || command.has(word: "--recursive")
        for operand in command.operands {
            analysis.judge(
                .delete(Target(operand), tree: isTree), at: place, "\(operand.quoted()) is deleted.")
        }
        if command.has(word: "--no-preserve-root") {
            analysis.judge(.delete(Target("/"), tree: true), at: place)
        }
    }

    func write(_ targets: [Text], _ content: Value, at place: Range<Int>) {
        for target in targets {
            analysis.judge(.write(Target(target), content), at: place, "\(target.quoted()) is written.")
        }
    }

    /// The last operand, or what `-t` names, is where the others go.
    private func copy(_ command: Command, at place: Range<Int>) {
        var sources = command.operands
        let directory = command.value(of: "-t") ?? command.value(of: "--target-directory")
        guard let target = directory ?? (sources.count > 1 ? sources.popLast() : nil) else { return }
        var labels: Labels = []
        for source in sources {
            let place = place
            let origin = Target(source)
            // What is moved onto a device or away from where it belongs is gone.
            if command.name == "mv", !origin.isA(.trace),
                origin.isA([.system, .login]) || origin.isA(.broad) && Target(target).isA(.neutralDevice)
            {
                analysis.judge(.delete(origin, tree: true), at: place, "\(source.quoted()) is moved away.")
            }
            if command.name == "cp" || command.name == "mv" {
                labels.formUnion(read(origin, at: place).labels)
            }
        }
        write([target], .unknown(labels), at: place)
        if command.name == "install", let mode = command.value(of: "-m") ?? command.value(of: "--mode") {
            analysis.judge(
                .permit(Target(target), Permission(words: mode)), at: place, "The mode is \(mode.quoted()).")
        }
    }

    private func convert(_ command: Command, at place: Range<Int>) -> Value {
        var content = command.input
        var target: Text?
        var isCounted = false
        for word in command.words {
            if word.bytes.starts(with: "if=".utf8) {
                content = read(Target(Text(word.bytes.dropFirst(3))), at: place)
            } else if word.bytes.starts(with: "of=".utf8) {
                target = Text(word.bytes.dropFirst(3))
            } else if word.bytes.starts(with: "count=".utf8) {
                isCounted = true
            }
        }
        guard let target else { return isCounted ? .unknown : content }
        let place = place
        if content.labels.contains(.endless), !isCounted, !Target(target).isA([.neutralDevice, .disk]) {
            analysis.report(.endlessWrite, at: place, "`dd` has no count.")
        }
        write([target], content, at: place)
        return .text("")
    }

    private mutating func archive(_ command: Command, _ words: [ShellWord], at place: Range<Int>) -> Value {
        let first = command.words.first?.bytes ?? []
        let letters = first.first == UInt8(ascii: "-") ? first.dropFirst() : first[...]
        let creates =
            command.name != "tar" || command.has("cru") || command.has(anyWord: "--create", "--append")
            || first.first != UInt8(ascii: "-") && letters.contains(UInt8(ascii: "c"))
        guard creates else { return .text(.unknown, command.input.labels.union(.decoded)) }
        var labels = command.input.labels
        for operand in command.operands where command.name != "tar" || !operand.bytes.elementsEqual(first) {
            labels.formUnion(read(Target(operand), at: place).labels)
        }
        return .text(.unknown, labels.union(.file))
    }

    // MARK: find

    /// find(1): what it deletes, and what it starts for each file it finds.
    private mutating func find(_ command: Command, _ words: [ShellWord], at place: Range<Int>) -> Value {
        let rest = Array(words.dropFirst())
        var roots: [Text] = []
        for word in rest {
            guard let byte = word.text.bytes.first, byte != UInt8(ascii: "-"), byte != UInt8(ascii: "("),
                byte != UInt8(ascii: "!")
            else { break }
            roots.append(word.text)
        }
        if roots.isEmpty { roots = ["."] }
        let filters = [
            "-name", "-iname", "-path", "-ipath", "-regex", "-iregex", "-mtime", "-mmin", "-atime", "-ctime",
            "-newer", "-size", "-empty",
            "-user", "-nouser", "-perm", "-inum", "-amin", "-cmin", "-group", "-nogroup", "-links",
        ]
        let isFiltered = filters.contains { command.has(word: $0) }
        let found = roots.map { isFiltered ? Text($0.bytes + [0x2F, Text.hole]) : $0 }
        if command.has(word: "-delete") {
            for target in found {
                analysis.judge(
                    .delete(Target(target), tree: !isFiltered), at: place, "What is found there is deleted.")
            }
        }
        startFound(rest, found.first ?? ".", command)
        return .text(Text((roots.first?.bytes ?? []) + [0x2F, Text.hole]), .found)
    }

    /// `-exec COMMAND ;` with `{}` standing for what is found.
    private mutating func startFound(_ words: [ShellWord], _ found: Text, _ command: Command) {
        var index = 0
        while index < words.count {
            defer { index += 1 }
            guard ["-exec", "-execdir", "-ok", "-okdir"].contains(words[index].text.shown) else { continue }
            var inner: [ShellWord] = []
            index += 1
            while index < words.count, !words[index].text.bytes.reads(";"),
                !words[index].text.bytes.reads("+")
            {
                var word = words[index]
                if word.text.bytes.reads("{}") { word.text = found }
                inner.append(word)
                index += 1
            }
            _ = execute(inner, .unknown, wrappers: command.wrappers + ["find"], upstream: [])
        }
    }
}

extension [UInt8] {
    func reads(_ text: String) -> Bool { elementsEqual(text.utf8) }
}
