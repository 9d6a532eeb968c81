import Linux
import Policy
import Testing

@testable import Scan

@Suite("Sources: their language, their lines, texts that mean something anywhere")
struct SourceTests {
    @Test(
        "a first line, then a name, then how it looks, say what a file is written in",
        arguments: [
            ("a.py", "x", Language.python), ("a", "#!/usr/bin/env python3\nx", .python),
            ("a.py", "#!/bin/sh\nls", .shell), ("a", "#!/usr/bin/env -S node --x\n", .javascript),
            ("a.sh", "x", .shell), ("a.mjs", "x", .javascript), ("a.rb", "x", .ruby), ("a.pl", "x", .perl),
            ("-", "import os\nprint(1)\n", .python), ("-", "set -e\ncd /tmp\n", .shell),
            ("-", "const a = 1;\nlet b = 2;\n", .javascript), ("-", "lorem ipsum", .other), ("-", "", .other),
        ])
    func language(_ name: String, _ code: String, _ expected: Language) {
        #expect(Language(ofFile: Path(name), Array(code.utf8)) == expected)
    }

    @Test("lines and columns count from 1, in code points, whatever ends a line")
    func places() {
        let bytes = Array("a\r\né\u{1F600}b\rc\nd".utf8)
        let offsets = (0...bytes.count).map { $0 }
        let positions = Positions(of: offsets, in: bytes)
        let span = positions.span(3..<(bytes.count - 4))
        #expect(span.line == 2 && span.column == 1 && span.endLine == 2 && span.endColumn == 4)
        let last = positions.span((bytes.count - 1)..<bytes.count)
        #expect(last.line == 4 && last.column == 1 && last.endColumn == 2)
    }

    @Test(
        "a known text is found at the beginning, in the middle and at the end",
        arguments: [
            "AKIAIOSFODNN7EXAMPL3", "ghp_0123456789abcdefghijABCDEFGHIJ012345", "-----BEGIN PRIVATE KEY-----",
        ])
    func keys(_ key: String) {
        for code in ["# \(key)", "x = 1 # \(key)\ny = 2", "'\(key)'", "A\(key)"] {
            #expect(scan(code, .python).rules.contains("embedded-key"), "\(code)")
        }
        #expect(!scan("# \(key.prefix(12))", .python).rules.contains("embedded-key"))
    }

    @Test("words mean something only where code cannot be read")
    func words() {
        #expect(scan("rm_rf '/'", .ruby).rules.contains("known-hostile-text"))
        #expect(!scan("# rm -rf /", .python).rules.contains("known-hostile-text"))
    }

    @Test("text that turns the direction of writing around earns a review, wherever it stands")
    func hidden() {
        for scalar in ["\u{202A}", "\u{202E}", "\u{2066}", "\u{2069}"] {
            #expect(scan("x = 1  # \(scalar)", .python).rules.contains("hidden-text"))
        }
        #expect(!scan("x = 1  # \u{2030}", .python).rules.contains("hidden-text"))
    }

    @Test("the table of Python's calls is in order, for it is searched by halves")
    func table() {
        let names = PythonCalls.table.map(\.name)
        #expect(zip(names, names.dropFirst()).allSatisfy { $0 < $1 })
        for (name, _) in PythonCalls.table { #expect(PythonCalls.holds(name)) }
    }

    @Test("the same bytes give the same verdict")
    func deterministic() {
        for piece in Corpus.own {
            #expect(scan(piece.code, piece.language) == scan(piece.code, piece.language))
        }
    }
}
