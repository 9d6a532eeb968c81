import Testing

@testable import Scan

@Suite("The shell's tokens")
struct ShellLexerTests {
    private func lexed(_ code: String) -> (bytes: [UInt8], lexer: ShellLexer) {
        let bytes = Array(code.utf8)
        var lexer = ShellLexer(bytes)
        lexer.run()
        return (bytes, lexer)
    }

    private func kinds(_ code: String) -> [ShellToken.Kind] { lexed(code).lexer.tokens.map(\.kind) }

    private func texts(_ code: String) -> [String] {
        let (bytes, lexer) = lexed(code)
        return lexer.tokens.map { String(decoding: bytes[$0.range], as: UTF8.self) }
    }

    @Test(
        "words, quotes and operators",
        arguments: [
            ("ls -l", ["ls", "-l"]),
            ("a;b|c&&d", ["a", ";", "b", "|", "c", "&&", "d"]),
            ("r''m", ["r", "''", "m"]),
            ("echo \"a $b c\"", ["echo", "\"", "a ", "$b", " c", "\""]),
            ("$'\\x6c'", ["$'\\x6c'"]),
            ("a\\ b", ["a", "\\ ", "b"]),
            ("x > f", ["x", ">", "f"]),
            ("a 2>&1", ["a", ">&", "1"]),
            ("# no\nls", ["\n", "ls"]),
            ("a#b", ["a#b"]),
        ])
    func basics(_ code: String, _ expected: [String]) {
        #expect(texts(code) == expected)
    }

    @Test("what opens has its partner")
    func partners() {
        for code in [
            "$(a $(b) c)", "`a`", "${x:-$(y)}", "\"a $(b \"c\") d\"", "$((1 + 2))", "a=(b c)", "<(a)",
        ] {
            let tokens = lexed(code).lexer.tokens
            for (index, token) in tokens.enumerated() where token.opens {
                #expect(Int(token.partner) > index && Int(token.partner) < tokens.count, "\(code)")
            }
            #expect(!tokens.contains { $0.kind == .error }, "\(code)")
        }
    }

    @Test("a here-document lies behind the line that asks for it, and its delimiter says whether it expands")
    func documents() {
        #expect(kinds("cat <<E\n$x\nE\nls").contains(.parameter))
        #expect(!kinds("cat <<'E'\n$x\nE\nls").contains(.parameter))
        #expect(kinds("cat <<-E\n\ta\n\tE\nls").suffix(1) == [.text])
        #expect(texts("cat <<E; ls\nx\nE\npwd").contains("pwd"))
    }

    @Test("what is never closed is an error")
    func errors() {
        for code in ["echo 'a", "echo \"a", "$(a", "`a", "${a", "a=(b"] {
            #expect(kinds(code).contains(.error), "\(code)")
        }
    }

    @Test("comments are no tokens")
    func comments() {
        let (bytes, lexer) = lexed("ls # rm -rf /\n# x")
        #expect(lexer.comments.map { String(decoding: bytes[$0], as: UTF8.self) } == ["# rm -rf /", "# x"])
    }
}
