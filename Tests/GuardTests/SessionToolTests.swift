import Event
import Foundation
import Session
import Testing

/// Calls of the host's tools: each is decided and recorded before the host hears of it.
@Suite("Tools of sessions", .timeLimit(.minutes(60)))
struct SessionToolTests {
    private let policy = """
        guardrun: 1
        name: tools
        extends: [python]
        loosen: [tools]
        limits: {tool_calls: 20}
        tools:
          allow: [web_search, 'files.*', send_email]
          approve: [send_email]
          rules:
            - tool: 'files.*'
              arguments:
                path: {type: string, pattern: '^out/', required: true}
              refuse: [{contains: '..'}]
            - {tool: web_search, calls: 2, arguments: {count: {type: integer, minimum: 1, maximum: 10}}}

        """

    private func host(_ scratch: Scratch, approvals: Bool = false) throws -> SessionHost {
        let file = try scratch.file("tools.yaml", policy)
        let host = try SessionHost(.user, policy: file, approvals: approvals, in: scratch)
        try host.declare([
            "web_search": ["query", "count"], "files.read": ["path"], "send_email": ["to"], "other": [],
        ])
        return host
    }

    @Test("a hundred calls in one cell with a cap of three are three", arguments: Caller.possible)
    func cap(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let host = try SessionHost(
            caller, settings: ["limits.tool_calls=3", "tools.allow=[add]"], in: scratch)
        try host.declare(["add": ["a", "b"]])
        var calls = 0
        host.answer = { _ in
            calls += 1
            return ["value": .number(calls)]
        }
        let code = """
            got, blocked = [], []
            for i in range(100):
                try: got.append(add(i, b=1))
                except PermissionError as error: blocked.append(str(error))
            (got, len(blocked), blocked[0])
            """
        let value = try host.execute(code)["value"]?["value"]?.elements
        #expect(value?[0] == [1, 2, 3] && value?[1] == 97)
        #expect(value?[2].stringValue?.contains("limits.tool_calls") == true)
        #expect(calls == 3)
        host.finish()
        #expect(host.events(.toolCallStarted).count == 3)
        #expect(host.events(.toolCallFinished).count == 3)
        #expect(host.events(.toolCallBlocked).count == 97)
        #expect(host.events(.runFinished).first?["counts"]?["tool_calls"] == 3)
    }

    @Test(
        "arguments are held to their rules, however they are given",
        arguments: [
            ("files.read('out/a')", nil), ("files.read(path='out/a')", nil),
            ("files.read('/etc/passwd')", "does not match"), ("files.read(path=3)", "is not of type string"),
            ("files.read()", "is missing"), ("files.read('out/../a')", "refuses"),
            ("files.read('out/a', '..')", "refuses"), ("files.read('out/a', path='/etc')", "given twice"),
            ("files.read('out/a', [{'x': '../y'}])", "refuses"), ("files.read('out/a', b'../y')", "refuses"),
            ("files.read(('out/a',))", "is not of type string"),
            ("web_search('x', 3)", nil), ("web_search('x', 11)", "is more than"),
            ("web_search('x', True)", "is not of type integer"), ("web_search('x', 2.5)", "is not of type"),
            ("other()", "tools.allow"), ("nothing()", "no tool"),
        ] as [(String, String?)])
    func rules(_ call: String, _ reason: String?) throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        // A name that was not declared is called as hostile code would.
        let code = call == "nothing()" ? "final_answer.__globals__['_call']('nothing', (), {})" : call
        let answer = try host.execute(code)
        if let reason, call == "nothing()", answer["kind"] == "denied" {
            _ = reason
            return
        }
        #expect(answer["type"] == (reason == nil ? "done" : "error"), "\(answer)")
        if let reason { #expect(answer["message"]?.stringValue?.contains(reason) == true, "\(answer)") }
        host.finish()
        #expect(host.events(.toolCallStarted).count == (reason == nil ? 1 : 0))
        #expect(host.events(.toolCallBlocked).count == (reason == nil ? 0 : 1))
    }

    @Test("a cap of one rule counts what is let through")
    func ruleCap() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        let code = """
            blocked = 0
            for count in (11, 1, 12, 2, 3):
                try: web_search('x', count)
                except PermissionError: blocked += 1
            blocked
            """
        #expect(try host.execute(code)["value"] == 3)
        host.finish()
        #expect(host.events(.toolCallStarted).count == 2)
    }

    @Test("a rate counts the calls of a stretch of time, and no new interpreter gives any back")
    func rate() throws {
        let scratch = try Scratch(for: .user)
        let rules = "tools.rules=[{tool: other, calls: 9}, {tool: 'p*', rate: {calls: 2, within: 1h}}]"
        let host = try SessionHost(.user, settings: ["tools.allow=[ping, other]", rules], in: scratch)
        let tools: [String: [String]] = ["ping": [], "other": []]
        try host.declare(tools)
        #expect(try host.execute("ping(); other(); ping()")["type"] == "done")
        host.send(["type": "restart"])
        try host.wait(for: "started")
        try host.declare(tools)
        let answer = try host.execute("other(); ping()")
        #expect(answer["name"] == "ToolCallBlocked")
        #expect(answer["message"]?.stringValue?.contains("2 calls of p* within 3600 s") == true, "\(answer)")
        host.finish()
        #expect(host.events(.toolCallStarted).count == 4)
    }

    @Test("a rate lets calls through again when their time has come")
    func rateEnds() throws {
        let scratch = try Scratch(for: .user)
        let rules = "tools.rules=[{tool: ping, rate: {calls: 1, within: 200ms}}]"
        let host = try SessionHost(.user, settings: ["tools.allow=[ping]", rules], in: scratch)
        try host.declare(["ping": []])
        let code = """
            import time
            ping()
            end = time.monotonic() + 30
            while time.monotonic() < end:
                try: ping()
                except PermissionError: time.sleep(0.05)
                else: break
            """
        #expect(try host.execute(code)["type"] == "done")
        host.finish()
        #expect(host.events(.toolCallStarted).count == 2)
    }

    @Test(
        "text that is code is scanned as code",
        arguments: [
            ("shell('ls -l | wc')", nil), ("shell(command='rm -rf /home')", "destructive_data in shell code"),
            ("shell(b'ls')", "is no text"), ("shell(['ls'])", "is no text"),
            ("python('print(1)')", nil),
            ("python('import shutil; shutil.rmtree(\"/home\")')", "destructive_data"),
        ] as [(String, String?)])
    func language(_ call: String, _ reason: String?) throws {
        let scratch = try Scratch(for: .user)
        let rules =
            "tools.rules=[{tool: shell, arguments: {command: {language: shell}}}, {tool: python, arguments: {code: {language: python}}}]"
        let host = try SessionHost(
            .user, settings: ["tools.allow=[shell, python]", rules], options: ["--scan", "warn"], in: scratch)
        try host.declare(["shell": ["command"], "python": ["code"]])
        let answer = try host.execute(call)
        #expect(answer["type"] == (reason == nil ? "done" : "error"), "\(answer)")
        if let reason { #expect(answer["message"]?.stringValue?.contains(reason) == true, "\(answer)") }
        host.finish()
        #expect(host.events(.toolCallStarted).count == (reason == nil ? 1 : 0))
    }

    @Test("an approval is waited for as long as the policy says")
    func patience() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(
            .user, settings: ["tools.allow=[send]", "tools.approve=[send]", "tools.answer_within=1s"],
            approvals: true, in: scratch)
        try host.declare(["send": []])
        let answer = try host.execute("send()")
        #expect(answer["message"]?.stringValue?.contains("the deadline") == true, "\(answer)")
        #expect(host.received.first { $0["type"] == "approval" }?["seconds"] == 1)
        host.finish()
        #expect(host.events(.toolCallStarted).isEmpty)
    }

    @Test("without anybody to ask the answer is no")
    func nobody() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        let answer = try host.execute("send_email('a@example.com')")
        #expect(answer["name"] == "ToolCallBlocked")
        #expect(answer["message"]?.stringValue?.contains("nobody is there") == true)
        host.finish()
        #expect(host.events(.toolCallStarted).isEmpty)
    }

    @Test("an approval is for one call with its arguments", arguments: ["yes", "no", "another digest"])
    func approved(_ answer: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch, approvals: true)
        let id = host.begin([
            .init("type", "execute"), .init("code", "send_email('a@example.com')"),
        ])
        let asked = try host.wait(for: "approval")
        #expect(asked["arguments"] == ["to": "a@example.com"])
        let digest = answer == "another digest" ? .string(String(repeating: "0", count: 64)) : asked["digest"]
        host.send([
            "type": "approval", "call": asked["call"] ?? .null, "digest": digest ?? .null,
            "allow": .bool(answer != "no"), "by": "a test",
        ])
        #expect(try host.wait(for: "answer", id: id)["type"] == (answer == "yes" ? "done" : "error"))
        host.finish()
        #expect(host.events(.approvalRequested).count == 1)
        #expect(host.events(.approvalDecided).first?["decision"] == (answer == "yes" ? "allow" : "deny"))
        #expect(host.events(.toolCallStarted).count == (answer == "yes" ? 1 : 0))
    }

    @Test("a call counts when it is asked about, not only when it is made")
    func counted() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(
            .user, settings: ["tools.allow=[send]", "tools.approve=[send]", "limits.tool_calls=2"],
            approvals: true, in: scratch)
        try host.declare(["send": []])
        let code = """
            said = []
            for _ in range(4):
                try: send()
                except Exception as error: said.append(str(error))
            said
            """
        let id = host.begin([.init("type", "execute"), .init("code", .string(code))])
        for _ in 0..<2 {
            let asked = try host.wait(for: "approval")
            host.send([
                "type": "approval", "call": asked["call"] ?? .null, "digest": asked["digest"] ?? .null,
                "allow": false, "by": "a test",
            ])
        }
        let answer = try host.wait(for: "answer", id: id)
        host.finish()
        #expect(host.events(.approvalRequested).count == 2, "\(answer)")
        #expect(host.events(.toolCallBlocked).count == 4, "\(answer)")
        #expect(host.events(.toolCallStarted).isEmpty)
    }

    @Test("a tool that fails is an exception, and its answer may come late")
    func fails() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        host.answer = { _ in ["error": "ValueError: no such query"] }
        #expect(try host.execute("web_search('x')")["name"] == "ToolError")
        let id = host.begin([.init("type", "execute"), .init("code", "web_search('x')")])
        let call = try host.wait(for: "tool_call")["call"] ?? .null
        host.send(["type": "interrupt", "reason": "enough"])
        #expect(try host.wait(for: "answer", id: id)["kind"] == "interrupted")
        host.send(["type": "tool_result", "call": call, "value": 1])
        #expect(try host.execute("1 + 1")["value"] == 2)
        host.finish()
        #expect(host.events(.toolCallFinished).count == 2)
    }
}
