import Event
import Foundation
import Session
import Testing

/// Code that cells make while they run is scanned before it runs. What must not run is judged by its effect.
@Suite("Code made in sessions", .timeLimit(.minutes(60)))
struct SessionCodeTests {
    /// Removes a tree. It comes as a variable, so that no scan of a cell sees it.
    private static let text = "import shutil; shutil.rmtree('/home'); ran = 1"

    private func give(_ host: SessionHost) throws {
        _ = try host.ask(.init("type", "set"), .init("variables", ["text": .string(Self.text)]))
    }

    private func host(_ scratch: Scratch, _ settings: [String] = []) throws -> SessionHost {
        try SessionHost(
            .user,
            settings: [
                "scan.threats={code_execution: allow, sandbox_escape: warn, destructive_data: deny}"
            ] + settings,
            in: scratch)
    }

    @Test(
        "what is hidden from the cell's scan is refused when it is compiled",
        arguments: [
            ("ran = 0\nexec(text)", "dynamic"), ("ran = 0\neval(compile(text, 'made', 'exec'))", "dynamic"),
            (
                "ran = 0\nimport sys; sys.path.insert(0, '/tmp')\nopen('/tmp/made_up.py', 'w').write(text)\nimport made_up",
                "import"
            ),
            (
                "ran = 0\nimport timeit; timeit.timeit(text, number=1)", "library"
            ),
        ])
    func refused(_ code: String, _ origin: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        try give(host)
        let answer = try host.execute(code)
        #expect(answer["name"] == "CodeRefused", "\(answer)")
        #expect(answer["message"]?.stringValue?.contains("destructive_data") == true, "\(answer)")
        #expect(try host.execute("ran")["value"] == 0)
        host.finish()
        let event = host.events(.codeCompiled).first { $0["decision"] == "deny" }
        #expect(event?["origin"]?.stringValue == origin && event?["rule"] == "scan.threats", "\(host.events)")
    }

    @Test("what is harmless runs, and is an event once")
    func allowed() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        let code = """
            import dataclasses, collections
            collections.namedtuple("Pair", "a b")
            total = sum(eval("1 + 1") for _ in range(1000))
            open("/tmp/harmless.py", "w").write("value = 5")
            import sys; sys.path.insert(0, "/tmp")
            import harmless
            total + harmless.value
            """
        #expect(try host.execute(code)["value"] == 2005)
        host.finish()
        let origins = host.events(.codeCompiled).compactMap { $0["origin"]?.stringValue }
        #expect(origins == ["dynamic", "import"], "\(host.events(.codeCompiled))")
    }

    @Test("compiled modules beside a harmless source are not read where a cell may write")
    func cached() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        let code = """
            import sys, importlib.util, marshal, os
            sys.path.insert(0, "/tmp")
            open("/tmp/twofold.py", "w").write("value = 1")
            status = os.stat("/tmp/twofold.py")
            place = importlib.util.cache_from_source("/tmp/twofold.py")
            os.makedirs(os.path.dirname(place), exist_ok=True)
            head = importlib.util.MAGIC_NUMBER + bytes(4) + int(status.st_mtime).to_bytes(4, "little")
            body = marshal.dumps(compile("value = 2", "twofold", "exec"))
            open(place, "wb").write(head + status.st_size.to_bytes(4, "little") + body)
            import twofold
            twofold.value
            """
        #expect(try host.execute(code)["value"] == 1)
        host.finish()
    }

    @Test("what a pickle names is an event")
    func pickles() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch)
        _ = try host.execute("import pickle\npickle.loads(b'cos\\ngetcwd\\n(tR.')")
        host.finish()
        #expect(host.events(.codeCompiled).contains { $0["origin"] == "pickle" && $0["name"] == "os.getcwd" })
    }

    @Test("threads, forks and tools go on beside it")
    func beside() throws {
        let scratch = try Scratch(for: .user)
        let host = try host(scratch, ["tools.allow=[double]"])
        try host.declare(["double": ["n"]])
        host.answer = { _ in ["value": 8] }
        let code = """
            import os, threading, time
            found = []
            def work():
                try: found.append(eval("2 + 2"))
                except PermissionError as error: found.append("refused")
            thread = threading.Thread(target=work); thread.start(); thread.join()
            child = os.fork()
            if child == 0:
                os._exit(eval("40 + 2"))
            found.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            found.append(eval("double(4)"))
            found
            """
        #expect(try host.execute(code)["value"] == ["refused", 42, 8])
        host.finish()
    }

    @Test(
        "--scan warn lets it run and records it; require: [shim] holds for sessions and refuses a plain run")
    func shim() throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(
            .user, settings: ["require=[shim]"], options: ["--scan", "warn"], in: scratch)
        try give(host)
        #expect(
            try host.execute("exec(text.replace('/home', '/tmp/none') + ', 0')")["name"]
                != "CodeRefused")
        host.finish()
        #expect(
            host.events(.codeCompiled).contains { $0["decision"] == "allow" && $0["severity"] == "warning" })
        let run = try Guarded(.user, settings: ["require=[shim]"], in: scratch).run(["--", "true"])
        #expect(run.status == 78 && run.errors.contains("shim is required and is absent"))
    }

    @Test(
        "forged requests to look at code end the session or are only looked at",
        arguments: [
            "frame(b'{\"type\":\"compiled\",\"id\":9,\"origin\":\"dynamic\",\"name\":\"a\",\"source\":\"1\"}')",
            "frame(b'{\"type\":\"compiled\",\"id\":1,\"origin\":\"host\",\"name\":\"a\",\"source\":\"1\"}')",
            "frame(b'{\"type\":\"compiled\",\"id\":1,\"origin\":\"dynamic\"}')",
        ])
    func forged(_ act: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, options: ["--scan", "warn"], in: scratch)
        let code =
            "import os, struct, time\nsocket = final_answer.__globals__['_channel'].socket\n"
            + "def frame(text): os.write(socket, struct.pack('>I', len(text)) + text)\n\(act)\ntime.sleep(60)"
        _ = host.begin([.init("type", "execute"), .init("code", .string(code))])
        #expect(try host.wait(for: "ended")["reason"]?.stringValue?.contains("protocol") == true)
        _ = host.end()
    }
}
