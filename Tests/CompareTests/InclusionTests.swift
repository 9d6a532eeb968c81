import Testing

@testable import Compare

/// Inclusion of languages, on small expressions whose answers are known.
@Suite("Whether one pattern finds what another finds")
struct InclusionTests {
    private func inclusion(_ expression: String, in others: [String]) throws -> Inclusion {
        var coverage = Coverage(try others.map { try ExpressionParser.parse($0) })
        return coverage.covers(try ExpressionParser.parse(expression))
    }

    @Test(
        "is inside",
        arguments: [
            ("rm -rf /", ["rm -rf"]), ("ab", ["a"]), ("[ab]c", ["ac", "bc"]), ("a{3}", ["aa"]),
            ("a{3,5}b", ["a+b"]),
            ("(?i)rm", ["(?i)RM"]), ("\\d{4}", ["[0-9]{2}"]), ("abc|abd", ["ab[cd]"]), ("^ab$", ["^a"]),
            ("\\bcat\\b", ["cat"]), ("x\\bfoo", ["[a-z]{4,}", "zzz"]), ("a.*b", ["(?s)a.*b"]),
            ("(?m)^a", ["a"]),
            ("^a", ["(?m)^a"]), ("a$", ["(?m)a$"]), ("(?:ab)+c", ["bc"]), ("[[:alpha:]]x", ["[a-zA-Z]x"]),
            ("\\Qa.b\\E", ["a\\.b"]), ("é", ["[à-ü]"]), ("a\\x{41}", ["aA"]), ("(?i)k", ["[kK\\x{212A}]"]),
        ])
    func inside(_ expression: String, _ others: [String]) throws {
        #expect(try inclusion(expression, in: others) == .inside)
    }

    @Test(
        "is not, and a text says so",
        arguments: [
            ("rm", ["rm -rf"], "rm"), ("a", ["aa"], "a"), ("[ab]c", ["ac"], "bc"),
            ("(?s)a.*b", ["a.*b"], "a\nb"),
            ("cat", ["\\bcat"], "acat"), ("(?i)rm", ["rm", "RM", "Rm"], "rM"), ("a+b", ["a{2}b"], "ab"),
            ("(?m)^a", ["^a"], "\na"), ("a", ["^a", "a$"], "aaa"), ("x", [], "x"),
            ("(?i)k", ["[kK]"], "\u{212A}"),
            ("a", ["\\ba\\b"], "aa"), ("[^a]", ["[^ab]"], "b"),
        ])
    func outside(_ expression: String, _ others: [String], _ text: String) throws {
        guard case .witness(let scalars) = try inclusion(expression, in: others) else {
            Issue.record("no witness")
            return
        }
        // Another text of the same length is as good.
        #expect(scalars.count == text.unicodeScalars.count, "\(scalars)")
        var all = Automaton(try ([expression] + others).map { try ExpressionParser.parse($0) })
        #expect(all.first(in: scalars) == [0])
    }

    @Test("a question that takes too much is not answered")
    func bound() throws {
        #expect(try inclusion("(a|b)*a(a|b){14}c", in: ["(a|b)*b(a|b){14}c", "a{20}"]) != .inside)
        #expect(try inclusion("a(a|b){15}", in: ["a(a|b){15}(x|y|z)?$", "b[ab]{16}"]) == .unknown)
    }

    @Test("what has no automaton is refused", arguments: ["\\pL", "(?i)é", "\\C", "(?i)[à-ü]"])
    func unsupported(_ expression: String) {
        #expect(throws: ExpressionParser.Unsupported.self) { try ExpressionParser.parse(expression) }
    }
}
