import Audit
import Event
import Foundation
import Testing

/// What guardrun says about runs, policies and hosts: for people on standard error, for programs as JSON.
@Suite("What guardrun says", .timeLimit(.minutes(60)))
struct ReportTests {
    private func guardrun(_ words: [String], _ scratch: Scratch, as caller: Caller = .user) throws
        -> Command.Result
    {
        try Command(
            [Shared.guardrun] + words, as: caller, in: scratch.url,
            environment: ["GUARDRUN_AUDIT_DIR": scratch.path("trails")]
        ).run()
    }

    @Test("--json writes one object with the promised names", arguments: Caller.possible)
    func object(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).run(["--", "/bin/sh", "-c", "echo out; exit 3"])
        let object = try #require(seen.object)
        #expect(
            object.members?.map(\.name) == [
                "run_id", "outcome", "exit_code", "signal", "reason", "limit", "counts", "usage", "policy",
                "enforcement",
            ])
        #expect(
            object["counts"]?.members?.map(\.name) == [
                "violations", "tool_calls", "tool_calls_blocked", "execs",
            ])
        #expect(
            object["usage"]?.members?.map(\.name) == [
                "wall_ms", "cpu_ms", "peak_memory_bytes", "processes", "output_bytes",
            ])
        #expect(object["usage"]?["output_bytes"] == 4)
        #expect(object["policy"]?["name"] == "python")
        #expect(object["signal"] == .null)
        let states = Set(["enforced", "partial", "absent"])
        for member in object["enforcement"]?.members ?? [] {
            #expect(states.contains(member.value["state"]?.stringValue ?? ""), "\(member)")
        }
    }

    @Test("--json - writes it after what the program wrote")
    func objectOnOutput() throws {
        let scratch = try Scratch(for: .user)
        let result = try guardrun(["-q", "-p", "python", "--json", "-", "--", "/bin/echo", "out"], scratch)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first == "out")
        #expect(lines.last.flatMap { JSONReader.value($0.utf8) }?["outcome"] == "completed")
        #expect(result.errors.isEmpty)
    }

    @Test("--json that cannot be written is said, and the run's status stays")
    func unwritable() throws {
        let scratch = try Scratch(for: .user)
        let result = try guardrun(
            ["-q", "-p", "python", "--json", "/proc/nothing/x", "--", "/bin/sh", "-c", "exit 4"], scratch)
        #expect(result.status == 4)
        #expect(result.errors.contains("--json /proc/nothing/x could not be written"))
    }

    @Test("--json follows no link and waits for no pipe that the run has made", arguments: Caller.possible)
    func plantedLink(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("precious")
        var guarded = Guarded(
            caller, policy: "shell", settings: ["files.write=[./out]"], in: scratch)
        guarded.options = ["--json", "out/object.json"]
        let linked = try guarded.run(["--", "/bin/ln", "-s", "../precious", "out/object.json"])
        #expect(linked.status == 0, "\(linked.errors)")
        #expect(linked.errors.contains("which a run may have made"), "\(linked.errors)")
        #expect(scratch.contents("precious") == "secret\n")
        guarded.options = ["--json", "out/pipe.json"]
        let piped = try guarded.run(["--", "/usr/bin/mkfifo", "out/pipe.json"])
        #expect(piped.errors.contains("could not be written"), "\(piped.errors)")
        guarded.options = ["--json", "out/plain.json"]
        _ = try guarded.run(["--", "/bin/true"])
        #expect(scratch.contents("out/plain.json")?.contains("run_id") == true)
    }

    @Test("--events follows no link", arguments: Caller.possible)
    func linkedEvents(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("precious")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("events"), withDestinationPath: "precious")
        var guarded = Guarded(caller, in: scratch)
        guarded.options = ["--events", scratch.path("events")]
        let seen = try guarded.run(["--", "/bin/true"])
        #expect(seen.status == 125 && seen.errors.contains("symbolic link"), "\(seen.errors)")
        #expect(scratch.contents("precious") == "secret\n")
    }

    @Test("--events streams the lines of the trail, to a file or a descriptor", arguments: Caller.possible)
    func events(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        var guarded = Guarded(caller, in: scratch)
        guarded.options = ["--events", scratch.path("events")]
        let seen = try guarded.run(["--", "/bin/sh", "-c", "exit 3"])
        #expect(scratch.contents("events").map { Array($0.utf8) } == seen.trail)
        for event in seen.events {
            for name in ["v", "run_id", "seq", "time", "mono_ns", "type", "severity", "message", "hash"] {
                #expect(event[name] != nil, "\(name) in \(event)")
            }
        }
        let script = "exec 3>events3; \(Shared.guardrun) -q -p python --events 3 -- /bin/sh -c 'exit 3'"
        let result = try Command(
            ["/bin/sh", "-c", script], as: caller, in: scratch.url,
            environment: ["GUARDRUN_AUDIT_DIR": scratch.path("trails")]
        ).run()
        #expect(result.status == 3)
        let kinds = (scratch.contents("events3") ?? "").split(separator: "\n").compactMap {
            JSONReader.value($0.utf8)?["type"]?.stringValue
        }
        #expect(kinds == seen.events.compactMap { $0["type"]?.stringValue })
    }

    @Test("nobody who reads events holds up the run")
    func slowEvents() throws {
        let scratch = try Scratch(for: .user)
        unsafe mkfifo(scratch.path("pipe"), 0o666)
        unsafe chmod(scratch.path("pipe"), 0o666)
        // Open for reading too, so that it fills and nobody empties it.
        let script = """
            exec 3<>pipe
            \(Shared.guardrun) -q -p shell --set files.write=[] --events 3 -- \
            /bin/sh -c 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done; echo done'
            """
        let result = try Command(
            ["/bin/sh", "-c", script], as: .user, in: scratch.url,
            environment: ["GUARDRUN_AUDIT_DIR": scratch.path("trails")]
        ).run()
        #expect(result.output == "done\n", "\(result.errors)")
        #expect(result.status == 0)
    }

    @Test("--quiet leaves standard error to the program", arguments: Caller.possible)
    func quiet(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let result = try guardrun(
            ["--quiet", "-p", "python", "--", "/bin/sh", "-c", "echo x >&2; exit 3"], scratch, as: caller)
        #expect(result.status == 3)
        #expect(result.errors == "x\n")
    }

    @Test("the report has no colour where there is no terminal, and shows no escapes of the program's")
    func inert() throws {
        let scratch = try Scratch(for: .user)
        let outside = try Scratch(for: .user)
        let secret = try outside.file("secret\u{1B}[31m")
        let seen = try Guarded(.user, in: scratch).act("open-read", secret)
        #expect(seen.errors.contains("secret\\u{1b}[31m"), "\(seen.errors)")
        #expect(!seen.errors.contains("\u{1B}"))
    }

    @Test("plan shows what would be enforced and runs nothing", arguments: Caller.possible)
    func plan(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let command = ["--", "/bin/sh", "-c", "echo ran > ran"]
        let text = try guardrun(
            ["plan", "-p", "shell", "--set", "files.write=[]"] + command, scratch, as: caller)
        #expect(text.status == 0, "\(text.errors)")
        for heading in ["program", "files", "network", "system calls", "limits", "enforcement"] {
            #expect(text.output.split(separator: "\n").contains { $0 == heading }, "\(heading)")
        }
        let json = try guardrun(
            ["plan", "-p", "shell", "--set", "files.write=[]", "--json", "-"] + command, scratch, as: caller)
        let object = try #require(JSONReader.value(json.output.utf8))
        #expect(object["policy"]?["name"] == "shell")
        #expect(object["limits"]?["wall"]?.intValue == 60_000_000_000)
        #expect(object["syscalls"]?["native"]?.elements?.isEmpty == false)
        #expect(!scratch.exists("ran"))
        #expect(!scratch.exists("trails"))
    }

    @Test("doctor says what this host enforces, and leaves nothing", arguments: Caller.possible)
    func doctor(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let text = try guardrun(["doctor"], scratch, as: caller)
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.output.contains("landlock"))
        let json = try guardrun(["doctor", "--format", "json"], scratch, as: caller)
        let object = try #require(JSONReader.value(json.output.utf8))
        let expected = caller == .user && getuid() == 0 ? Caller.uid : Int(getuid())
        #expect(object["uid"]?.intValue == Int64(expected))
        for member in object["enforcement"]?.members ?? [] {
            #expect(text.output.contains(member.name), "\(member.name)")
        }
        #expect(try guardrun(["doctor", "--format", "xml"], scratch).status == 125)
    }

    @Test("policy checks, shows and lists")
    func policy() throws {
        let scratch = try Scratch(for: .user)
        try scratch.file("good.yaml", "guardrun: 1\nname: mine\nextends: [python]\n")
        try scratch.file("bad.yaml", "guardrun: 1\nname: mine\nextends: [python]\nfiles: {reed: []}\n")
        let list = try guardrun(["policy", "list"], scratch)
        let names = list.output.split(separator: "\n").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        #expect(names.contains("strict") && names.contains("python") && names.contains("observe"))
        let check = try guardrun(["policy", "check"] + names + ["good.yaml"], scratch)
        #expect(check.status == 0, "\(check.output)\(check.errors)")
        for name in names { #expect(check.output.contains("\(name): sound")) }
        #expect(check.output.contains("limits.memory is unlimited"))
        let bad = try guardrun(["policy", "check", "good.yaml", "bad.yaml"], scratch)
        #expect(bad.status == 78)
        #expect(bad.errors.contains("bad.yaml:4:9: unknown key 'reed'"), "\(bad.errors)")
        #expect(bad.output.contains("good.yaml: sound"))
        // What is shown can be read again, and comes to the same.
        let shown = try guardrun(["policy", "show", "good.yaml"], scratch)
        try scratch.file("again.yaml", shown.output)
        let (once, twice) = (
            try guardrun(["policy", "show", "good.yaml", "--format", "json"], scratch),
            try guardrun(["policy", "show", "again.yaml", "--format", "json"], scratch)
        )
        #expect(JSONReader.value(once.output.utf8) != nil)
        #expect(once.output == twice.output, "\(shown.output)\(twice.errors)")
    }

    @Test("help and version are on standard output")
    func help() throws {
        let scratch = try Scratch(for: .user)
        for words in [["--help"], ["help"], ["help", "run"], ["audit", "--help"], ["-h"]] {
            let result = try guardrun(words, scratch)
            #expect(result.status == 0)
            #expect(result.output.contains("guardrun"))
            #expect(result.errors.isEmpty)
        }
        #expect(try guardrun(["--version"], scratch).output.hasPrefix("guardrun "))
    }
}
