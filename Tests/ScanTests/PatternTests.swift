import Event
import Linux
import Policy
import Testing

@testable import Scan

@Suite("Patterns of a policy")
struct PatternTests {
    private func found(
        _ form: Pattern.Form, in place: Pattern.Place = .any, _ code: String, _ language: Language = .python
    ) throws -> [Span] {
        var pattern = Pattern(form: form, id: "p")
        pattern.place = place
        var rules = ScanRules()
        rules.patterns = [Located(pattern, at: Origin(file: "test", line: 1, column: 1))]
        let scanner = try Scanner(rules: rules)
        let source = Source(name: Path("x"), language: language, bytes: Array(code.utf8), place: .step)
        return scanner.scan(source).findings.map(\.finding).filter { $0.rule == "p" }.map(\.span)
    }

    private func places(_ spans: [Span]) -> [String] {
        spans.map { "\($0.line):\($0.column)-\($0.endColumn)" }
    }

    @Test("contains finds each occurrence, with its place in characters")
    func contains() throws {
        #expect(try places(found(.contains("rm -rf"), "é = 'rm -rf'\n# rm -rf")) == ["1:6-12", "2:3-9"])
        #expect(try places(found(.contains("aa"), "aaaa")) == ["1:1-3", "1:3-5"])
        #expect(try found(.contains("x"), "y").isEmpty)
    }

    @Test("the place keeps a pattern to code, strings or comments")
    func place() throws {
        let code = "evil = 'evil'  # evil"
        #expect(try places(found(.contains("evil"), in: .code, code)) == ["1:1-5"])
        #expect(try places(found(.contains("evil"), in: .strings, code)) == ["1:9-13"])
        #expect(try places(found(.contains("evil"), in: .comments, code)) == ["1:18-22"])
        #expect(try found(.contains("evil"), in: .any, code).count == 3)
        let shell = "evil \"evil $evil\" # evil"
        #expect(try found(.contains("evil"), in: .comments, shell, .shell).count == 1)
        #expect(try found(.contains("evil"), in: .strings, shell, .shell).count >= 1)
        let script = "evil(`evil`) // evil"
        #expect(try places(found(.contains("evil"), in: .strings, script, .javascript)) == ["1:7-11"])
    }

    @Test("a language without a lexer has no parts, so that no pattern misses anything")
    func unknownLanguage() throws {
        for place in [Pattern.Place.any, .code, .strings, .comments] {
            #expect(try found(.contains("evil"), in: place, "evil", .ruby).count == 1)
        }
    }

    @Test(
        "globs: * is any text, ? one character, classes, escapes",
        arguments: [
            ("*/.ssh/*", "cat ~/.ssh/id", true), ("a?c", "abc", true), ("a?c", "ac", false),
            ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("\\*", "a*b", true), ("\\*", "ab", false),
            ("a*b", "a\nb", true), ("a.c", "abc", false), ("é?", "éa", true), ("[x", "[x", true),
        ])
    func globs(_ glob: String, _ code: String, _ expected: Bool) throws {
        #expect(try !found(.glob(glob), code, .other).isEmpty == expected)
    }

    @Test("regular expressions have RE2's syntax, and one that is wrong says why")
    func regexes() throws {
        #expect(try places(found(.regex("AKIA[0-9A-Z]{4}"), "k = 'AKIA1234'")) == ["1:6-14"])
        #expect(Scanner.problem(with: Pattern(form: .regex("(a"), id: "p"))?.isEmpty == false)
        #expect(Scanner.problem(with: Pattern(form: .regex("(?=a)"), id: "p")) != nil)
        #expect(Scanner.problem(with: Pattern(form: .regex("(a+)+$"), id: "p")) == nil)
        #expect(Scanner.problem(with: Pattern(form: .glob("***"), id: "p")) != nil)
        #expect(Scanner.problem(with: Pattern(form: .regex("a{1000}{1000}"), id: "p")) != nil)
    }

    @Test("a pattern that backtracking would choke on takes no time")
    func hostilePattern() throws {
        let code = String(repeating: "a", count: 200_000) + "b"
        #expect(try found(.regex("(a+)+c"), code, .other).isEmpty)
        #expect(try found(.glob("*a*a*a*a*a*c"), code, .other).isEmpty)
        #expect(try found(.contains(String(repeating: "a", count: 1_000) + "c"), code, .other).isEmpty)
    }

    @Test("bytes that are no text are searched too")
    func bytes() throws {
        var rules = ScanRules()
        rules.patterns = [
            Located(Pattern(form: .regex("evil[0-9]"), id: "p"), at: Origin(file: "t", line: 1, column: 1))
        ]
        let bytes = [0xFF, 0xC0] + Array("evil7".utf8) + [0xE2]
        let verdict = try Scanner(rules: rules)
            .scan(Source(name: Path("x"), language: .python, bytes: bytes, place: .step))
        #expect(verdict.rules.contains("p"))
    }

    @Test("more matches than anybody reads are counted as more")
    func many() throws {
        let spans = try found(.contains("x"), String(repeating: "x ", count: 1_000), .other)
        #expect(spans.count == 100)
    }

    @Test("a pattern's threat, level and the policy's answer to them decide")
    func actions() throws {
        var pattern = Pattern(form: .contains("evil"), id: "p")
        pattern.threat = .credentialAccess
        pattern.level = .review
        var rules = ScanRules()
        rules.patterns = [Located(pattern, at: Origin(file: "t", line: 1, column: 1))]
        rules.threats = [
            ThreatActions(
                threat: .credentialAccess,
                actions: LevelActions(capability: .allow, review: .ask, block: .deny))
        ]
        let source = Source(name: Path("x"), language: .python, bytes: Array("evil".utf8), place: .step)
        #expect(try Scanner(rules: rules).scan(source).action == .ask)
        rules.threats = []
        #expect(try Scanner(rules: rules).scan(source).action == .warn)
    }

    @Test("findings below the confidence that a policy asks for are listed and not acted on")
    func confidence() throws {
        var rules = ScanRules()
        rules.confidence = 1
        let source = Source(
            name: Path("x"), language: .shell, bytes: Array("rm -rf /".utf8), place: .step)
        let verdict = try Scanner(rules: rules).scan(source)
        #expect(verdict.action == .allow && verdict.rules.contains("broad-delete"))
    }
}
