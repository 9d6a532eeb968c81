import Audit
import Event
import Foundation
import Testing

/// Trails as they are read: lists that filter, timelines, what comes as it comes, and questions.
@Suite("Reading trails", .timeLimit(.minutes(60)))
struct AuditReadingTests {
    /// Three runs: one that was refused a file three times, one that was not, one under another policy.
    private struct Scene {
        let caller: Caller
        let scratch: Scratch
        let outside: Scratch
        let secret: String

        init(_ caller: Caller) throws {
            self.caller = caller
            scratch = try Scratch(for: caller)
            outside = try Scratch(for: caller)
            secret = try outside.file("hidden-thing")
            try run("python", "for i in 1 2 3; do read x < \(secret); done; exit 0")
            try run("python", "exit 4")
            try run("strict", "echo marzipan")
        }

        func run(_ policy: String, _ code: String) throws {
            _ = try Command(
                [Shared.guardrun, "-q", "-p", policy, "--audit", "audit", "--", "/bin/sh", "-c", code],
                as: caller, in: scratch.url
            ).run()
        }

        func audit(_ words: String...) throws -> Command.Result {
            try Command(
                [Shared.guardrun, "audit"] + words + ["--audit", "audit"], as: caller, in: scratch.url
            ).run()
        }

        func lines(_ words: String...) throws -> [String] {
            let result = try Command(
                [Shared.guardrun, "audit"] + words + ["--audit", "audit"], as: caller, in: scratch.url
            ).run()
            #expect(result.status == 0, "\(words): \(result.errors)")
            return result.output.split(separator: "\n").map(String.init)
        }

        var runs: [String] {
            get throws { try lines("list").map { String($0.prefix(31)) } }
        }
    }

    @Test("lists filter by time, outcome, threat, policy and text")
    func filters() throws {
        let scene = try Scene(.user)
        let runs = try scene.runs
        #expect(runs.count == 3)
        func listed(_ words: String...) throws -> [String] {
            let result = try Command(
                [Shared.guardrun, "audit", "list", "--audit", "audit"] + words, as: .user,
                in: scene.scratch.url
            ).run()
            #expect(result.status == 0, "\(words): \(result.errors)")
            return result.output.split(separator: "\n").map { String($0.prefix(31)) }
        }
        #expect(try listed("--since", "1h") == runs)
        #expect(try listed("--since", "2999-01-01") == [])
        #expect(try listed("--since", "2020-01-01T10:30") == runs)
        #expect(try listed("--policy", "strict") == [runs[2]])
        #expect(try listed("--text", "MARZIPAN") == [runs[2]])
        #expect(try listed("--outcome", "completed") == runs)
        #expect(try listed("--outcome", "killed") == [])
        let events = try scene.lines("show", runs[0], "--format", "json").compactMap {
            JSONReader.value($0.utf8)
        }
        let threat = try #require(events.first { $0["op"] == "open" }?["threat"]?.stringValue)
        #expect(try listed("--threat", threat) == [runs[0]])
        #expect(events.last?["threats"]?[threat] == 3)
        // A run that was cut off has no last line to tell, and is read as a whole.
        let trail = scene.scratch.path("audit/runs/\(runs[0]).jsonl")
        let whole = try #require(scene.scratch.contents("audit/runs/\(runs[0]).jsonl"))
        let cut = whole.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
        try Data(cut.utf8).write(to: URL(fileURLWithPath: trail))
        #expect(try listed("--outcome", "cut off", "--threat", threat) == [runs[0]])
        for (words, sentence) in [
            (["--since", "soon"], "takes an age"), (["--outcome", "fine"], "takes one of completed"),
            (["--threat", "rain"], "takes one of destructive_data"), (["--type", "x"], "takes no --type"),
        ] {
            let result = try Command(
                [Shared.guardrun, "audit", "list"] + words, as: .user, in: scene.scratch.url
            )
            .run()
            #expect(result.status == 125 && result.errors.contains(sentence), "\(words): \(result.errors)")
        }
    }

    @Test("a timeline counts what came again, and a path will do", arguments: Caller.possible)
    func timeline(_ caller: Caller) throws {
        let scene = try Scene(caller)
        let run = try scene.runs[0]
        for name in [run, "audit/runs/\(run).jsonl"] {
            let lines = try scene.lines("show", name)
            #expect(lines[0] == "run       \(run)")
            let denial = lines.first { $0.contains("policy_violation") } ?? ""
            #expect(
                denial.contains("reading \(scene.secret) is not granted")
                    && denial.hasSuffix("and 2 more times"))
        }
    }

    @Test("who follows sees each event of every run, once, as it is written", arguments: Caller.possible)
    func follow(_ caller: Caller) throws {
        let scene = try Scene(caller)
        let tail = try Running(
            [Shared.guardrun, "audit", "tail", "-f", "-n", "2", "--format", "json", "--audit", "audit"],
            as: caller,
            in: scene.scratch.url)
        #expect(tail.says("run_finished"))
        let before = Set(try scene.runs)
        try scene.run("python", "read x < \(scene.secret)")
        try scene.run("python", "exit 7")
        #expect(tail.says("\"exit_status\":7"))
        tail.send(SIGKILL)
        let seen = tail.finish().text.split(separator: "\n").map(String.init)
        #expect(seen.count > 2)
        var expected: [String] = []
        for run in try scene.runs where !before.contains(run) {
            expected += try scene.lines("show", run, "--format", "json")
        }
        #expect(Array(seen.dropFirst(2)) == expected)
    }

    @Test("questions are answered from an index that is made again from the trails")
    func questions() throws {
        let scene = try Scene(.user)
        let question =
            "SELECT sum(times) AS times, subject FROM events WHERE type = 'policy_violation' GROUP BY 2"
        func answer() throws -> [String] { try scene.lines("query", question) }
        let expected = ["times\tsubject", "3\t\(scene.secret)"]
        #expect(try answer() == expected)
        #expect(try scene.lines("query", "--text", "hidden thing", "--type", "policy_violation").count == 2)
        #expect(try scene.lines("query", "--text", "nowhere").count == 1)
        // Lost, damaged, of another version, or one that cannot be written.
        let index = URL(fileURLWithPath: scene.scratch.path("audit/index.sqlite"))
        try FileManager.default.removeItem(at: index)
        #expect(try answer() == expected)
        try Data("no database at all, whatever the name says".utf8).write(to: index)
        #expect(try answer() == expected)
        try scene.run("python", "read x < \(scene.secret)")
        #expect(try answer().last == "4\t\(scene.secret)")
        #expect(
            try scene.lines("query", "SELECT policy, outcome, exit_status FROM runs ORDER BY run").count == 5)
        #expect(try scene.lines("stats").contains { $0.hasSuffix("4  open  \(scene.secret)") })
        #expect(try scene.audit("prune", "--older-than", "0s").status == 0)
        #expect(try answer().count == 1)
        #expect(try scene.lines("query", "--text", "hidden").count == 1)
        for (words, sentence) in [
            ("DELETE FROM runs", "readonly"), ("SELEKT", "syntax error"),
            ("SELECT nobody FROM runs", "no such column"),
        ] {
            let result = try scene.audit("query", words)
            #expect(result.status == 125 && result.errors.contains(sentence), "\(words): \(result.errors)")
        }
    }

    @Test("an index over garbage is one without it")
    func garbage() throws {
        let scene = try Scene(.user)
        let run = try scene.runs[0]
        let file = URL(fileURLWithPath: scene.scratch.path("audit/runs/\(run).jsonl"))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5 {
            var bytes = try Data(contentsOf: file)
            for _ in 0..<20 { bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255) }
            try bytes.write(to: file)
            try? FileManager.default.removeItem(atPath: scene.scratch.path("audit/index.sqlite"))
            #expect(try scene.lines("query", "SELECT count(*) FROM events").count == 2)
            #expect(try scene.audit("show", run).status == 1)
        }
    }
}
