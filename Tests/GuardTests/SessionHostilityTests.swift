import Event
import Foundation
import Session
import Testing

/// The guarded side of a session does its worst: it writes what it likes to the session's socket, and tries to outlive
/// it.
@Suite("Hostile interpreters", .timeLimit(.minutes(60)))
struct SessionHostilityTests {
    private static let socket =
        "import os, json, struct\nsocket = final_answer.__globals__['_channel'].socket\n"
    private static let frame = "def frame(text): os.write(socket, struct.pack('>I', len(text)) + text)\n"

    @Test(
        "what is not of the protocol ends the session with an event",
        arguments: [
            "os.write(socket, b'\\xff' * 64)", "os.write(socket, bytes(8))", "frame(b'no json')",
            "frame(b'[' * 100000)", "frame(b'{\"type\":\"exec\"}')",
            "frame(b'{\"type\":\"ready\",\"python\":\"3\"}')",
            "frame(b'{\"type\":\"result\",\"id\":99,\"ok\":true}')",
            "frame(b'{\"type\":\"result\",\"id\":1,\"ok\":1}')",
            "frame(b'{\"type\":\"tool_call\",\"id\":1,\"call\":-5,\"name\":\"a\",\"args\":[],\"kwargs\":{}}')",
            "frame(b'{\"type\":\"tool_call\",\"id\":7,\"call\":1,\"name\":\"a\",\"args\":[],\"kwargs\":{}}')",
            "frame(b'{\"type\":\"result\",\"id\":1,\"ok\":true,\"repr\":[]}')",
            "frame(b'{\"type\":\"result\",\"id\":1,\"ok\":true,\"variables\":{\"x\":1}}')",
            "frame(b'{\"type\":\"result\",\"id\":1,\"ok\":true,\"final\":3}')",
            "os.close(socket)", "frame(b'\\xff{}')", "frame(b'{\"type\":\"ready\",\"type\":\"ready\"}')",
        ])
    func malformed(_ act: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, options: ["--scan", "warn"], in: scratch)
        _ = host.begin([
            .init("type", "execute"),
            .init("code", .string(Self.socket + Self.frame + act + "\nimport time\ntime.sleep(60)")),
        ])
        let ended = try host.wait(for: "ended")
        #expect(ended["reason"]?.stringValue?.contains("protocol") == true, "\(ended)")
        #expect(host.end() == 128 + SIGKILL)
        let violation = host.events(.policyViolation).first { $0["rule"] == "session.protocol" }
        #expect(violation?["severity"] == "critical")
    }

    @Test("random bytes never get the better of the supervisor", arguments: 0..<6)
    func noise(_ seed: Int) throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, options: ["--scan", "warn"], in: scratch)
        let code = """
            import random
            random.seed(\(seed))
            whole = json.dumps({"type": "result", "id": 1, "ok": True, "repr": "x", "value": [1, {"a": "b"}]}).encode()
            for turn in range(200):
                text = bytearray(whole)
                for _ in range(random.randrange(1, 6)):
                    text[random.randrange(len(text))] = random.randrange(256)
                frame(bytes(text))
            """
        _ = host.begin([.init("type", "execute"), .init("code", .string(Self.socket + Self.frame + code))])
        _ = try? host.wait(for: "ended")
        let status = host.end()
        // It ends by its own decision, never by a trap (a signal of the processor or an abort).
        #expect([0, 128 + SIGKILL].contains(status), "\(status)")
        #expect(host.events(.runFinished).count == 1)
    }

    @Test("it cannot forge what the host hears of a tool, only call it")
    func forged() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(
            .user, settings: ["tools.allow=[ok]"], options: ["--scan", "warn"], in: scratch)
        try host.declare(["ok": [], "secret": []])
        let code = """
            frame(json.dumps({"type": "tool_call", "id": 2, "call": 1, "name": "secret", "args": [], "kwargs": {}}).encode())
            """
        _ = try host.execute(Self.socket + Self.frame + code)
        host.finish()
        #expect(!host.received.contains { $0["type"] == "tool_call" })
        #expect(host.events(.toolCallBlocked).first?["tool"] == "secret")
    }

    @Test("nothing outlives the host, guardrun killed or not", arguments: ["keeper", "host"])
    func orphans(_ killed: String) throws {
        for caller in Caller.possible {
            let scratch = try Scratch(for: caller)
            let seconds = Processes.unusualSleep()
            let host = try SessionHost(
                caller, settings: ["files.exec=[\(Shared.victim)]"], options: ["--scan", "warn"], in: scratch)
            let code = """
                import os
                if os.fork() == 0:
                    os.setsid()
                    os.execv("\(Shared.victim)", ["victim", "sleep", "\(seconds)"])
                print("left", flush=True)
                while True: pass
                """
            _ = host.begin([.init("type", "execute"), .init("code", .string(code))])
            try host.wait(for: "output")
            if killed == "keeper" { kill(host.pid, SIGKILL) } else { host.hangUp() }
            _ = host.end()
            #expect(Processes.vanish(seconds))
        }
    }
}
