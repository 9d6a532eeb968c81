import Testing

@testable import Scan

@Suite("Python's tokens")
struct PythonLexerTests {
    /// Each token that is no line end or indentation, as it is written, with a letter for its kind.
    private func tokens(_ code: String) -> [String] {
        let bytes = Array(code.utf8)
        var lexer = PythonLexer(bytes)
        lexer.run()
        return lexer.tokens.compactMap { token in
            let text = String(decoding: bytes[token.range], as: UTF8.self)
            return switch token.kind {
            case .name: "n:\(text)"
            case .number: "#:\(text)"
            case .string: "s:\(text)"
            case .formatStart: "f<\(text)"
            case .formatText: "f:\(text)"
            case .formatEnd: "f>\(text)"
            case .sign: text
            case .error: "!:\(text)"
            case .indent: ">>"
            case .dedent: "<<"
            case .newline: ";;"
            case .end: nil
            }
        }
    }

    @Test(
        "names, numbers, strings and signs",
        arguments: [
            ("x=1", ["n:x", "=", "#:1", ";;"]),
            ("a.b (c)", ["n:a", ".", "n:b", "(", "n:c", ")", ";;"]),
            ("0xFF 1_000 1e-5 .5j 0b1", ["#:0xFF", "#:1_000", "#:1e-5", "#:.5j", "#:0b1", ";;"]),
            ("rb'a\\'b' u\"c\" '''d\n'e'''", ["s:rb'a\\'b'", "s:u\"c\"", "s:'''d\n'e'''", ";;"]),
            ("a:=b**c//d->e", ["n:a", ":=", "n:b", "**", "n:c", "//", "n:d", "->", "n:e", ";;"]),
            ("x # y\nz", ["n:x", ";;", "n:z", ";;"]),
            ("a \\\n b", ["n:a", "n:b", ";;"]),
            ("(a\nb)\nc", ["(", "n:a", "n:b", ")", ";;", "n:c", ";;"]),
            ("a...b", ["n:a", "...", "n:b", ";;"]),
        ])
    func basics(_ code: String, _ expected: [String]) {
        #expect(tokens(code) == expected)
    }

    @Test("a line that is indented more opens a block, and the lines that go back close it")
    func indentation() {
        #expect(
            tokens("if a:\n  b\n  if c:\n\td\ne") == [
                "n:if", "n:a", ":", ";;", ">>", "n:b", ";;", "n:if", "n:c", ":", ";;", ">>", "n:d", ";;",
                "<<",
                "<<", "n:e", ";;",
            ])
        // A comment and an empty line have no indentation.
        #expect(
            tokens("if a:\n  b\n# c\n\n  d") == [
                "n:if", "n:a", ":", ";;", ">>", "n:b", ";;", "n:d", ";;", "<<",
            ])
    }

    @Test("an f-string is its text and its fields, quotes of the same kind inside included")
    func formats() {
        #expect(tokens("f'a{b}c'") == ["f<f'", "f:a", "{", "n:b", "}", "f:c", "f>'", ";;"])
        #expect(tokens("f'{x['k']}'") == ["f<f'", "{", "n:x", "[", "s:'k'", "]", "}", "f>'", ";;"])
        #expect(tokens("f'{{}}'") == ["f<f'", "f:{{}}", "f>'", ";;"])
        #expect(tokens("rf\"{a!r:>{w}}\"").first == "f<rf\"")
        #expect(!tokens("rf\"{a!r:>{w}}\"").contains { $0.hasPrefix("!:") })
    }

    @Test("what is no token is an error, and the lines behind it are read all the same")
    func errors() {
        #expect(tokens("x = 'abc\nos.system('id')").contains("n:system"))
        #expect(tokens("a ? b").contains("!:?"))
        #expect(tokens("'''abc").contains { $0.hasPrefix("!:") })
        #expect(tokens("f'{a").contains { $0.hasPrefix("!:") })
    }

    @Test("tokens stand in order, touch nothing twice and lie inside the source")
    func order() {
        for code in Corpus.own.filter({ $0.language == .python }).map(\.code) {
            let bytes = Array(code.utf8)
            var lexer = PythonLexer(bytes)
            lexer.run()
            var last = 0
            for token in lexer.tokens {
                #expect(token.start >= last && token.end >= token.start && token.end <= bytes.count)
                last = token.end
            }
        }
    }
}
