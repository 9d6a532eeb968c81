import Audit
import Event
import Foundation
import Testing

/// The trails that runs leave, read with the command.
@Suite("The audit command", .timeLimit(.minutes(60)))
struct AuditCommandTests {
    private func audit(_ words: [String], _ caller: Caller, _ scratch: Scratch) throws -> Command.Result {
        try Command([Shared.guardrun, "audit"] + words, as: caller, in: scratch.url).run()
    }

    @Test("a run is listed, shown and verified", arguments: Caller.possible)
    func reads(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).run(["--", "/bin/sh", "-c", "exit 3"])
        let run = try #require(seen.object?["run_id"]?.stringValue)
        let place = ["--audit", seen.audit.path]
        let list = try audit(["list"] + place, caller, scratch)
        #expect(list.status == 0)
        #expect(list.output == "\(run)  completed   0 refused  python  /bin/sh -c exit 3\n")
        for name in ["last", run, String(run.prefix(20)), String(run.suffix(8))] {
            let show = try audit(["show", name] + place, caller, scratch)
            #expect(show.status == 0, "\(show.errors)")
            let kinds = show.output.split(separator: "\n").filter { $0.contains(" ms  ") }.map {
                $0.split(separator: " ").dropFirst(2).first
            }
            #expect(
                kinds == [
                    "run_started", "scan_finished", "policy_check", "process_started", "process_exited",
                    "run_finished",
                ], "\(show.output)")
        }
        let verify = try audit(["verify"] + place, caller, scratch)
        #expect(verify.status == 0)
        #expect(
            verify.output.hasPrefix("1 trail, all sound\nthe ledger has 2 entries, 2 of them signed with "))
    }

    @Test("programs get JSON")
    func json() throws {
        let scratch = try Scratch(for: .user)
        let seen = try Guarded(.user, in: scratch).run(["--", "/bin/sh", "-c", ":"])
        let place = ["--format", "json", "--audit", seen.audit.path]
        let list = try audit(["list"] + place, .user, scratch)
        let line = try #require(JSONReader.value(list.output.utf8))
        #expect(line["run_id"] == seen.object?["run_id"])
        #expect(line["outcome"] == "completed")
        let show = try audit(["show", "last"] + place, .user, scratch)
        #expect(Array(show.output.utf8) == seen.trail)
        let verify = try audit(["verify"] + place, .user, scratch)
        let objects = verify.output.split(separator: "\n").compactMap { JSONReader.value($0.utf8) }
        #expect(objects.map { $0["sound"] } == [true, true])
        #expect(objects.first?["lines"]?.intValue == Int64(seen.events.count))
        #expect(objects.last?["entries"] == 2)
    }

    @Test("a trail that was changed is named, with the line", arguments: Caller.possible)
    func changed(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).run(["--", "/bin/sh", "-c", ":"])
        let run = try #require(seen.object?["run_id"]?.stringValue)
        let file = seen.audit.appendingPathComponent("runs/\(run).jsonl")
        let text = String(decoding: seen.trail, as: UTF8.self)
        try Data(
            text.replacingOccurrences(of: "\"outcome\":\"completed\"", with: "\"outcome\":\"refused\"").utf8
        )
        .write(to: file)
        let verify = try audit(["verify", "--audit", seen.audit.path], caller, scratch)
        #expect(verify.status == 1)
        #expect(verify.output.hasPrefix("\(run)  line \(seen.events.count): the chain breaks here"))
        let show = try audit(["show", run, "--audit", seen.audit.path], caller, scratch)
        #expect(show.status == 1)
        #expect(show.errors.contains("the chain breaks here"))
        let extremes = "{\"mono_ns\":-9223372036854775808}\n{\"mono_ns\":9223372036854775807}\n"
        try Data(extremes.utf8).write(to: file)
        #expect(try audit(["show", run, "--audit", seen.audit.path], caller, scratch).status == 1)
        try Data("not a trail\n".utf8).write(to: file)
        #expect(try audit(["verify", "--audit", seen.audit.path], caller, scratch).status == 1)
        #expect(
            try audit(["list", "--audit", seen.audit.path], caller, scratch).output.contains("unreadable"))
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        #expect(try audit(["verify", "--audit", seen.audit.path], caller, scratch).status == 1)
    }

    @Test("what cannot be meant is said in a sentence")
    func mistakes() throws {
        let scratch = try Scratch(for: .user)
        for (words, sentence) in [
            (["lst"], "did you mean 'list'?"), ([], "needs one of list, show, "),
            (["show"], "takes one run"), (["show", "nothing"], "no run is named 'nothing'"),
            (["list", "--frmat", "json"], "did you mean --format?"),
            (["list", "--format", "xml"], "'text' or 'json'"),
        ] {
            let result = try audit(words, .user, scratch)
            #expect(result.status == 125, "\(words)")
            #expect(result.errors.contains(sentence), "\(words): \(result.errors)")
        }
        // Nothing has run here yet, and that is no fault.
        #expect(try audit(["verify"], .user, scratch).output.hasPrefix("there is no trail in"))
        #expect(try audit(["list"], .user, scratch).status == 0)
        // A run that is asked for and is not there is not sound.
        #expect(try audit(["verify", "nothing"], .user, scratch).status != 0)
    }

    @Test("thirty runs at once have thirty sound trails", arguments: Caller.possible)
    func concurrent(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("secret")
        let running = try (1...30).map { number in
            try Running(
                [
                    Shared.guardrun, "-q", "-p", "python", "--audit", "audit", "--", "/bin/sh", "-c",
                    "read x < \(secret); exit \(number)",
                ], as: caller, in: scratch.url)
        }
        #expect(running.map { $0.finish().status } == Array(1...30))
        let verify = try audit(["verify", "--audit", "audit"], caller, scratch)
        #expect(
            verify.output.hasPrefix("30 trails, all sound\nthe ledger has 60 entries"), "\(verify.output)")
        let runs = scratch.url.appendingPathComponent("audit/runs")
        let names = try FileManager.default.contentsOfDirectory(atPath: runs.path)
        #expect(names.count == 30, "\(names)")
        var statuses: Set<Int64> = []
        for name in names {
            let bytes = try Data(contentsOf: runs.appendingPathComponent(name))
            let events = bytes.split(separator: 10).compactMap { JSONReader.value($0) }
            #expect(events.filter { $0["type"] == "policy_violation" }.count == 1)
            statuses.insert(events.last?["exit_status"]?.intValue ?? -1)
        }
        #expect(statuses == Set(1...30))
    }
}
