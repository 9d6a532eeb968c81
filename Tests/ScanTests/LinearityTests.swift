import Linux
import Policy
import Testing

@testable import Scan

/// Four times the source must not take much more than four times the work. Steps are counted, not seconds.
@Suite("Work grows with the source and no faster")
struct LinearityTests {
    static let shapes: [(language: Language, head: String, unit: String, tail: String)] = [
        (.python, "x = ", "1 + ", "1"), (.python, "x = ", "(", "1"), (.python, "", "x = y + 'a'\n", ""),
        (.python, "f(", "a, ", ")"),
        (.python, "", "def f(a): return a\n", ""),
        (.python, "def f(): pass\n", "f(f(f()))\n", ""), (.python, "x = ", "[y for y in ", "z"),
        (.python, "", "exec('exec(\"1\")')\n", ""), (.python, "x = '", "\\x41", "'"),
        (.python, "f'", "{x}", "'"),
        (.python, "x = [", "'abc', ", "]\n''.join(x)"), (.python, "", "while True:\n x = 1\n", ""),
        (.python, "", "import os as a, os as b\n", ""),
        (.python, "", "class A:\n def f(self): self.g()\n", ""),
        (.python, "a", ".b", ""), (.python, "a", "()", ""), (.python, "", "@f\ndef g(): pass\n", ""),
        (.python, "try:\n f()\n", "except A as e: pass\n", ""), (.python, "x = {", "1: 2, ", "}"),
        (.python, "if a:\n", "  if b: c\n", ""), (.python, "x = \"\"\"", "a\n", "\"\"\""),
        (.python, "", "#\n", ""),
        (.shell, "", "a|", ""), (.shell, "", "a;", ""), (.shell, "", "$(", ""),
        (.shell, "echo ", "\"$x\" ", ""),
        (.shell, "", "cat <<E\n$x\nE\n", ""),
        (.shell, "echo ", "{a,b}", ""),
        (.shell, "", "f() { f; }\n", "f"), (.shell, "", "`", ""), (.shell, "", "if a; then b; fi\n", ""),
        (.shell, "", "((", ""), (.shell, "case x in ", "a) b;; ", "esac"), (.shell, "", "sudo ", "ls"),
        (.shell, "echo '", "a", "'"), (.shell, "", "x=1 ", "ls"), (.shell, "", "a && ", "b"),
        (.shell, "", "${x:-", ""),
        (.javascript, "x = ", "a + ", "1"), (.javascript, "", "f(", ""), (.javascript, "", "`${", ""),
        (.javascript, "x = ", "{a: ", "1"), (.javascript, "", "function f() { g() }\n", ""),
        (.javascript, "", "var a = b;\n", ""), (.javascript, "a", ".b()", ""),
        (.javascript, "", "/a/;\n", ""),
        (.javascript, "x = [", "1, ", "]"), (.javascript, "", "while (true) { a() }\n", ""),
        (.javascript, "", "/* a */", ""), (.javascript, "x = ", "y ? z : ", "1"),
    ]

    private func steps(_ code: String, _ language: Language) -> Int {
        let analysis = Analysis()
        language.analyzer?(Array(code.utf8), analysis)
        return analysis.stepsSpent
    }

    @Test("for each way of making a source longer", arguments: shapes.indices)
    func steps(_ index: Int) {
        let shape = Self.shapes[index]
        func code(_ count: Int) -> String {
            shape.head + String(repeating: shape.unit, count: count) + shape.tail
        }
        let (small, large) = (steps(code(500), shape.language), steps(code(2_000), shape.language))
        #expect(large <= 5 * small + 20_000, "\(shape): \(small) steps for 500, \(large) for 2000")
    }

    @Test("eight thousand bytes of anything are read at once", arguments: shapes.indices)
    func time(_ index: Int) {
        let shape = Self.shapes[index]
        let code =
            shape.head + String(repeating: shape.unit, count: 8_000 / shape.unit.utf8.count) + shape.tail
        let took = ContinuousClock().measure { _ = scan(code, shape.language) }
        // A debug build on a busy machine needs some tenths of a second; a step that is quadratic needs far more.
        #expect(took < .seconds(10), "\(shape) took \(took)")
    }

    @Test("values that describe more than anybody can hold stay small")
    func values() {
        let doubling = "x = ['a']\n" + String(repeating: "x = [x, x]\n", count: 100) + "exec(str(x))"
        _ = scan(doubling, .python)
        _ = scan("x = 'a'\n" + String(repeating: "x = x + 'a'\n", count: 2_000), .python)
        _ = scan("x = 'a'\n" + String(repeating: "x = x + x\n", count: 100) + "exec(x)", .python)
        _ = scan("x=a\n" + String(repeating: "x=\"$x$x\"\n", count: 100) + "eval $x", .shell)
        _ = scan("exec('" + String(repeating: "exec(", count: 2_000) + "')", .python)
        let recursion = "def f(n):\n" + String(repeating: "    f(n - 1)\n", count: 200) + "f(100)"
        #expect(steps(recursion, .python) <= Analysis.maximumSteps + 1_000)
    }

    @Test("code in code is looked at to a depth, and a deeper one is said")
    func nesting() {
        var code = "import os; os.system('rm -rf /')"
        for _ in 0..<3 { code = "exec(\(quoted(code)))" }
        #expect(scan(code, .python).level == .block)
        for _ in 0..<4 { code = "exec(\(quoted(code)))" }
        let verdict = scan(code, .python)
        #expect(verdict.limits.contains(.depth) && (verdict.level ?? .capability) >= .review)
    }

    private func quoted(_ code: String) -> String {
        var out = "'"
        for character in code {
            if character == "'" || character == "\\" { out += "\\" }
            out.append(character)
        }
        return out + "'"
    }
}
