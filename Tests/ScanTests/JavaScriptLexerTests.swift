import Testing

@testable import Scan

@Suite("JavaScript's tokens")
struct JavaScriptLexerTests {
    private func tokens(_ code: String) -> [(JavaScriptToken.Kind, String)] {
        let bytes = Array(code.utf8)
        var lexer = JavaScriptLexer(bytes)
        lexer.run()
        return lexer.tokens.filter { $0.kind != .end }
            .map { ($0.kind, String(decoding: bytes[$0.range], as: UTF8.self)) }
    }

    private func texts(_ code: String) -> [String] { tokens(code).map(\.1) }

    @Test(
        "names, numbers, strings and signs",
        arguments: [
            ("a.b(c)", ["a", ".", "b", "(", "c", ")"]),
            ("x?.y ?? z", ["x", "?.", "y", "??", "z"]),
            ("1e3 0x1F 10n .5", ["1e3", "0x1F", "10n", ".5"]),
            ("'a\\'b' \"c\"", ["'a\\'b'", "\"c\""]),
            ("a => b", ["a", "=>", "b"]),
            ("[...a]", ["[", "...", "a", "]"]),
            ("a // b\nc /* d */ e", ["a", "c", "e"]),
            ("#x", ["#x"]),
        ])
    func basics(_ code: String, _ expected: [String]) {
        #expect(texts(code) == expected)
    }

    @Test(
        "a slash divides behind a value and begins a pattern elsewhere",
        arguments: [
            ("a / b / c", false), ("x = /b/g", true), ("f(/a[/]b/)", true), ("(a) / b", false),
            ("return /a/", true), ("a[0] / 2", false),
        ])
    func slashes(_ code: String, _ isRegex: Bool) {
        #expect(tokens(code).contains { $0.0 == .regex } == isRegex, "\(code)")
    }

    @Test("a template is its text and its substitutions, templates in them included")
    func templates() {
        #expect(tokens("`a${b}c`").filter { $0.0 == .template }.map(\.1) == ["a", "c"])
        #expect(texts("`a${`b${c}`}d`").contains("c"))
        #expect(!tokens("`a${ {x: 1}.x }b`").contains { $0.0 == .error })
    }

    @Test("what is never closed is an error, and what follows is read")
    func errors() {
        #expect(tokens("'abc\neval(x)").contains { $0.1 == "eval" })
        #expect(tokens("`abc").contains { $0.0 == .error })
    }
}
