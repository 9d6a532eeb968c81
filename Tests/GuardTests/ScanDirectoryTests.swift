import Foundation
import Testing

/// `guardrun scan DIRECTORY` and the forms it writes, as users call it.
@Suite("Looking at directories without running anything")
struct ScanDirectoryTests {
    private let scratch: Scratch
    private static let hostile = "import os\nos.system('rm -rf /')\n"

    init() throws { scratch = try Scratch(for: .user) }

    private func scan(_ words: [String]) throws -> Command.Result {
        try Command([Shared.guardrun, "scan"] + words, as: .user, in: scratch.url).run()
    }

    private func object(_ words: [String]) throws -> [String: Any] {
        let data = Data(try scan(words).output.utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private func paths(_ words: [String]) throws -> [String] {
        let files = try #require(try object(["--format", "json"] + words)["files"] as? [[String: Any]])
        return files.compactMap { $0["path"] as? String }
    }

    @Test("code is looked at, what is ignored, binary, linked or git's own is not")
    func walk() throws {
        try scratch.folder(".git")
        try scratch.file(".git/hooks/post-commit", "#!/bin/sh\nrm -rf /\n")
        try scratch.file(".gitignore", "build/\n")
        for name in ["a.py", "build/x.py", "sub/b.py"] { try scratch.file(name, Self.hostile) }
        try scratch.file("tool", "#!/usr/bin/env python3\nprint(1)\n")
        try scratch.file("notes.txt", "rm -rf /\n")
        try scratch.file("data", "\u{0}\u{1}rm -rf /")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("link.py"), withDestinationPath: "sub/b.py")
        try FileManager.default.createSymbolicLink(atPath: scratch.path("loop"), withDestinationPath: ".")
        #expect(try paths(["."]) == ["a.py", "tool", "sub/b.py"])
        #expect(try paths(["--no-ignore", "."]) == ["a.py", "tool", "build/x.py", "sub/b.py"])
        #expect(try paths([scratch.path("sub")]) == [scratch.path("sub/b.py")])
        #expect(try paths(["build/x.py", "link.py"]) == ["build/x.py", "link.py"])
        let result = try scan(["."])
        #expect(result.status == 77 && !result.output.contains("nothing found"))
        #expect(
            result.output.hasSuffix(
                "3 files scanned, 2 denied; 3 hold no code; 1 ignored; 2 links not followed\n"))
        // No terminal, no progress.
        #expect(result.errors.isEmpty)
    }

    @Test("what could not be read is said, and is not success")
    func unread() throws {
        try scratch.file("a.py", "print(1)\n")
        #expect(try scan(["."]).status == 0)
        try scratch.file("locked.py", "print(1)\n", mode: 0o000)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o000], ofItemAtPath: try scratch.folder("shut"))
        defer { unsafe _ = chmod(scratch.path("shut"), 0o755) }
        let result = try scan(["."])
        #expect(result.status == 125 && result.output.contains("2 not read"))
        #expect(result.errors.contains("guardrun: locked.py cannot be read: Permission denied"))
        #expect(result.errors.contains("guardrun: shut cannot be read: Permission denied"))
        try scratch.file("bad.py", Self.hostile)
        #expect(try scan(["."]).status == 77)
    }

    @Test(
        "every form is the same bytes with every number of processes",
        arguments: ["text", "json", "sarif", "github"])
    func processes(_ format: String) throws {
        for number in 0..<70 {
            try scratch.file("\(number % 7)/\(number).py", number % 3 == 0 ? Self.hostile : "x = \(number)\n")
        }
        let one = try scan(["-j", "1", "--format", format, "."])
        #expect(one.status == 77 && !one.output.isEmpty)
        for count in ["2", "3", "8"] {
            let several = try scan(["-j", count, "--format", format, "."])
            #expect(several.output == one.output && several.status == one.status)
        }
    }

    @Test("SARIF names rules, levels and UTF-16 columns")
    func sarif() throws {
        try scratch.file("x y.py", "import os\nx = '😀é'; os.system('rm -rf /')\n")
        let log = try object(["--format", "sarif", "."])
        #expect(
            log["version"] as? String == "2.1.0"
                && (log["$schema"] as? String)?.hasSuffix("2.1.0.json") == true)
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        #expect(run["columnKind"] as? String == "utf16CodeUnits")
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        let rules = try #require(driver["rules"] as? [[String: Any]])
        let results = try #require(run["results"] as? [[String: Any]])
        let result = try #require(results.first { $0["ruleId"] as? String == "broad-delete" })
        #expect(result["level"] as? String == "error")
        #expect(rules[try #require(result["ruleIndex"] as? Int)]["id"] as? String == "broad-delete")
        let place = try #require(
            ((result["locations"] as? [[String: Any]])?.first)?["physicalLocation"] as? [String: Any])
        #expect((place["artifactLocation"] as? [String: Any])?["uri"] as? String == "x%20y.py")
        let region = try #require(place["region"] as? [String: Int])
        // Four columns in code points, five in UTF-16, between `'` and `'`: the emoji is two.
        #expect(region == ["startLine": 2, "startColumn": 12, "endLine": 2, "endColumn": 33])
        for rule in rules {
            let text = (rule["fullDescription"] as? [String: String])?["text"] ?? ""
            #expect(!text.isEmpty && text.count <= 1_024)
        }
    }

    @Test("annotations of GitHub hold one command a finding, whatever is in names and code")
    func github() throws {
        try scratch.file("a,b:c%.py", "import os\nos.system('rm -rf / # ::error::x\\n%0A')\n")
        let lines = try scan(["--format", "github", "--level", "block", "."]).output.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines[0].hasPrefix("::error file=a%2Cb%3Ac%25.py,line=2,endLine=2,col=1,endColumn="))
        #expect(lines[0].contains("title=destructive_data%3A broad-delete::Deletes the root"))
        #expect(lines[0].contains("%2525") || !lines[0].contains("%0A%0A"))
    }

    @Test("--level leaves out what is less grave and changes no status")
    func levels() throws {
        try scratch.file("a.py", Self.hostile)
        #expect(try scan(["a.py"]).output.contains("capability"))
        let result = try scan(["--level", "block", "a.py"])
        #expect(!result.output.contains("capability") && result.output.contains("broad-delete"))
        #expect(result.status == 77)
        try scratch.file("b.py", "import subprocess\nsubprocess.run(['ls'])\n")
        #expect(try scan(["--level", "review", "b.py"]).output == "b.py: nothing found (python)\n")
        #expect(try scan(["--level", "grave", "b.py"]).errors.contains("'capability', 'review' or 'block'"))
    }

    @Test("notebooks and Markdown are looked at as what they are")
    func documents() throws {
        try scratch.file("a.ipynb", #"{"cells": [{"cell_type": "code", "source": "!rm -rf /"}]}"#)
        try scratch.file("README.md", "```sh\nrm -rf /\n```\n")
        let files = try #require(try object(["--format", "json", "."])["files"] as? [[String: Any]])
        #expect(files.map { $0["language"] as? String } == ["markdown", "notebook"])
        #expect(files.allSatisfy { $0["verdict"] as? String == "deny" })
    }

    @Test("the hook that is shipped for pre-commit is a command that works")
    func hook() throws {
        let file = Shared.project.appendingPathComponent(".pre-commit-hooks.yaml")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let entry = try #require(
            text.split(separator: "\n").first { $0.hasPrefix("  entry: guardrun scan ") })
        try scratch.file("a.py", "print(1)\n")
        let words = entry.dropFirst("  entry: guardrun scan ".count).split(separator: " ").map(String.init)
        #expect(try scan(words + ["a.py"]).status == 0)
    }
}
