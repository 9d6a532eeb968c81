// Programs that only start another: what they start is what matters.

extension ShellReader {
    /// Runs a program by its words, whatever starts it; what it prints.
    mutating func execute(_ words: [ShellWord], _ input: Value, wrappers: [String], upstream: [String])
        -> Value
    {
        var words = words
        var wrappers = wrappers
        while let first = words.first {
            let name = program(first)
            guard wrappers.count < ShellReader.maximumDepth else {
                analysis.exceeded(.depth, at: first.range)
                return .unknown
            }
            if wrappers.contains("xargs"), let text = input.text, !text.hasHoles, text.bytes.count < 4_096 {
                if words.contains(where: { $0.text.bytes.firstRange(of: "{}") != nil }) {
                    // `xargs -I{}`: what comes in takes the place of the braces.
                    let line = text.bytes.prefix { $0 != 0x0A }
                    for index in words.indices where analysis.spend(line.count / 4) {
                        words[index].text.bytes = words[index].text.bytes.replacing(
                            Array("{}".utf8), with: Array(line))
                    }
                } else {
                    words += ShellReader.split(text, first.range, input.labels)
                }
            }
            let command = Command(
                name: name, words: words.dropFirst().map { $0.text }, input: input, wrappers: wrappers)
            guard let inner = wrapped(name, words, command) else {
                return perform(command, words, upstream)
            }
            if name == "sudo" || name == "doas" || name == "env" || name == "chroot" || name == "unshare"
                || name == "nsenter"
            {
                analysis.judge(.command(command), at: first.range, "`\(name)` starts a program.")
            }
            if wrappers.isEmpty { report(first) }
            wrappers.append(name)
            words = inner
            assignments(&words)
        }
        return .text("")
    }

    static func split(_ text: Text, _ range: Range<Int>, _ labels: Labels) -> [ShellWord] {
        text.bytes.split { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }.prefix(64)
            .map { ShellWord(text: Text($0), labels: labels, range: range) }
    }

    /// The name of the program that a word starts: the last part of its path; `…` where that is not known.
    func program(_ word: ShellWord) -> String {
        var bytes = word.text.bytes
        if let slash = bytes.lastIndex(of: UInt8(ascii: "/")) { bytes = Array(bytes[(slash + 1)...]) }
        if word.hasWildcard, bytes.count > 1 || bytes.first != UInt8(ascii: "[") {
            return ShellReader.powerful.first { Wildcard.matches(bytes, Array($0.utf8)) } ?? "…"
        }
        if bytes.contains(Text.hole) {
            // What is not known may be nothing: `r$@m`.
            let known = String(decoding: bytes.filter { $0 != Text.hole }, as: UTF8.self)
            return ShellReader.powerful.contains(known) ? known : "…"
        }
        let name = String(decoding: bytes, as: UTF8.self)
        return name.hasSuffix(".exe") ? String(name.dropLast(4)) : name
    }

    /// Programs whose names people hide.
    static let powerful = [
        "rm", "sh", "bash", "dd", "nc", "cat", "curl", "wget", "chmod", "chown", "mkfs", "eval", "python3",
        "python", "perl",
        "sudo", "base64", "shred", "kill", "find", "ssh", "scp", "ncat", "socat",
    ]

    /// Says that the name of a program was put together, when it was.
    func report(_ word: ShellWord) {
        let name = program(word)
        let isHidden =
            word.isSpelled || word.isComputed && (name == "…" || ShellReader.powerful.contains(name))
        guard
            isHidden
                || word.hasWildcard && !word.text.bytes.starts(with: "[".utf8)
                    && word.text.bytes.contains(UInt8(ascii: "/"))
                || word.text.bytes.contains(Text.hole) && name != "…"
        else { return }
        analysis.report(.computedProgram, at: word.range, "The program is \(word.text.quoted()).")
    }

    /// The words of the program that this one starts; `nil` when it starts none that way.
    private mutating func wrapped(_ name: String, _ words: [ShellWord], _ command: Command) -> [ShellWord]? {
        let rest = Array(words.dropFirst())
        let inner: [ShellWord]
        switch name {
        case "sudo", "doas": inner = skip(rest, valued: "ughpCrtTUDR", assignments: true)
        case "env": inner = environment(rest)
        case "command", "builtin":
            if command.has("vV") { return nil }
            inner = skip(rest, valued: "")
        case "nohup", "setsid", "busybox", "toybox", "unbuffer", "chronic", "fakeroot", "torsocks",
            "proxychains", "catchsegv",
            "winpty", "caffeinate":
            inner = skip(rest, valued: "")
        case "exec": inner = skip(rest, valued: "a")
        case "time", "gtime": inner = skip(rest, valued: "fo")
        case "nice": inner = skip(rest, valued: "n")
        case "ionice", "chrt":
            inner = skip(rest, valued: "cnp").drop(while: {
                $0.text.bytes.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
            }).map { $0 }
        case "timeout": inner = Array(skip(rest, valued: "sk").dropFirst())
        case "taskset": inner = Array(skip(rest, valued: "").dropFirst())
        case "stdbuf", "strace", "ltrace", "valgrind", "perf": inner = skip(rest, valued: "ioeOpPsS")
        case "watch", "entr": inner = skip(rest, valued: "n")
        case "xargs", "parallel": inner = skip(rest, valued: "IidnPLEsajJ")
        case "flock", "chroot": inner = Array(skip(rest, valued: "wEu").dropFirst())
        case "unshare", "nsenter": inner = skip(rest, valued: "tSGrwR")
        default: return nil
        }
        return inner.isEmpty ? nil : inner
    }

    /// The words behind the options. A letter in `valued` takes the next word when it ends its cluster.
    private func skip(_ words: [ShellWord], valued: String, assignments: Bool = false) -> [ShellWord] {
        var index = 0
        while index < words.count {
            let bytes = words[index].text.bytes
            if bytes.elementsEqual("--".utf8) { return Array(words[(index + 1)...]) }
            if assignments, ShellReader.assignment(words[index]) != nil {
                index += 1
                continue
            }
            guard bytes.first == UInt8(ascii: "-"), bytes.count > 1 else { break }
            let last = bytes[bytes.count - 1]
            let takesNext = bytes[1] != UInt8(ascii: "-") && bytes.count == 2 && valued.utf8.contains(last)
            index += takesNext ? 2 : 1
        }
        return index < words.count ? Array(words[index...]) : []
    }

    /// env(1): what it sets is set, and `-S` is split as it does.
    private mutating func environment(_ words: [ShellWord]) -> [ShellWord] {
        var rest = words[...]
        while let word = rest.first {
            if let (name, value) = ShellReader.assignment(word) {
                assign(name, value, at: word.range)
                rest.removeFirst()
            } else if word.text.bytes.elementsEqual("-S".utf8), rest.count > 1 {
                let packed = rest[rest.startIndex + 1]
                rest = (ShellReader.split(packed.text, packed.range, packed.labels) + rest.dropFirst(2))[...]
            } else if word.text.bytes.first == UInt8(ascii: "-") {
                let takesNext =
                    word.text.bytes.elementsEqual("-u".utf8) || word.text.bytes.elementsEqual("-C".utf8)
                rest.removeFirst(min(rest.count, takesNext ? 2 : 1))
            } else {
                break
            }
        }
        return Array(rest)
    }
}
