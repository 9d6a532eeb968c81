/// Text as far as it is known without running the code: what was written literally, with holes where only running it
/// would tell.
struct Text: Equatable, Sendable, ExpressibleByStringLiteral {
    /// Marks a hole. The byte never occurs in UTF-8.
    static let hole: UInt8 = 0xFF

    var bytes: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }
    init(_ text: String) { bytes = Array(text.utf8) }
    init(stringLiteral text: String) { self.init(text) }

    /// Nothing but a hole.
    static let unknown = Text([hole])

    var hasHoles: Bool { bytes.contains(Text.hole) }
    var isUnknown: Bool { bytes == [Text.hole] }
    var isEmpty: Bool { bytes.isEmpty }

    /// For people: a hole is shown as `…`.
    var shown: String {
        guard hasHoles else { return String(decoding: bytes, as: UTF8.self) }
        return bytes.split(separator: Text.hole, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: "…")
    }

    /// At most `limit` characters of it, in backticks, for a sentence.
    func quoted(_ limit: Int = 60) -> String {
        let text = shown
        return text.count <= limit ? "`\(text)`" : "`\(text.prefix(limit))…`"
    }

    static func + (a: Text, b: Text) -> Text { Text(a.bytes + b.bytes) }

    /// Whether it holds `word`, which is given in lower case, letters of either case alike.
    func mentions(_ word: String) -> Bool { bytes.firstRange(of: word, ignoringCase: true) != nil }

    /// Whether it holds any of the words, letters of either case alike.
    func mentions(anyOf words: [String]) -> Bool { words.contains { mentions($0) } }
}

extension [UInt8] {
    /// Where `word` first occurs at or after `from`. When case is ignored, `word` must be in lower case.
    ///
    /// Straight comparison: the words are a few bytes of our own, so the time stays linear in the text.
    func firstRange(of word: String, from: Int = 0, ignoringCase: Bool = false) -> Range<Int>? {
        let wanted = Array(word.utf8)
        guard let first = wanted.first, count >= wanted.count else { return nil }
        var start = from
        while start <= count - wanted.count {
            if folded(at: start, ignoringCase) == first {
                var matched = 1
                while matched < wanted.count, folded(at: start + matched, ignoringCase) == wanted[matched] {
                    matched += 1
                }
                if matched == wanted.count { return start..<(start + matched) }
            }
            start += 1
        }
        return nil
    }

    private func folded(at index: Int, _ ignoringCase: Bool) -> UInt8 {
        let byte = self[index]
        return ignoringCase && byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}
