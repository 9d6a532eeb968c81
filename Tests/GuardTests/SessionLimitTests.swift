import Event
import Foundation
import Session
import Testing

/// What a cell, and what a session as a whole may use.
@Suite("Limits of sessions", .timeLimit(.minutes(60)))
struct SessionLimitTests {
    @Test("an endless cell is interrupted and keeps its variables", arguments: Caller.possible)
    func wall(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, settings: ["limits.wall=1s"], in: scratch)
        let answer = try host.execute("n = 7\nwhile True: pass")
        #expect(answer["kind"] == "limit" && answer["limit"] == "wall" && answer["lost"] == .bool(false))
        #expect(try host.execute("n")["value"] == 7)
        host.finish()
        #expect(host.events(.limitExceeded).first?["limit"] == "wall")
    }

    @Test("a cell that heeds no interrupt is ended with its interpreter", arguments: Caller.possible)
    func stubborn(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, settings: ["limits.cpu=1s", "limits.wall=1m"], in: scratch)
        let code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
        let answer = try host.execute(code)
        #expect(answer["kind"] == "limit" && answer["limit"] == "cpu" && answer["lost"] == .bool(true))
        try host.wait(for: "started")
        #expect(try host.execute("1")["value"] == 1)
        #expect(host.finish() == 0)
    }

    @Test("a cell's time stands still while a tool is at work")
    func paused() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(
            .user, settings: ["limits.wall=1s", "tools.allow=[slow]"], in: scratch)
        try host.declare(["slow": []])
        host.answer = { _ in
            usleep(1_500_000)
            return ["value": 3]
        }
        #expect(try host.execute("slow()")["value"] == 3)
        host.finish()
        #expect(host.events(.limitExceeded).isEmpty)
    }

    @Test("too much memory is a readable error, and the session goes on", arguments: Caller.possible)
    func memory(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, settings: ["limits.memory=256MiB"], in: scratch)
        let answer = try host.execute("data = []\nwhile True: data.append(bytearray(16 << 20))")
        // The kernel refuses it, or the limit ends the interpreter: both are said.
        #expect(answer["name"] == "MemoryError" || answer["limit"] == "memory", "\(answer)")
        if answer["lost"] == .bool(true) { try host.wait(for: "started") }
        #expect(try host.execute("1")["value"] == 1)
        host.finish()
    }

    @Test("a fork bomb is a readable error, and nothing of it is left", arguments: Caller.possible)
    func bomb(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(
            caller, settings: ["limits.processes=16"], options: ["--scan", "warn"], in: scratch)
        let answer = try host.execute("import os\nparent = os.getpid()\nwhile True: os.fork()")
        #expect(
            ["exception", "limit", "exited", "protocol"].contains(answer["kind"]?.stringValue), "\(answer)")
        host.finish()
        #expect(host.events(.limitExceeded).contains { $0["limit"] == "processes" })
    }

    @Test("output counts for the session, is cut, and ends it", arguments: Caller.possible)
    func output(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, settings: ["limits.output=100KiB"], in: scratch)
        _ = try host.execute("print('x' * 60_000)")
        #expect(throws: SessionHost.Ended.self) {
            _ = try host.execute("print('y' * 60_000)\nimport time\ntime.sleep(30)")
            _ = try host.execute("1")
        }
        #expect(host.end() == 123)
        #expect(host.text.utf8.count < 100 << 10 + 200)
        #expect(host.text.contains("the rest is cut"))
        #expect(host.received.last?["limit"] == "output")
    }

    @Test("a session ends when it is too old, and when nothing happens", arguments: ["session_wall", "idle"])
    func ages(_ limit: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, settings: ["limits.\(limit)=1s"], in: scratch)
        #expect(try host.wait(for: "ended")["limit"]?.stringValue == limit)
        #expect(host.end() == 123)
        #expect(host.events(.limitExceeded).first?["limit"]?.stringValue == limit)
    }

    @Test(
        "money and tokens are counted as the host reports them", arguments: ["tokens=100", "cost_usd=0.10"])
    func spent(_ limit: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, settings: ["limits.\(limit)"], in: scratch)
        try host.wait(for: "started")
        for _ in 0..<2 { host.send(["type": "usage", "id": 0, "tokens": 50, "cost_millionths": 50_000]) }
        #expect(try host.execute("1")["value"] == 1)
        host.send(["type": "usage", "id": 0, "tokens": 1, "cost_millionths": 1])
        #expect(try host.wait(for: "ended")["limit"]?.stringValue == String(limit.prefix { $0 != "=" }))
        #expect(host.end() == 123)
    }

    @Test("totals are the session's, whatever becomes of its interpreters")
    func totals() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(
            .user, settings: ["limits.tool_calls=2", "tools.allow=['*']"], options: ["--scan", "warn"],
            in: scratch)
        for _ in 0..<3 {
            try host.declare(["add": []])
            _ = try host.execute("add()")
            _ = try host.execute("import os\nos._exit(0)")
            try host.wait(for: "started")
        }
        host.finish()
        #expect(host.events(.toolCallStarted).count == 2)
        #expect(host.events(.toolCallBlocked).count == 1)
    }
}
