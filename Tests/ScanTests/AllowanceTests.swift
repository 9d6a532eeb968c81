import Linux
import Policy
import Testing

@testable import Scan

/// Comments allow findings only where the policy says so, with a reason, and one rule in one line.
@Suite("Comments that allow findings")
struct AllowanceTests {
    private func verdict(
        _ code: String, _ language: Language = .python, _ comments: ScanRules.Comments = .honour
    ) throws -> Verdict {
        var rules = ScanRules()
        rules.comments = comments
        let source = Source(name: Path("step"), language: language, bytes: Array(code.utf8), place: .step)
        return try Scanner(rules: rules).scan(source)
    }

    private static let act = "import shutil\nshutil.rmtree('/')"

    @Test("a reason in the line, or in a line of its own before it, allows the rule that it names")
    func allowed() throws {
        let inLine = try verdict(Self.act + "  # guardrun: allow broad-delete a test of the bin\n")
        #expect(inLine.action == .allow)
        #expect(inLine.findings.compactMap(\.allowed) == ["a test of the bin"])
        #expect(inLine.level == .block)
        let before = "import shutil\n# guardrun: allow broad-delete why\n\n# more\nshutil.rmtree('/')\n"
        #expect(try verdict(before).action == .allow)
        #expect(try verdict("rm -rf / # guardrun: allow broad-delete why", .shell).action == .allow)
        let script = "require('fs').rmSync('/', {recursive: true}) // guardrun: allow broad-delete why"
        #expect(try verdict(script, .javascript).action == .allow)
    }

    @Test("unless the policy honours it, nothing is allowed")
    func ignored() throws {
        let code = Self.act + "  # guardrun: allow broad-delete why\n"
        #expect(try verdict(code, .python, .ignore).action == .deny)
        #expect(ScanRules().comments == .ignore)
    }

    @Test(
        "what is no comment, gives no reason, names another rule or stands elsewhere allows nothing",
        arguments: [
            "# guardrun: allow broad-delete\n", "# guardrun: allow broad-delete  \n",
            "# guardrun: allow * why\n", "# guardrun: allow secret-file-read why\n",
            "\n# guardrun: allow broad-delete why\n", "; x = '# guardrun: allow broad-delete why'\n",
            "# see guardrun: allow broad-delete why\n",
        ])
    func nothing(_ rest: String) throws {
        #expect(try verdict(Self.act + " " + rest).action == .deny)
    }

    @Test("code that could not be read cannot be allowed")
    func unread() throws {
        let code = "x = (  # guardrun: allow unreadable-code why\n"
        let findings = try verdict(code).findings.filter { $0.finding.rule == Rule.unreadable.id }
        #expect(!findings.isEmpty && findings.allSatisfy { $0.allowed == nil })
    }
}
