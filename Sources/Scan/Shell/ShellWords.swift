extension ShellLexer {
    /// A word has ended here: what it was decides how the next ones are read.
    mutating func endWord() {
        guard let start = wordStart else { return }
        wordStart = nil
        let top = modes.count - 1
        if awaitsDelimiter {
            awaitsDelimiter = false
            delimiter(bytes[start..<at])
            return
        }
        if case .array = modes[top].kind { return }
        if let last = tokens.last, last.kind == .text, last.start == start, last.end == at {
            keyword(bytes[start..<at], top)
        } else {
            plainWord(top)
        }
    }

    /// The word behind `<<`: its quotes are taken away, and that it had some says that its text is literal.
    private mutating func delimiter(_ word: ArraySlice<UInt8>) {
        guard !pending.isEmpty else { return }
        var text: [UInt8] = []
        var escaped = false
        for byte in word {
            if escaped {
                text.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte != UInt8(ascii: "'"), byte != UInt8(ascii: "\"") {
                text.append(byte)
            }
        }
        pending[pending.count - 1].isLiteral = text.count != word.count
        pending[pending.count - 1].delimiter = text
    }

    /// A word of one piece of text: a reserved word where a command may begin.
    private mutating func keyword(_ word: ArraySlice<UInt8>, _ top: Int) {
        func reads(_ text: String) -> Bool { word.elementsEqual(text.utf8) }
        if case .test = modes[top].kind {
            if reads("]]") {
                pop(at..<at)
                modes[modes.count - 1].atCommand = false
            }
            return
        }
        if case .subject? = modes[top].cases.last {
            if reads("in") { modes[top].cases[modes[top].cases.count - 1] = .pattern }
            return
        }
        if case .pattern? = modes[top].cases.last {
            if reads("esac") { modes[top].cases.removeLast() }
            return
        }
        guard modes[top].atCommand else { return }
        if reads("[[") {
            enter(.test, token: -1)
        } else if reads("case") {
            modes[top].cases.append(.subject)
            modes[top].atCommand = false
        } else if reads("esac") {
            _ = modes[top].cases.popLast()
        } else if !ShellLexer.keepsCommand(word) {
            plainWord(top)
        }
    }

    private mutating func plainWord(_ top: Int) {
        if case .subject? = modes[top].cases.last { return }
        modes[top].atCommand = false
    }

    /// Reserved words behind which a command begins again, and assignments, which go before one.
    private static func keepsCommand(_ word: ArraySlice<UInt8>) -> Bool {
        let words = [
            "if", "then", "else", "elif", "while", "until", "do", "{", "!", "time", "coproc", "fi", "done",
            "}",
        ]
        return word.count <= 6 && words.contains { word.elementsEqual($0.utf8) }
    }
}
