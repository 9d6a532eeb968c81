import Audit
import Event
import Foundation
import Testing

/// Commands that are asked before a run begins.
@Suite("Hooks", .timeLimit(.minutes(60)))
struct HookTests {
    private func run(_ hooks: [String], _ caller: Caller, _ scratch: Scratch) throws -> Seen {
        var guarded = Guarded(caller, settings: ["files.write=[\(scratch.url.path)]"], in: scratch)
        guarded.options = hooks.flatMap { ["--on", $0] }
        return try guarded.run(["--", "/bin/sh", "-c", "echo x > effect"])
    }

    @Test(
        "a run begins when all agree, and they are asked in order, with the event", arguments: Caller.possible
    )
    func agreed(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try run(
            ["policy_check=cat > asked; echo first >> order", "policy_check=echo second >> order"], caller,
            scratch)
        #expect(seen.status == 0, "\(seen.errors)")
        #expect(scratch.exists("effect"))
        #expect(scratch.contents("order") == "first\nsecond\n")
        let asked = try #require(scratch.contents("asked").flatMap { JSONReader.value($0.utf8) })
        #expect(asked["type"] == "policy_check" && asked["decision"] == "allow")
        #expect(asked["run_id"] == seen.object?["run_id"] && asked["policy"] == "python")
        #expect(asked["command"] == ["/bin/sh", "-c", "echo x > effect"])
        #expect(seen.events.filter { $0["type"] == "policy_check" }.map { $0["decision"] } == ["allow"])
    }

    @Test(
        "whatever else becomes of a hook is a denial", arguments: Caller.possible,
        [
            ("exit 3", "ended with 3"), ("kill -9 $$", "ended with 137"),
            ("no-such-command-here", "ended with 127"),
            ("exec sleep 60", "did not answer within 5 seconds"),
        ])
    func denied(_ caller: Caller, _ hook: (command: String, reason: String)) throws {
        let scratch = try Scratch(for: caller)
        let seen = try run(["policy_check=true", "policy_check=\(hook.command)"], caller, scratch)
        #expect(seen.status == 77, "\(seen.errors)")
        #expect(!scratch.exists("effect"))
        #expect(seen.object?["outcome"] == "refused")
        #expect(
            seen.object?["reason"]?.stringValue?.hasSuffix("the hook `\(hook.command)` \(hook.reason)")
                == true)
        let check = try #require(seen.events.first { $0["type"] == "policy_check" })
        #expect(check["decision"] == "deny" && check["rule"] == "--on" && check["severity"] == "high")
        #expect(!seen.events.contains { $0["type"] == "process_started" })
    }

    @Test("what cannot be forbidden is said, with what tells of it instead")
    func wrong() throws {
        let scratch = try Scratch(for: .user)
        for (hook, sentence) in [
            ("policy_chek=x", "did you mean policy_check?"), ("policy_check", "--on takes TYPE=COMMAND"),
            ("run_finished=x", "guardrun audit ship --type run_finished --sink exec:COMMAND"),
            ("tool_call_started=x", "--on takes policy_check, which can still be forbidden"),
        ] {
            let seen = try run([hook], .user, scratch)
            #expect(seen.status == 125 && seen.errors.contains(sentence), "\(seen.errors)")
        }
    }
}
