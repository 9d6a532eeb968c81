import Event
import Foundation
import Session
import Testing

/// A session as its host sees it, with real interpreters behind the real walls.
@Suite("Sessions", .timeLimit(.minutes(60)))
struct SessionTests {
    @Test("cells keep their variables; values, output and errors come back", arguments: Caller.possible)
    func cells(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, in: scratch)
        #expect(try host.execute("x = 41\nprint('first')\nx + 1")["value"] == 42)
        #expect(host.text == "first\n")
        #expect(try host.execute("x * 2")["repr"] == "82")
        let failure = try host.execute("def f(): return 1 / 0\nf()")
        #expect(failure["kind"] == "exception" && failure["name"] == "ZeroDivisionError")
        #expect(failure["traceback"]?.stringValue?.contains("line 1, in f") == true)
        let syntax = try host.execute("x = ")
        #expect(syntax["name"] == "SyntaxError")
        #expect(try host.execute("object()")["value"] == nil)
        #expect(try host.execute("'\\0\\ud800'")["value"]?["__guardrun__"] == "str")
        let odd: JSON = ["a": [1, .fraction(2.5), .null, .bool(true)]]
        _ = try host.ask(.init("type", "set"), .init("variables", ["given": odd]))
        let got = try host.ask(.init("type", "get"), .init("names", ["given", "x"]))
        #expect(got["variables"] == ["given": odd, "x": 41])
        #expect(try host.ask(.init("type", "get"), .init("names", ["nothing"]))["name"] == "NameError")
        #expect(try host.execute("final_answer({'a': 1})")["final"]?["args"] == [["a": 1]])
        #expect(host.finish() == 0)
        let finished = try #require(host.events(.runFinished).first)
        #expect(finished["outcome"] == "completed")
        #expect(host.events(.runStarted).first?["generation"] == 1)
    }

    @Test("a cell that the scan refuses never reaches the interpreter", arguments: Caller.possible)
    func denied(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, in: scratch)
        let denied = try host.execute("reached = True\nimport shutil\nshutil.rmtree('/home')")
        #expect(denied["kind"] == "denied")
        #expect(denied["message"]?.stringValue?.contains("line 3") == true)
        #expect(denied["findings"]?.elements?.isEmpty == false)
        #expect(try host.execute("reached")["name"] == "NameError")
        host.finish()
        #expect(host.events(.scanFinished).first?["verdict"] == "deny")
        #expect(host.events(.policyCheck).contains { $0["decision"] == "deny" })
    }

    @Test("with --scan warn it runs, and what would be refused is recorded")
    func warned() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, options: ["--scan", "warn"], in: scratch)
        let code = "import shutil\nif False: shutil.rmtree('/home')\n7"
        #expect(try host.execute(code)["value"] == 7)
        host.finish()
        #expect(host.events(.scanFinished).first?["verdict"] == "deny")
    }

    @Test("the walls hold around a cell, and what it tries is recorded", arguments: Caller.possible)
    func walls(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("secret")
        let host = try SessionHost(caller, options: ["--scan", "warn"], in: scratch)
        #expect(try host.execute("open('\(secret)').read()")["name"] == "FileNotFoundError")
        #expect(try host.execute("open('written', 'w')")["kind"] == "exception")
        let connect = "import socket\nsocket.create_connection(('127.0.0.1', 9))"
        #expect(try host.execute(connect)["name"] == "PermissionError")
        #expect(try host.execute("import os\nos.execv('/bin/true', ['true'])")["kind"] == "exception")
        host.finish()
        let operations = host.events(.policyViolation).compactMap { $0["op"]?.stringValue }
        for operation in ["open", "connect", "exec"] {
            #expect(operations.contains(operation), "\(operation)")
        }
        #expect(!scratch.exists("written"))
        // The host hears of each as it happens.
        let told = host.received.filter { $0["event"]?["type"] == "policy_violation" }
        #expect(told.count == operations.count)
    }

    @Test("an interrupt says why, and what the cell had stays", arguments: Caller.possible)
    func interrupted(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, in: scratch)
        let id = host.begin([
            .init("type", "execute"), .init("code", "kept = 5\nprint('on', flush=True)\nwhile True: pass"),
        ])
        try host.wait(for: "output")
        host.send(["type": "interrupt", "reason": "the budget is spent"])
        let answer = try host.wait(for: "answer", id: id)
        #expect(answer["kind"] == "interrupted" && answer["lost"] == .bool(false))
        #expect(answer["message"]?.stringValue?.contains("the budget is spent") == true)
        #expect(try host.execute("kept")["value"] == 5)
        host.finish()
        #expect(host.events(.interrupted).first?["reason"] == "the budget is spent")
    }

    @Test(
        "a new interpreter follows one that is gone, and says that variables are lost",
        arguments: Caller.possible)
    func restarted(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(caller, options: ["--scan", "warn"], in: scratch)
        _ = try host.execute("x = 1")
        let gone = try host.execute("import os\nos._exit(3)")
        #expect(gone["kind"] == "exited" && gone["lost"] == .bool(true))
        #expect(gone["message"]?.stringValue?.contains("variables are lost") == true)
        #expect(try host.wait(for: "started")["generation"] == 2)
        #expect(try host.execute("x")["name"] == "NameError")
        host.send(["type": "restart"])
        #expect(try host.wait(for: "started")["generation"] == 3)
        #expect(try host.execute("2 + 2")["value"] == 4)
        #expect(host.finish() == 0)
        #expect(host.events(.runStarted).count == 3)
        let verified = try Command(
            [Shared.guardrun, "audit", "verify", "--audit", host.audit.path], as: caller, in: scratch.url
        ).run()
        #expect(verified.status == 0, "\(verified.output)")
    }

    @Test("what the host gets wrong ends the session with a sentence")
    func mistaken() throws {
        let scratch = try Scratch(for: .user)
        for (message, sentence) in [
            (JSON.object([.init("type", "dance")]), "unknown type dance"),
            (["type": "execute", "id": 1], "needs the text code"),
            (["type": "set", "id": 1, "variables": ["a b": 1]], "'a b' is no name"),
            (["type": "hello", "protocol": 1], "a second time"),
        ] {
            let host = try SessionHost(.user, in: scratch)
            try host.wait(for: "started")
            host.send(message)
            #expect(try host.wait(for: "ended")["reason"]?.stringValue?.contains(sentence) == true)
            _ = host.end()
        }
        let host = try SessionHost(.user, in: scratch)
        try host.wait(for: "started")
        host.send(bytes: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(try host.wait(for: "ended")["reason"]?.stringValue?.contains("bytes") == true)
    }
}
