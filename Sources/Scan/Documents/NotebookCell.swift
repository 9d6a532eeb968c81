/// What IPython makes of the text of a cell before Python sees it (IPython's documentation, "Built-in magic commands"
/// and "System shell access").
enum NotebookCell {
    enum Magic: Equatable {
        case python
        /// The rest of the cell is another language's, or no code.
        case other(Language?)
    }

    enum Part: Equatable {
        /// Python as it stands.
        case python(Range<Int>)
        /// Python in the place of what is none.
        case stand(String, Range<Int>)
        /// A command for a shell.
        case shell(Range<Int>)
    }

    /// The cell magic in the first line, and where what it is about begins.
    static func magic(_ bytes: [UInt8]) -> (Magic, Int) {
        let start = bytes.firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } ?? bytes.count
        guard bytes[start...].starts(with: "%%".utf8) else { return (.python, 0) }
        let end = bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
        let words = String(decoding: bytes[(start + 2)..<end], as: UTF8.self)
            .split { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }.map(String.init)
        switch words.first ?? "" {
        case "time", "timeit", "capture", "prun", "python", "python3", "memit", "debug": return (.python, end)
        case "bash", "sh", "!", "system", "sx", "cmd": return (.other(.shell), end)
        case "js", "javascript": return (.other(.javascript), end)
        case "script":
            return (
                .other(words.dropFirst().first { !$0.hasPrefix("-") }.flatMap { Language(notebook: $0) }), end
            )
        case "html", "HTML", "latex", "markdown", "svg", "SVG", "writefile", "file", "perl", "ruby", "sql",
            "R", "cython", "bigquery":
            return (.other(nil), end)
        default: return (.python, end)
        }
    }

    /// The lines of a cell, those that IPython rewrites taken out.
    static func parts(of bytes: [UInt8], from start: Int) -> [Part] {
        var parts: [Part] = []
        var state = LineState()
        var at = start
        while at < bytes.count {
            let end = lineEnd(bytes, at)
            if state.isOpen {
                parts.append(.python(at..<end))
                state.read(bytes[at..<end])
            } else if let (rewritten, next) = rewrite(bytes, at) {
                parts += rewritten
                at = next
                continue
            } else {
                parts.append(.python(at..<end))
                state.read(bytes[at..<end])
            }
            at = end
        }
        return parts
    }

    private static func lineEnd(_ bytes: [UInt8], _ start: Int) -> Int {
        bytes[start...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    }

    /// A line that begins a statement, when it is a magic, a command or a question; where the next one begins.
    private static func rewrite(_ bytes: [UInt8], _ start: Int) -> ([Part], Int)? {
        let first = bytes[start...].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? bytes.count
        guard first < bytes.count else { return nil }
        var end = lineEnd(bytes, first)
        let line = bytes[first..<end]
        let indent = Part.python(start..<first)
        func isMagic(_ index: Int) -> Bool {
            index + 1 < end && bytes[index] == UInt8(ascii: "%")
                && (bytes[index + 1] | 0x20 >= UInt8(ascii: "a")
                    && bytes[index + 1] | 0x20 <= UInt8(ascii: "z"))
        }
        if line.first == UInt8(ascii: "!") || isMagic(first) {
            // A backslash at its end joins the next line to it.
            while end < bytes.count, end >= 2, bytes[end - 2] == UInt8(ascii: "\\") {
                end = lineEnd(bytes, end)
            }
            return ([indent, .stand("pass\n", first..<end)] + command(bytes, first, end), end)
        }
        let text = line.prefix { $0 != 0x0A && $0 != 0x0D }
        if text.first == UInt8(ascii: "?") || text.last == UInt8(ascii: "?") {
            return ([indent, .stand("pass\n", first..<end)], end)
        }
        // `files = !ls` and `files = %sx ls`
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")), isTarget(bytes[first..<equals]) else {
            return nil
        }
        let value = bytes[(equals + 1)..<end].firstIndex { $0 != 0x20 && $0 != 0x09 } ?? end
        guard value < end, bytes[value] == UInt8(ascii: "!") || isMagic(value) else { return nil }
        return ([.python(start..<value), .stand("None\n", value..<end)] + command(bytes, value, end), end)
    }

    private static func isTarget(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy {
            PythonLexer.continuesName($0) || $0 == 0x20 || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ".")
        }
    }

    /// The command that a shell gets from the `!` or the magic between `start` and `end`.
    private static func command(_ bytes: [UInt8], _ start: Int, _ end: Int) -> [Part] {
        if bytes[start] == UInt8(ascii: "!") {
            return [
                .shell((start + (start + 1 < end && bytes[start + 1] == UInt8(ascii: "!") ? 2 : 1))..<end)
            ]
        }
        let word = bytes[(start + 1)..<end].prefix(while: PythonLexer.continuesName)
        switch String(decoding: word, as: UTF8.self) {
        case "sx", "system", "sc", "time", "timeit", "bash", "sh": return [.shell(word.endIndex..<end)]
        // Aliases of commands, and what installs: the word itself is the command's name.
        case "pip", "conda", "mamba", "uv", "cat", "cp", "ls", "mkdir", "mv", "rm", "rmdir", "ll", "man",
            "less":
            return [.shell(word.startIndex..<end)]
        default: return []
        }
    }

    /// Whether a line of Python begins inside a bracket or a long string of the lines before it.
    private struct LineState {
        private var brackets = 0
        private var quote: UInt8?
        private var isJoined = false

        var isOpen: Bool { brackets > 0 || quote != nil || isJoined }

        mutating func read(_ line: ArraySlice<UInt8>) {
            isJoined = false
            var index = line.startIndex
            var short: UInt8?
            while index < line.endIndex {
                let byte = line[index]
                let isTriple =
                    index + 2 < line.endIndex && line[index + 1] == byte && line[index + 2] == byte
                if byte == UInt8(ascii: "\\") {
                    isJoined = short == nil && quote == nil && line[(index + 1)...].allSatisfy { $0 <= 0x20 }
                    index += 2
                    continue
                }
                if let open = quote {
                    if byte == open, isTriple {
                        quote = nil
                        index += 2
                    }
                } else if let open = short {
                    if byte == open { short = nil }
                } else {
                    switch byte {
                    case UInt8(ascii: "#"): return
                    case UInt8(ascii: "'"), UInt8(ascii: "\""):
                        if isTriple {
                            quote = byte
                            index += 2
                        } else {
                            short = byte
                        }
                    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): brackets += 1
                    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                        brackets = max(0, brackets - 1)
                    default: break
                    }
                }
                index += 1
            }
        }
    }
}
