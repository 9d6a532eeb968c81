import Audit
import Foundation
import Testing

/// Events delivered elsewhere: in order, at least once, whatever happens to either side.
@Suite("Delivering events", .timeLimit(.minutes(60)))
struct ShipTests {
    private struct Place {
        let scratch: Scratch
        let caller: Caller

        init(_ caller: Caller) throws {
            self.caller = caller
            scratch = try Scratch(for: caller)
        }

        @discardableResult
        func run(_ code: String = ":") throws -> Command.Result {
            try Command(
                [Shared.guardrun, "-q", "-p", "python", "--audit", "audit", "--", "/bin/sh", "-c", code],
                as: caller, in: scratch.url
            ).run()
        }

        func words(_ sink: String, _ more: [String]) -> [String] {
            [Shared.guardrun, "audit", "ship", "--audit", "audit", "--sink", sink] + more
        }

        func ship(_ sink: String, _ more: String...) throws -> Command.Result {
            try Command(words(sink, more), as: caller, in: scratch.url).run()
        }

        /// The trails, one after the other.
        func trails() throws -> String {
            let runs = scratch.url.appendingPathComponent("audit/runs").path
            return try FileManager.default.contentsOfDirectory(atPath: runs).filter { $0.hasSuffix(".jsonl") }
                .sorted().map { scratch.contents("audit/runs/\($0)") ?? "" }.joined()
        }

        var taken: String { scratch.contents("taken") ?? "" }
    }

    @Test("a command gets what is new, once it takes it", arguments: Caller.possible)
    func command(_ caller: Caller) throws {
        let place = try Place(caller)
        let sink = "exec:test ! -e closed && cat >> taken"
        try place.run()
        try place.run()
        #expect(try place.ship(sink, "--once").status == 0)
        #expect(try place.taken == place.trails())
        #expect(try place.ship(sink, "--once").status == 0)
        #expect(try place.taken == place.trails())
        try place.run()
        try place.scratch.file("closed", "")
        let refused = try place.ship(sink, "--once")
        #expect(refused.status == 125 && refused.errors.contains("the command ended with 1"), "\(refused)")
        // A trail that waits to be delivered is not removed by its age.
        let prune = try Command(
            [Shared.guardrun, "audit", "prune", "--audit", "audit", "--older-than", "0s", "--dry-run"],
            as: caller,
            in: place.scratch.url
        ).run()
        #expect(prune.output.hasPrefix("2 trails would be removed; 1 kept, because"), "\(prune)")
        try FileManager.default.removeItem(atPath: place.scratch.path("closed"))
        #expect(try place.ship(sink, "--once").status == 0)
        #expect(try place.taken == place.trails())
        // Another name begins at the beginning, in another form and with less.
        try FileManager.default.removeItem(atPath: place.scratch.path("taken"))
        let some = try place.ship(
            sink, "--once", "--name", "siem", "--format", "syslog", "--type", "run_started")
        #expect(some.status == 0)
        let lines = place.taken.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("<110>1 ") })
    }

    @Test(
        "who follows and is killed goes on where it was, and leaves nothing out", arguments: Caller.possible)
    func killed(_ caller: Caller) throws {
        let place = try Place(caller)
        try place.run()
        // Slow enough to be killed in the middle of a delivery.
        let sink = "exec:sleep 0.05; cat >> taken; sleep 0.05"
        for round in 0..<6 {
            let shipping = try Running(place.words(sink, []), as: caller, in: place.scratch.url)
            for _ in 0..<3 { try place.run("exit \(round)") }
            usleep(UInt32.random(in: 0..<200_000))
            shipping.send(SIGKILL)
            _ = shipping.finish()
        }
        #expect(try place.ship(sink, "--once").status == 0)
        let wanted = try place.trails().split(separator: "\n")
        let taken = place.taken.split(separator: "\n")
        #expect(Set(taken) == Set(wanted))
        // The first time that each came is in the order of its trail.
        var seen: Set<Substring> = []
        let first = taken.filter { seen.insert($0).inserted }
        func run(_ line: Substring) -> Substring { line.dropFirst(17).prefix(31) }
        for name in Set(wanted.map(run)) {
            #expect(first.filter { run($0) == name } == wanted.filter { run($0) == name })
        }
        let rival = try Running(
            place.words("exec:touch started; sleep 100", ["--name", "one"]), as: caller, in: place.scratch.url
        )
        while rival.isAlive, !place.scratch.exists("started") { usleep(10_000) }
        let second = try place.ship("exec:cat", "--once", "--name", "one")
        #expect(second.errors.contains("another `guardrun audit ship` delivers as 'one'"), "\(second)")
        rival.send(SIGKILL)
        _ = rival.finish()
    }

    @Test("sockets get lines, and a server that went is found again", arguments: ["unix", "tcp"])
    func sockets(_ kind: String) throws {
        let place = try Place(.user)
        try place.run()
        // Takes one connection, writes down what comes, and says where it listens.
        let server = """
            import socket, sys
            kind = sys.argv[1]
            s = socket.socket(socket.AF_UNIX if kind == 'unix' else socket.AF_INET)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(sys.argv[2] if kind == 'unix' else ('127.0.0.1', int(sys.argv[2])))
            s.listen(1)
            print('port', s.getsockname()[1] if kind == 'tcp' else 0, '.', flush=True)
            c, _ = s.accept()
            with open('taken', 'ab') as f:
                while True:
                    b = c.recv(65536)
                    if not b: break
                    f.write(b); f.flush()
            """
        func start(_ at: String) throws -> Running {
            let running = try Running(
                ["/usr/bin/python3", "-c", server, kind, at], as: .user, in: place.scratch.url)
            #expect(running.says(" ."))
            return running
        }
        let first = try start(kind == "unix" ? "s1" : "0")
        // Nobody listens where it is asked first.
        let closed = try place.ship(kind == "unix" ? "unix:nowhere" : "tcp://127.0.0.1:1", "--once")
        #expect(closed.status == 125 && closed.errors.contains("events were not taken"), "\(closed)")
        var port = ""
        if kind == "tcp" {
            port = try #require(first.said.split(separator: " ").dropFirst().first.map(String.init))
        }
        #expect(try place.ship(kind == "unix" ? "unix:s1" : "tcp://127.0.0.1:\(port)", "--once").status == 0)
        _ = first.finish()
        #expect(try place.taken == place.trails())
        try place.run()
        let second = try start(kind == "unix" ? "s2" : port)
        #expect(try place.ship(kind == "unix" ? "unix:s2" : "tcp://localhost:\(port)", "--once").status == 0)
        _ = second.finish()
        #expect(try place.taken == place.trails())
    }

    @Test("a web server gets a signature that it can check, and what it does not take comes again")
    func web() throws {
        let place = try Place(.user)
        try place.run()
        try place.scratch.file("key", "0123456789abcdef0123456789abcdef\n")
        let server = """
            import hashlib, hmac, http.server
            key = open('key', 'rb').read().strip()
            class Handler(http.server.BaseHTTPRequestHandler):
                failures = 1
                def do_POST(self):
                    body = self.rfile.read(int(self.headers['Content-Length']))
                    good = 'sha256=' + hmac.new(key, body, hashlib.sha256).hexdigest()
                    if self.headers['X-Guardrun-Signature'] != good: return self.send_error(403)
                    if Handler.failures: Handler.failures -= 1; return self.send_error(503)
                    open('taken', 'ab').write(body)
                    self.send_response(204); self.end_headers()
            s = http.server.HTTPServer(('127.0.0.1', 0), Handler)
            print('port', s.server_port, '.', flush=True)
            s.serve_forever()
            """
        let running = try Running(["/usr/bin/python3", "-c", server], as: .user, in: place.scratch.url)
        #expect(running.says(" ."))
        let port = try #require(running.said.split(separator: " ").dropFirst().first)
        let sink = "http://127.0.0.1:\(port)/events"
        let unsigned = try place.ship(sink, "--once", "--name", "unsigned")
        #expect(unsigned.status == 125 && unsigned.errors.contains("403"), "\(unsigned)")
        let signed = try place.ship(sink, "--once", "--key-file", "key")
        #expect(signed.status == 0 && signed.errors.contains("503"), "\(signed)")
        #expect(try place.taken == place.trails())
        running.send(SIGKILL)
        _ = running.finish()
    }

    @Test("what cannot be meant is said in a sentence")
    func wrong() throws {
        let place = try Place(.user)
        for (sink, more, sentence) in [
            ("ftp://x", [], "--sink takes unix:PATH"), ("tcp://1.2.3.4", [], "write tcp://HOST:PORT"),
            ("exec:cat", ["--name", "../x"], "--name takes letters"),
            ("exec:cat", ["--key-file", "k"], "--key-file signs what goes to http"),
            ("exec:cat", ["--format", "xml"], "--format takes one of jsonl"),
        ] {
            let result = try Command(place.words(sink, more), as: .user, in: place.scratch.url).run()
            #expect(result.status == 125 && result.errors.contains(sentence), "\(result)")
        }
    }
}
