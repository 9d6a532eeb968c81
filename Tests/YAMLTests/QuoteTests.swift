import Testing
import YAML

@Suite("Writing scalars")
struct QuoteTests {
    @Test(
        "Text that could be anything else is quoted",
        arguments: [
            ("/usr/lib", "/usr/lib"), ("rm-rf", "rm-rf"), ("", "''"), ("true", "'true'"), ("NULL", "'NULL'"),
            ("12", "'12'"), ("-1", "'-1'"), (".5", "'.5'"), ("~", "'~'"), ("it's", "'it''s'"),
            ("a: b", "'a: b'"),
            ("a#b", "'a#b'"), ("*.py", "'*.py'"), ("é", "'é'"), ("a\nb", "\"a\\u000ab\""),
            ("\u{202E}", "\"\\u202e\""),
        ])
    func table(text: String, written: String) {
        #expect(quote(text) == written)
    }

    @Test("What is written is read back, byte for byte")
    func roundTrip() throws {
        var random = SystemRandomNumberGenerator()
        let scalars = Array(
            "ab/.-_ :#'\"\\,[]{}&*!|>%@`~0e\n\r\t\u{0}\u{1B}\u{85}\u{2028}\u{202E}\u{FEFF}é日👩".unicodeScalars)
        for _ in 0..<2_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                text.unicodeScalars.append(scalars.randomElement(using: &random) ?? "a")
            }
            let written = "[a, \(quote(text)), b]"
            let items = try parse(Array(written.utf8), file: "f").items
            #expect(items?.count == 3, "\(written)")
            #expect(items?[1].scalar.map { Array($0.text.utf8) } == Array(text.utf8), "\(written)")
        }
    }

    @Test("What a message shows obeys no terminal and is not long")
    func shown() {
        #expect("\u{1B}[31mred\n".shown == "\\u{1b}[31mred\\u{a}")
        #expect(String(repeating: "x", count: 100).shown == String(repeating: "x", count: 80) + "…")
    }
}
