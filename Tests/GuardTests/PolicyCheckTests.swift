import Event
import Foundation
import Testing

/// The decision to run, or not to, is an event of every run.
@Suite("The decision before a run")
struct PolicyCheckTests {
    private func decision(_ seen: Seen) throws -> JSON {
        #expect(seen.events(.policyCheck).count == 1, "\(seen.errors)")
        return try #require(seen.events(.policyCheck).first)
    }

    @Test("harmless code is allowed", arguments: Caller.possible)
    func allowed(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).run(["--", "/usr/bin/python3", "-c", "print(1)"])
        let event = try decision(seen)
        #expect(event["decision"] == "allow")
        #expect(event["message"] == "the run is allowed: nothing was found")
        #expect(event["severity"] == "info")
        // It stands between what the scan said and the first program.
        #expect(
            seen.events.compactMap { $0["type"]?.stringValue }.prefix(4)
                == ["run_started", "scan_finished", "policy_check", "process_started"])
    }

    private static let hostile = "import shutil\nshutil.rmtree('/')\n"

    @Test("hostile code is not, and does not run", arguments: Caller.possible)
    func refused(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).run([
            "--", "/usr/bin/python3", "-c", "print('ran')\n" + Self.hostile,
        ])
        #expect(seen.status == 77)
        #expect(seen.output.isEmpty)
        let event = try decision(seen)
        #expect(event["decision"] == "deny")
        #expect(event["rule"] == "scan.threats")
        #expect(event["message"]?.stringValue?.contains("destructive_data") == true)
        #expect(seen.events(.processStarted).isEmpty)
        #expect(seen.object?["outcome"] == "refused")
        #expect(seen.events.last?["exit_status"] == 77)
    }

    @Test("what --scan warn lets run is written down as such", arguments: Caller.possible)
    func warned(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        var guarded = Guarded(caller, in: scratch)
        guarded.options = ["--scan", "warn"]
        let seen = try guarded.run([
            "--", "/usr/bin/python3", "-c",
            "print('ran')\nif False:\n    import shutil; shutil.rmtree('/')\n",
        ])
        #expect(seen.output == "ran\n", "\(seen.errors)")
        let event = try decision(seen)
        #expect(event["decision"] == "allow")
        #expect(event["message"]?.stringValue?.contains("--scan warn") == true)
    }

    @Test("where a person has to be asked and none is there, it is refused")
    func nobody() throws {
        let scratch = try Scratch(for: .user)
        let guarded = Guarded(.user, settings: ["scan.threats.destructive_data=ask"], in: scratch)
        let seen = try guarded.run(["--", "/usr/bin/python3", "-c", Self.hostile])
        #expect(seen.status == 77)
        #expect(try decision(seen)["decision"] == "deny")
    }
}
