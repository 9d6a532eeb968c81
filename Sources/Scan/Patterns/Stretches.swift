import Policy

/// Which parts of a source are code, strings and comments.
struct Stretches {
    private let strings: [Range<Int>]
    private let comments: [Range<Int>]
    private let count: Int

    /// A language without a lexer has no parts: every place is every part, so that a pattern misses nothing.
    init?(of bytes: [UInt8], in language: Language) {
        count = bytes.count
        switch language {
        case .python:
            var lexer = PythonLexer(bytes)
            lexer.run()
            strings = lexer.tokens.filter { $0.kind == .string || $0.kind == .formatText }.map { $0.range }
            comments = lexer.comments
        case .shell:
            var lexer = ShellLexer(bytes)
            lexer.run()
            strings = Stretches.quoted(lexer.tokens)
            comments = lexer.comments
        case .javascript:
            var lexer = JavaScriptLexer(bytes)
            lexer.run()
            strings = lexer.tokens.filter { $0.kind == .string || $0.kind == .template }.map { $0.range }
            comments = lexer.comments
        case .perl, .ruby, .other: return nil
        }
    }

    /// Quotes, what stands between double ones, and here-documents.
    private static func quoted(_ tokens: [ShellToken]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var open: [ShellToken.Kind] = []
        for token in tokens {
            switch token.kind {
            case .single, .ansi: ranges.append(token.range)
            case .doubleOpen, .bodyOpen, .substitutionOpen, .expansionOpen, .arithmeticOpen, .arrayOpen:
                open.append(token.kind)
            case .doubleClose, .bodyClose, .substitutionClose, .expansionClose, .arithmeticClose, .arrayClose:
                _ = open.popLast()
            default: if open.last == .doubleOpen || open.last == .bodyOpen { ranges.append(token.range) }
            }
        }
        return ranges
    }

    /// The stretches that belong to `place`, in order. What is neither string nor comment is code.
    func stretches(of place: Pattern.Place) -> [Range<Int>] {
        switch place {
        case .any: return [0..<count]
        case .strings: return strings
        case .comments: return comments
        case .code:
            var code: [Range<Int>] = []
            var start = 0
            for range in (strings + comments).sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if range.lowerBound > start { code.append(start..<range.lowerBound) }
                start = max(start, range.upperBound)
            }
            if start < count { code.append(start..<count) }
            return code
        }
    }
}
