import Audit
import Event
import Foundation
import Testing

/// Every limit reached for real: the run is ended or refused, and the trail names the limit and what was measured.
@Suite("Limits", .timeLimit(.minutes(60)))
struct LimitTests {
    @Test("named memory is given back where nobody has to count it", arguments: Caller.possible)
    func namedMemory(_ caller: Caller) throws {
        let code = "import os\nfor number in range(600): os.close(os.memfd_create('piece'))\nprint('made')"
        var guarded = Guarded(caller, settings: ["limits.memory=unlimited"], in: try Scratch(for: caller))
        guarded.options = ["--scan", "warn"]
        let seen = try guarded.run(["--", "/usr/bin/python3", "-c", code])
        #expect(seen.output == "made\n", "\(seen.errors)")
    }

    /// A limit, and an act of the victim that reaches it.
    struct Reached: Sendable, CustomTestStringConvertible {
        let limit: String
        let value: String
        let act: [String]
        var others: [String] = []
        /// guardrun's exit status; nil when the act is refused and the program goes on.
        let status: Int32?

        var testDescription: String { "\(limit)=\(value) \(act.joined(separator: " "))" }
        var settings: [String] { ["limits.\(limit)=\(value)"] + others }
    }

    static let ending: [Reached] = [
        Reached(limit: "wall", value: "300ms", act: ["sleep", "1000"], status: 124),
        Reached(limit: "cpu", value: "300ms", act: ["spin"], status: 123),
        Reached(limit: "memory", value: "64MiB", act: ["memory"], status: 123),
        Reached(limit: "output", value: "10KiB", act: ["flood"], status: 123),
        Reached(limit: "disk", value: "4MiB", act: ["fill-many", "/tmp"], status: 123),
        Reached(limit: "disk", value: "4MiB", act: ["fill-many", "/dev/shm"], status: 123),
        Reached(
            limit: "disk", value: "4MiB", act: ["fill-many", "out"], others: ["files.write=[./out]"],
            status: 123),
        // Under other names than they were written by.
        Reached(
            limit: "disk", value: "4MiB", act: ["fill-and-hide", "out", "rename"],
            others: ["files.write=[./out]"],
            status: 123),
        Reached(
            limit: "disk", value: "4MiB", act: ["fill-and-hide", "out", "link"],
            others: ["files.write=[./out]"],
            status: 123),
        // Memory in several processes, and memory in none.
        Reached(limit: "memory", value: "64MiB", act: ["memory-many", "4", "30"], status: 123),
        Reached(limit: "memory", value: "64MiB", act: ["memory-by-name"], status: 123),
        Reached(limit: "memory", value: "64MiB", act: ["memory-shared"], status: 123),
        Reached(limit: "memory", value: "64MiB", act: ["memory-tables"], status: 123),
        // The kernel's own count for each process would not see this for much longer.
        Reached(limit: "cpu", value: "600ms", act: ["spin-many", "4"], status: 123),
    ]

    @Test("a limit that ends a run", arguments: Caller.possible, ending)
    func ends(_ caller: Caller, _ reached: Reached) throws {
        let scratch = try Scratch(for: caller)
        try scratch.folder("out")
        let seen = try Guarded(caller, settings: reached.settings, in: scratch).run(
            ["--", Shared.victim] + reached.act)
        #expect(seen.status == reached.status, "\(seen.errors)")
        #expect(seen.object?["outcome"]?.stringValue == "limit")
        #expect(seen.object?["limit"]?.stringValue == reached.limit)
        try expectEvent(seen, reached.limit)
        let last = seen.events.last
        #expect(last?["type"]?.stringValue == "run_finished")
        #expect(last?["limit"]?.stringValue == reached.limit)
        #expect(last?["exit_status"]?.intValue == reached.status.map { Int64($0) })
    }

    @Test("what is granted below /tmp is the host's and counts", arguments: Caller.possible)
    func belowTemporary(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller, in: FileManager.default.temporaryDirectory)
        try scratch.folder("out")
        let seen = try Guarded(caller, settings: ["limits.disk=4MiB", "files.write=[./out]"], in: scratch)
            .run(["--", Shared.victim, "fill-many", "out"])
        #expect(seen.status == 123 && seen.object?["limit"]?.stringValue == "disk", "\(seen.errors)")
    }

    @Test("too few descriptors are refused, and few are enough", arguments: Caller.possible)
    func fewDescriptors(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let refused = try Guarded(caller, settings: ["limits.open_files=19"], in: scratch).run([
            "--", "/bin/true",
        ])
        #expect(refused.status == 78 && refused.errors.contains("write 20 or more"), "\(refused.errors)")
        let seen = try Guarded(caller, settings: ["limits.open_files=20"], in: scratch).run([
            "--", "/bin/echo", "few",
        ])
        #expect(seen.output == "few\n", "\(seen.errors)")
    }

    static let refusing: [Reached] = [
        Reached(limit: "processes", value: "10", act: ["fork-until", "50"], status: nil),
        Reached(limit: "processes", value: "10", act: ["threads-until", "50"], status: nil),
        Reached(limit: "open_files", value: "20", act: ["descriptors"], status: nil),
        Reached(limit: "file_size", value: "1MiB", act: ["fill", "/tmp/full"], status: nil),
        Reached(
            limit: "file_size", value: "1MiB", act: ["fill", "out/full"], others: ["files.write=[./out]"],
            status: nil),
    ]

    @Test("a limit that refuses", arguments: Caller.possible, refusing)
    func refuses(_ caller: Caller, _ reached: Reached) throws {
        let scratch = try Scratch(for: caller)
        try scratch.folder("out")
        let seen = try Guarded(caller, settings: reached.settings, in: scratch).run(
            ["--", Shared.victim] + reached.act)
        #expect(seen.object?["outcome"]?.stringValue == "completed", "\(seen.errors)")
        try expectEvent(seen, reached.limit)
        switch reached.limit {
        case "processes":
            // The main process is one of the ten.
            #expect(seen.output.hasSuffix("ok 9\n"), "\(seen.output)")
        case "open_files":
            let made = seen.output.split(separator: " ").last.flatMap {
                Int($0.trimmingCharacters(in: .newlines))
            }
            #expect((made ?? 99) <= 17, "\(seen.output)")
        default: #expect(seen.output == "EFBIG\n")
        }
    }

    private func expectEvent(_ seen: Seen, _ limit: String) throws {
        let events = seen.events(.limitExceeded).filter { $0["limit"]?.stringValue == limit }
        #expect(events.count == 1, "\(seen.events(.limitExceeded))")
        let event = try #require(events.first)
        #expect(event["rule"]?.stringValue == "limits.\(limit)")
        #expect(event["threat"]?.stringValue == "resource_exhaustion")
        #expect(event["measured"]?.stringValue?.isEmpty == false)
        #expect(event["allowed"]?.stringValue?.isEmpty == false)
    }

    @Test("a fork bomb stays small and ends with the run", arguments: Caller.possible)
    func bomb(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(
            caller, settings: ["limits.processes=16", "limits.wall=500ms"], in: scratch
        ).act("forks")
        #expect(seen.status == 124 || seen.object?["limit"]?.stringValue == "cpu", "\(seen.errors)")
        try expectEvent(seen, "processes")
        #expect((seen.object?["usage"]?["processes"]?.intValue ?? 99) <= 16)
    }

    @Test("one program too many ends the run", arguments: Caller.possible)
    func execs(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(
            caller, policy: "shell", settings: ["limits.execs=3", "files.write=[]"], in: scratch
        ).run([
            "--", "/bin/bash", "-c", "for i in 1 2 3 4 5 6; do /usr/bin/env true; done; echo survived",
        ])
        #expect(seen.status == 123, "\(seen.errors)")
        #expect(!seen.output.contains("survived"))
        try expectEvent(seen, "execs")
        #expect(seen.events(.processStarted).count == 3)
    }

    @Test("who ignores the polite signal is killed after the grace", arguments: Caller.possible)
    func stubborn(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let guarded = Guarded(caller, settings: ["limits.wall=200ms"], in: scratch)
        let seen = try guarded.act("stubborn")
        #expect(seen.status == 124)
        // 200 ms and one second of grace; how much longer depends on the machine.
        #expect((seen.object?["usage"]?["wall_ms"]?.intValue ?? 0) >= 1_200)
    }

    @Test("who heeds it may finish what it does", arguments: Caller.possible)
    func polite(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let guarded = Guarded(
            caller, policy: "shell", settings: ["limits.wall=300ms", "files.write=[]"], in: scratch)
        let seen = try guarded.run([
            "--", "/bin/bash", "-c", "trap 'echo tidied; exit 0' TERM; while :; do /usr/bin/sleep 0.05; done",
        ])
        #expect(seen.status == 124, "\(seen.errors)")
        #expect(seen.output.contains("tidied"))
        #expect(seen.object?["outcome"]?.stringValue == "limit")
    }

    @Test("output is cut with a mark", arguments: Caller.possible)
    func cut(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, settings: ["limits.output=10KiB"], in: scratch).act("flood")
        let mark = "\n[guardrun: the output limit is reached; the rest is cut]\n"
        #expect(seen.output.hasSuffix(mark))
        #expect(seen.output.utf8.count == 10_240 + mark.utf8.count)
    }

    @Test(
        "a limit that needs a session is refused", arguments: ["tool_calls=3", "tokens=10", "cost_usd=1.00"])
    func needsSession(_ setting: String) throws {
        let scratch = try Scratch(for: .user)
        let seen = try Guarded(.user, settings: ["limits.\(setting)"], in: scratch).act("sleep", "0")
        #expect(seen.status == 78)
        #expect(seen.errors.contains("needs a session"))
        #expect(seen.output.isEmpty)
    }

    @Test(
        "a file is counted by whatever way it is named", arguments: Caller.possible,
        ["self/cwd", "thread-self/cwd", "self/task/TID/cwd", "TID/cwd"])
    func named(_ caller: Caller, _ way: String) throws {
        let scratch = try Scratch(for: caller)
        let code = """
            import threading
            way = '/proc/' + '\(way)'.replace('TID', str(threading.get_native_id()))
            for number in range(40):
                open(way + f'/out/{number}', 'w').write('x' * 1_000_000)
            import time; time.sleep(60)
            """
        let seen = try Guarded(
            caller, settings: ["files.write=[./out]", "limits.disk=4MiB", "limits.file_size=4MiB"],
            in: scratch
        ).run(["python3", "-c", code])
        #expect(seen.status == 123, "\(seen.status) \(seen.errors)")
        #expect(seen.errors.contains("disk"), "\(seen.errors)")
    }

    @Test("what waits in connections of the host's network counts as memory", arguments: Caller.possible)
    func connections(_ caller: Caller) throws {
        let port: UInt16
        do { port = try Server().port }
        let place = "[\"tcp://127.0.0.1:\(port)\"]"
        let seen = try Guarded(
            caller,
            settings: ["network.allow=\(place)", "network.listen=\(place)", "limits.memory=64MiB"],
            in: Scratch(for: caller)
        ).act("memory-in-connections", "\(port)")
        #expect(seen.status == 123, "\(seen.status) \(seen.output)\(seen.errors)")
        #expect(seen.errors.contains("the limit memory"), "\(seen.errors)")
    }
}
