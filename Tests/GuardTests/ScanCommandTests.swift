import Foundation
import Testing

/// `guardrun scan` as its users call it.
@Suite("Looking at code without running it")
struct ScanCommandTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch(for: .user) }

    private func scan(_ words: [String], input: String? = nil) throws -> Command.Result {
        try Command([Shared.guardrun, "scan"] + words, as: .user, in: scratch.url, input: input).run()
    }

    /// The object that `--format json` prints, and the status it comes with.
    private func object(_ words: [String], input: String? = nil) throws -> (
        files: [[String: Any]], status: Int32
    ) {
        let result = try scan(["--format", "json"] + words, input: input)
        let read = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        return (try #require(read?["files"] as? [[String: Any]]), result.status)
    }

    @Test("harmless code exits with 0, hostile code with 77")
    func statuses() throws {
        try scratch.file("good.py", "print(1)\n")
        try scratch.file("bad.sh", "rm -rf /\n")
        #expect(try scan(["good.py"]).status == 0)
        #expect(try scan(["bad.sh"]).status == 77)
        #expect(try scan(["good.py", "bad.sh"]).status == 77)
        #expect(try scan(["good.py"]).output.contains("good.py: nothing found (python)"))
    }

    @Test("a finding shows its place, rule, threat, level, action, the line and carets below it")
    func text() throws {
        try scratch.file("a.py", "import shutil\nif x:\n\tshutil.rmtree('/')\n")
        let output = try scan(["a.py"]).output
        #expect(output.contains("a.py:3:2: block destructive_data: "))
        #expect(output.contains("[broad-delete, deny]"))
        #expect(output.contains("  3 |     shutil.rmtree('/')\n    |     ^^^^^^^^^^^^^^^^^^\n"))
        #expect(output.contains("`shutil.rmtree` is called with `/`."))
    }

    @Test("what the source holds is shown inert")
    func inert() throws {
        try scratch.file("a.py", "import os\nos.system('\u{1B}]0;x\u{7} \u{202E} rm -rf /')\n")
        let output = try scan(["a.py"]).output
        #expect(!output.utf8.contains(0x1B) && !output.utf8.contains(0x07) && !output.contains("\u{202E}"))
        #expect(output.contains("\\u{1b}"))
    }

    @Test("a line that is as long as the file is shown in part")
    func longLine() throws {
        try scratch.file(
            "a.py",
            String(repeating: "x = 1; ", count: 10_000) + "import os; os.system('rm -rf /')"
                + String(repeating: "; y = 2", count: 10_000))
        let lines = try scan(["a.py"]).output.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 300 })
        #expect(lines.contains { $0.contains("…") && $0.contains("os.system('rm -rf /')") })
    }

    @Test("--format json gives one object with the fields that programs may rely on")
    func json() throws {
        try scratch.file("a.py", "x = 1\nimport os; os.remove('/etc/passwd')\n")
        let (files, status) = try object(["a.py"])
        #expect(status == 77 && files.count == 1)
        #expect(files[0]["path"] as? String == "a.py")
        #expect(files[0]["language"] as? String == "python")
        #expect(files[0]["verdict"] as? String == "deny")
        let findings = try #require(files[0]["findings"] as? [[String: Any]])
        let finding = try #require(findings.first { $0["rule"] as? String == "system-file-delete" })
        #expect(finding["threat"] as? String == "destructive_data")
        #expect(finding["level"] as? String == "block")
        #expect(finding["action"] as? String == "deny")
        let confidence = try #require(finding["confidence"] as? Double)
        #expect(confidence > 0.5 && confidence <= 0.99)
        #expect(finding["line"] as? Int == 2 && finding["column"] as? Int == 12)
        #expect(finding["end_line"] as? Int == 2 && finding["end_column"] as? Int == 36)
        #expect(finding["cwe"] as? String == "CWE-73")
        #expect(finding["attack"] as? String == "T1485")
        #expect((finding["evidence"] as? [[String: Any]])?.isEmpty == false)
    }

    @Test("- is standard input, and --language says what it is")
    func standardInput() throws {
        let (files, status) = try object(
            ["--language", "python", "-"], input: "import os\nos.system('rm -rf /')")
        #expect(status == 77 && files.first?["path"] as? String == "-")
        #expect(files.first?["language"] as? String == "python")
        #expect(try object(["-"], input: "#!/bin/sh\nls\n").files.first?["language"] as? String == "shell")
    }

    @Test("a policy's patterns and actions hold; ask is a denial where nobody is there")
    func policy() throws {
        try scratch.file(
            "p.yaml",
            """
            guardrun: 1
            scan:
              patterns: [{contains: evil, id: no-evil, threat: network_access}]
              threats: {network_access: ask, destructive_data: warn}

            """)
        try scratch.file("a.py", "evil = 1\n")
        try scratch.file("b.sh", "rm -rf /\n")
        let (files, status) = try object(["-p", "p.yaml", "a.py"])
        #expect(status == 77)
        #expect(files[0]["verdict"] as? String == "deny" && files[0]["ask"] as? Bool == true)
        let findings = try #require(files[0]["findings"] as? [[String: Any]])
        #expect(findings.first?["cwe"] is NSNull)
        #expect(try object(["-p", "p.yaml", "b.sh"]).files[0]["verdict"] as? String == "warn")
        #expect(try scan(["-p", "p.yaml", "b.sh"]).status == 0)
        #expect(try scan(["--set", "scan.confidence=1", "b.sh"]).status == 0)
    }

    @Test("a policy that is wrong is 78, and nothing is scanned")
    func wrongPolicy() throws {
        try scratch.file("a.sh", "rm -rf /\n")
        try scratch.file("p.yaml", "guardrun: 1\nscan: {patterns: [{regex: '('}]}\n")
        let result = try scan(["-p", "p.yaml", "a.sh"])
        #expect(result.status == 78 && result.output.isEmpty && result.errors.contains("p.yaml:2:"))
        #expect(try scan(["-p", "nonesuch", "a.sh"]).status == 78)
    }

    @Test("what cannot be read is said and is 125; the other files are read all the same")
    func unreadable() throws {
        try scratch.file("good.py", "print(1)\n")
        try scratch.file("bad.sh", "rm -rf /\n")
        try scratch.folder("folder")
        let missing = try scan(["missing.py", "good.py"])
        #expect(missing.status == 125 && missing.errors.contains("missing.py cannot be read: No such file"))
        #expect(missing.output.contains("good.py: nothing found"))
        #expect(try scan(["folder"]).status == 0)
        #expect(try scan(["/dev/zero"]).status == 125)
        #expect(try scan(["missing.py", "bad.sh"]).status == 77)
    }

    @Test(
        "a command line that is wrong says what to write",
        arguments: [
            (["--format", "xml", "a"], "'sarif' or 'github'"), (["--language", "cobol", "a"], "'python'"),
            ([], "at least one file"), (["--formal", "json", "a"], "did you mean --format?"),
        ])
    func usage(_ words: [String], _ sentence: String) throws {
        let result = try scan(words)
        #expect(result.status == 125 && result.errors.contains(sentence), "\(result.errors)")
    }

    @Test("a thousand files in one call")
    func many() throws {
        for index in 0..<1_000 { try scratch.file("f\(index).py", "x = \(index)\n") }
        let (files, status) = try object((0..<1_000).map { "f\($0).py" })
        #expect(status == 0 && files.count == 1_000)
    }
}
