import Audit
import Event
import Foundation
import Testing

/// Where no trail can be written nothing runs, and where it cannot be written any more the run ends.
@Suite("A trail that cannot be written", .timeLimit(.minutes(60)))
struct UnwritableTrailTests {
    private func run(
        _ audit: String, _ command: [String], _ caller: Caller, _ scratch: Scratch, options: [String] = []
    ) throws -> Command.Result {
        try Command(
            [Shared.guardrun, "-p", "python", "--audit", audit] + options + ["--"] + command, as: caller,
            in: scratch.url
        ).run()
    }

    private func expectNothingRan(_ result: Command.Result) {
        #expect(result.status == 125, "\(result.errors)")
        #expect(result.errors.contains("nothing was run"), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test("a directory that is not one", arguments: Caller.possible)
    func file(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("audit")
        expectNothingRan(try run(scratch.path("audit"), ["/bin/echo", "ran"], caller, scratch))
        expectNothingRan(try run(scratch.path("audit/below"), ["/bin/echo", "ran"], caller, scratch))
        expectNothingRan(try run("/proc/nothing", ["/bin/echo", "ran"], caller, scratch))
    }

    @Test("a directory of somebody else's")
    func foreign() throws {
        let scratch = try Scratch(for: .user)
        expectNothingRan(try run("/etc/guardrun-audit", ["/bin/echo", "ran"], .user, scratch))
        let audit = try scratch.folder("audit/runs")
        unsafe chmod(audit, 0o500)
        expectNothingRan(try run(scratch.path("audit"), ["/bin/echo", "ran"], .user, scratch))
    }

    @Test("a home that cannot be written")
    func home() throws {
        let scratch = try Scratch(for: .user)
        let home = try scratch.folder("home")
        unsafe chmod(home, 0o500)
        let result = try Command(
            [Shared.guardrun, "-p", "python", "--", "/bin/echo", "ran"], as: .user, in: scratch.url,
            environment: ["HOME": home]
        ).run()
        expectNothingRan(result)
        // A directory that can be written is all it takes.
        let named = try Command(
            [Shared.guardrun, "-p", "python", "--", "/bin/echo", "ran"], as: .user, in: scratch.url,
            environment: ["HOME": home, "GUARDRUN_AUDIT_DIR": scratch.path("elsewhere")]
        ).run()
        #expect(named.status == 0, "\(named.errors)")
        #expect(named.output == "ran\n")
    }

    /// A shell in a mount namespace of its own, with a small file system at `disk`.
    private func withDisk(_ kibibytes: Int, _ script: String, _ scratch: Scratch) throws -> Command.Result {
        try scratch.folder("disk")
        return try Command(
            [
                "/usr/bin/unshare", "-m", "/bin/sh", "-c",
                "mount -t tmpfs -o size=\(kibibytes)k tmpfs disk && \(script)",
            ], as: .root, in: scratch.url
        ).run()
    }

    @Test("a full disk, before the run", .enabled(if: getuid() == 0, "mounting needs root"))
    func fullBefore() throws {
        let scratch = try Scratch(for: .root)
        let result = try withDisk(
            64,
            "mkdir -p disk/audit/runs && dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null; "
                + "\(Shared.guardrun) -p python --audit disk/audit -- /bin/echo ran", scratch)
        expectNothingRan(result)
    }

    @Test("a disk that fills up during the run", .enabled(if: getuid() == 0, "mounting needs root"))
    func fullDuring() throws {
        let scratch = try Scratch(for: .root)
        let outside = try Scratch(for: .root)
        for number in 0..<400 { try outside.file("secret-\(number)") }
        let code = """
            import os, time
            for number in range(400):
                try: open("\(outside.url.path)/secret-%d" % number)
                except OSError: pass
            print("to the end", flush=True)
            """
        try scratch.file("step.py", code)
        let result = try withDisk(
            128,
            "\(Shared.guardrun) -p python --audit disk/audit -- /usr/bin/python3 step.py; echo status $?; "
                + "\(Shared.guardrun) audit verify --audit disk/audit; tail -n 1 disk/audit/runs/*.jsonl",
            scratch)
        #expect(!result.output.contains("to the end"), "\(result.output)")
        #expect(result.output.contains("status 125\n"), "\(result.output)\(result.errors)")
        #expect(result.errors.contains("could not be recorded"), "\(result.errors)")
        // The room for the seal was kept from the start.
        #expect(result.output.contains("1 trail, all sound"), "\(result.output)\(result.errors)")
        #expect(result.output.contains("\"outcome\":\"failed\""))
    }

    @Test("a trail that may not grow any more ends the run", arguments: Caller.possible)
    func tooLarge(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        for number in 0..<100 { try outside.file("secret-\(number)") }
        let code = """
            for number in range(100):
                try: open("\(outside.url.path)/secret-%d" % number)
                except OSError: pass
            print("to the end", flush=True)
            """
        let guarded = Guarded(caller, settings: ["audit.max_bytes=20KiB"], in: scratch)
        let seen = try guarded.run(["--", "/usr/bin/python3", "-c", code])
        #expect(seen.status == 125, "\(seen.errors)")
        #expect(seen.output.isEmpty)
        #expect(seen.errors.contains("audit.max_bytes"))
        #expect(seen.object?["outcome"]?.stringValue == "failed")
        let verify = try Command(
            [Shared.guardrun, "audit", "verify", "--audit", seen.audit.path], as: caller, in: scratch.url
        ).run()
        #expect(verify.status == 0, "\(verify.output)")
    }

    @Test("a run whose only trail would not fit is not begun")
    func tooSmall() throws {
        let scratch = try Scratch(for: .user)
        let result = try run(
            "audit", ["/bin/echo", "ran"], .user, scratch, options: ["--set", "audit.max_bytes=1KiB"])
        expectNothingRan(result)
    }
}
