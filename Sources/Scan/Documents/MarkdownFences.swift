/// The code in the fenced blocks of a Markdown text (CommonMark 0.31, section 4.5), one text for each language.
///
/// Blocks in lists and quotations count too: what stands before the fence is taken off the lines of its block.
enum MarkdownFences {
    private struct Fence {
        let byte: UInt8
        let length: Int
        let indentation: Int
        /// What the block is read as; nil for what nothing here reads.
        let language: Language?
        /// Only lines behind a prompt are input, the others are what came out.
        var isSession: Bool
    }

    static func code(in bytes: [UInt8]) -> [(language: Language, text: Excerption)] {
        var code: [(language: Language, text: Excerption)] = []
        var fence: Fence?
        var at = 0
        while at < bytes.count {
            let end = bytes[at...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
            let line = bytes[at..<end]
            if let open = fence {
                if closes(line, open) {
                    fence = nil
                } else if let language = open.language, let kept = content(line, open) {
                    let index = self.index(of: language, in: &code)
                    code[index].text.append(kept, at: kept.startIndex)
                }
            } else {
                fence = opening(line, bytes, end)
            }
            at = end
        }
        return code
    }

    private static func index(
        of language: Language, in code: inout [(language: Language, text: Excerption)]
    ) -> Int {
        if let index = code.firstIndex(where: { $0.language == language }) { return index }
        code.append((language, Excerption()))
        return code.count - 1
    }

    /// Where the text of a line begins, behind spaces and the marks of quotations and lists.
    private static func margin(_ line: ArraySlice<UInt8>, marks: Bool) -> Int {
        var index = line.startIndex
        while index < line.endIndex {
            switch line[index] {
            case 0x20, 0x09, UInt8(ascii: ">"): index += 1
            case UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "+"):
                guard marks, index + 1 < line.endIndex, line[index + 1] == 0x20 else { return index }
                index += 2
            default: return index
            }
        }
        return index
    }

    private static func opening(_ line: ArraySlice<UInt8>, _ bytes: [UInt8], _ next: Int) -> Fence? {
        let start = margin(line, marks: true)
        guard start < line.endIndex, line[start] == UInt8(ascii: "`") || line[start] == UInt8(ascii: "~")
        else { return nil }
        let length = line[start...].prefix { $0 == line[start] }.count
        let info = line[(start + length)...].drop { $0 == 0x20 || $0 == 0x09 }
        // An info string with a backtick is a span of code in a line.
        guard length >= 3, line[start] == UInt8(ascii: "~") || !info.contains(UInt8(ascii: "`")) else {
            return nil
        }
        // `python`, `{.python}` (Pandoc), `{python}` (Quarto), `python title="a.py"`.
        let word = info.drop { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: ".") || $0 == 0x20 }
            .prefix {
                $0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z")
                    || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "-")
            }
        let language = Language(notebook: String(decoding: word, as: UTF8.self))
        let second = bytes[next...].prefix(64)
        return Fence(
            byte: line[start], length: length, indentation: start - line.startIndex, language: language,
            isSession: language.map { prompt(second[margin(second, marks: false)...], $0) != nil } ?? false)
    }

    private static func closes(_ line: ArraySlice<UInt8>, _ fence: Fence) -> Bool {
        let text = line[margin(line, marks: false)...]
        let length = text.prefix { $0 == fence.byte }.count
        return length >= fence.length && text.dropFirst(length).allSatisfy { $0 <= 0x20 }
    }

    /// What of a line is code: without the margin of its block, and without the prompt of a session.
    private static func content(_ line: ArraySlice<UInt8>, _ fence: Fence) -> ArraySlice<UInt8>? {
        let margin = min(margin(line, marks: false), line.startIndex + fence.indentation)
        let text = line[margin...]
        guard fence.isSession, let language = fence.language else { return text }
        let trimmed = text.drop { $0 == 0x20 }
        return prompt(trimmed, language).map { trimmed.dropFirst($0) }
    }

    /// How long the prompt is with which a line begins; nil when there is none.
    private static func prompt(_ line: ArraySlice<UInt8>, _ language: Language) -> Int? {
        let prompts = language == .python ? [">>> ", "... ", ">>>\n", "...\n"] : ["$ ", "% ", "> "]
        guard let prompt = prompts.first(where: { line.starts(with: $0.utf8) }) else { return nil }
        return prompt.hasSuffix("\n") ? prompt.utf8.count - 1 : prompt.utf8.count
    }
}
