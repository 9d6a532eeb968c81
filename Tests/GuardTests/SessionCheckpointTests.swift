import Event
import Foundation
import Session
import Testing

/// Checkpoints bring back an interpreter and the files that it may write, and nothing that counts against it.
@Suite("Checkpoints of sessions", .timeLimit(.minutes(60)))
struct SessionCheckpointTests {
    private func host(
        _ caller: Caller, _ scratch: Scratch, _ settings: [String] = [], keeping: Int = 3
    ) throws -> SessionHost {
        try FileManager.default.createDirectory(
            at: scratch.url.appendingPathComponent("out"), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o777])
        return try SessionHost(
            caller, settings: ["files.write=[./out]"] + settings,
            options: ["--scan", "warn", "--checkpoints", "\(keeping)"], in: scratch)
    }

    private func checkpoint(_ host: SessionHost) throws -> JSON { try host.ask(.init("type", "checkpoint")) }

    private func restore(_ host: SessionHost, _ number: Int) throws -> JSON {
        try host.ask(.init("type", "restore"), .init("checkpoint", .number(number)))
    }

    @Test("variables, files and what was read of a file come back together", arguments: Caller.possible)
    func whole(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try host(caller, scratch)
        let before = """
            import os, random
            x, log = [1], open("/tmp/log", "w+")
            log.write("abcdef"); log.flush(); os.lseek(log.fileno(), 2, 0)
            open("out/kept", "w").write("before"); os.symlink("kept", "out/link"); os.chmod("out/kept", 0o640)
            open("out/removed", "w").write("back")
            """
        #expect(try host.execute(before)["type"] == "done")
        let made = try checkpoint(host)
        #expect(made["checkpoint"] == 1 && made["left_out"] == 0, "\(made)")
        let after = """
            drawn = random.random()
            x.append(2); os.read(log.fileno(), 3)
            open("out/kept", "w").write("after, and longer"); os.chmod("out/kept", 0o600)
            os.unlink("out/removed"); os.unlink("out/link"); os.mkdir("out/made"); open("out/made/file", "w").close()
            drawn
            """
        let drawn = try host.execute(after)["value"]
        let restored = try restore(host, 1)
        #expect(restored["problems"] == [], "\(restored)")
        let seen = try host.execute(
            """
            [x, sorted(os.listdir("out")), open("out/kept").read(), os.stat("out/kept").st_mode & 0o777,
             os.readlink("out/link"), open("out/removed").read(), os.read(log.fileno(), 9).decode(), random.random()]
            """)["value"]?.elements
        #expect(seen?.first == [1])
        #expect(seen?[1] == ["kept", "link", "removed"])
        #expect(seen.map { Array($0[2...6]) } == ["before", 0o640, "kept", "back", "cdef"])
        #expect(seen?[7] == drawn)
        host.finish()
        #expect(host.events(.checkpointCreated).first?["checkpoint"] == 1)
        #expect(host.events(.checkpointRestored).first?["checkpoint"] == 1)
        // It is one run all the time.
        #expect(host.events(.runStarted).count == 1)
    }

    @Test(
        "an interpreter that was killed is followed by a new one, and a checkpoint still by its own",
        arguments: [
            (
                "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", "limit",
                "wall"
            ),
            ("data = []\nwhile True: data.append(bytearray(8 << 20))", "limit", "memory"),
            ("import os\nos._exit(3)", "exited", nil),
            ("import os\nos.kill(os.getpid(), 11)", "exited", nil),
        ] as [(String, String, String?)])
    func lost(_ code: String, _ kind: String, _ limit: String?) throws {
        for caller in Caller.possible {
            let scratch = try Scratch(for: caller)
            let host = try host(
                caller, scratch, ["limits.wall=\(limit == "wall" ? 2 : 60)s", "limits.memory=256MiB"])
            _ = try host.execute("x = 41")
            _ = try checkpoint(host)
            let answer = try host.execute(code)
            // Where no control group holds the memory, Python may see the end of it first.
            if limit == "memory", answer["name"] == "MemoryError" { continue }
            #expect(answer["kind"]?.stringValue == kind && answer["lost"] == true, "\(answer)")
            #expect(answer["limit"]?.stringValue == limit)
            #expect(try host.execute("x")["name"] == "NameError")
            #expect(try restore(host, 1)["type"] == "done")
            #expect(try host.execute("x + 1")["value"] == 42)
            // What was gone back to once can be gone back to again.
            _ = try host.execute("x = 0")
            #expect(try restore(host, 1)["type"] == "done")
            #expect(try host.execute("x")["value"] == 41)
            host.finish()
            if let limit {
                #expect(host.events(.limitExceeded).contains { $0["limit"]?.stringValue == limit })
            }
        }
    }

    @Test("what the cells left running ends when a checkpoint is gone back to")
    func background() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(.user, scratch)
        _ = try checkpoint(host)
        let code = """
            import os, time
            for _ in range(3):
                if os.fork() == 0:
                    os.setsid()
                    while True: time.sleep(0.01)
            """
        _ = try host.execute(code)
        let count = "import os\nlen([name for name in os.listdir('/proc') if name.isdigit()])"
        // Process 1, the first interpreter, the checkpoint and the one that counts.
        #expect(try host.execute(count)["value"] == 7)
        _ = try restore(host, 1)
        #expect(try host.execute(count)["value"] == 4)
        host.finish()
    }

    @Test("calls of tools make checkpoints by themselves, and going back gives no call back")
    func calls() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(
            .user, settings: ["tools.allow=[add]", "limits.tool_calls=3", "audit.checkpoints=2"], in: scratch)
        try host.declare(["add": ["a"]])
        _ = try host.execute("n = [add(1)]")
        #expect(!host.received.contains { $0["type"] == "checkpoint" })
        _ = try host.execute("n.append(add(2))")
        // It is there before the answer, so that whoever has the answer can go back.
        #expect(host.received.last { $0["type"] == "checkpoint" }?["checkpoint"] == 1)
        _ = try host.execute("n.append(add(3))")
        _ = try restore(host, 1)
        #expect(try host.execute("len(n)")["value"] == 2)
        let answer = try host.execute("add(4)")
        #expect(answer["name"] == "ToolCallBlocked", "\(answer)")
        host.finish()
        #expect(host.events(.checkpointCreated).first?["rule"] == "audit.checkpoints")
        #expect(host.events(.toolCallStarted).count == 3)
    }

    @Test("the oldest goes when there are too many, and what is gone is said")
    func kept() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(.user, scratch, keeping: 2)
        for number in 1...3 {
            _ = try host.execute("x = \(number)")
            #expect(try checkpoint(host)["dropped"] == (number == 3 ? [1] : []))
        }
        #expect(try restore(host, 1)["message"]?.stringValue?.contains("kept are 2, 3") == true)
        #expect(try restore(host, 2)["type"] == "done")
        #expect(try host.execute("x")["value"] == 2)
        host.finish()
    }

    @Test("parked interpreters count against the limits of processes and memory")
    func limits() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(.user, scratch, ["limits.processes=4"], keeping: 8)
        var refused: JSON?
        for _ in 0..<6 where refused == nil {
            let answer = try checkpoint(host)
            if answer["type"] == "error" { refused = answer }
        }
        #expect(
            refused?["message"]?.stringValue?.contains("no checkpoint was made") == true, "\(host.received)")
        #expect(refused?["lost"] == false)
        #expect(try host.execute("1 + 1")["value"] == 2)
        host.finish()
        let place = try Scratch(for: .user)
        let other = try self.host(.user, place)
        let big = "open('/tmp/big', 'wb').write(bytes(70 << 20)); x = 5"
        _ = try other.execute(big)
        #expect(try checkpoint(other)["message"]?.stringValue?.contains("more than 64 MiB") == true)
        #expect(try other.execute("x")["value"] == 5)
        other.finish()
    }

    @Test("without checkpoints a request of one says how to have them")
    func none() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, in: scratch)
        #expect(try checkpoint(host)["message"]?.stringValue?.contains("--checkpoints") == true)
        #expect(try restore(host, 1)["type"] == "error")
        host.finish()
    }

    private static let hostile =
        "import os, json, struct\nspace = final_answer.__globals__\nsocket = space['_channel'].socket\n"
        + "def frame(**fields):\n    text = json.dumps(fields).encode()\n    os.write(socket, struct.pack('>I', len(text)) + text)\n"

    @Test(
        "a checkpoint that nobody asked for, or that is no process of its own, ends the session",
        arguments: [
            "frame(type='parked', id=1, checkpoint=1, files=0, bytes=0, left_out=0, threads=0)\nimport time\ntime.sleep(9)",
            "frame(type='restored', checkpoint=1, problems=[])\nimport time\ntime.sleep(9)",
            "frame(type='restored', checkpoint=1)\nimport time\ntime.sleep(9)",
            "if os.fork() == 0: frame(type='ready', python='3')\nimport time\ntime.sleep(9)",
            // The first interpreter is woken by who may not.
            "os.kill(os.getppid(), 10)\nimport time\ntime.sleep(9)",
            // The interpreter says that it is its own checkpoint.
            "def lie(m): frame(type='parked', id=m['id'], checkpoint=m['checkpoint'], files=0, bytes=0, left_out=0, threads=0)\n"
                + "space['_ANSWERS']['checkpoint'] = lie",
            "space['_ANSWERS']['checkpoint'] = lambda m: {'ok': True}",
        ])
    func forged(_ act: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try host(.user, scratch)
        _ = host.begin([.init("type", "execute"), .init("code", .string(Self.hostile + act))])
        _ = host.begin([.init("type", "checkpoint")])
        let ended = try host.wait(for: "ended")
        #expect(ended["reason"]?.stringValue?.contains("protocol") == true, "\(ended)")
        _ = host.end()
        #expect(host.events(.policyViolation).contains { $0["rule"] == "session.protocol" })
        #expect(host.events(.checkpointCreated).isEmpty)
    }

    @Test("what a dying interpreter left unfinished on the stream is not what the next one says")
    func torn() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(.user, scratch, ["limits.wall=2s"])
        _ = try host.execute("x = 1")
        _ = try checkpoint(host)
        let code = "os.write(socket, struct.pack('>I', 5000) + b'{\"type\":'); os._exit(1)"
        #expect(try host.execute(Self.hostile + code)["lost"] == true)
        #expect(try restore(host, 1)["type"] == "done")
        #expect(try host.execute("x")["value"] == 1)
        host.finish()
    }

    @Test("checkpoints are killed with the first interpreter, and the session goes on without them")
    func first() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(.user, scratch)
        _ = try checkpoint(host)
        let answer = try host.execute("import os, time\nos.kill(os.getppid(), 9)\ntime.sleep(9)")
        #expect(answer["lost"] == true)
        #expect(try restore(host, 1)["message"]?.stringValue?.contains("no checkpoint 1") == true)
        #expect(try host.execute("1")["value"] == 1)
        host.finish()
    }
}
