import Event
import Foundation
import Linux
import Testing

/// What holds where a run has no namespace and no view: what a view would hide is seen, and refused.
@Suite("Without namespaces", .enabled(if: Guarded.canBeBare))
struct BareDenialTests {
    struct Place {
        let scratch: Scratch
        let outside: Scratch
        let caller: Caller

        init(_ caller: Caller) throws {
            self.caller = caller
            scratch = try Scratch(for: caller)
            outside = try Scratch(for: caller)
            try outside.file("secret")
            try scratch.file("inside", "visible\n")
        }

        func guarded(_ settings: String...) -> Guarded {
            // Races take as long as they take on a busy machine.
            let limits = ["limits.wall=1h", "limits.cpu=1h"]
            var guarded = Guarded(caller, settings: limits + settings, in: scratch)
            guarded.isBare = true
            return guarded
        }
    }

    @Test(
        "files outside the grants are refused", arguments: Caller.possible,
        ["open-read", "open-write", "openat2", "unlink", "truncate"])
    func files(_ caller: Caller, _ act: String) throws {
        let place = try Place(caller)
        let seen = try place.guarded().act(act, place.outside.path("secret"))
        #expect(seen.output == "EACCES\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("open").count == 1, "\(seen.violations)")
        #expect(place.outside.contents("secret") == "secret\n")
        #expect(try place.guarded().act("open-read", place.scratch.path("inside")).output == "ok 0\n")
    }

    @Test("a path that changes opens nothing that is not granted", arguments: Caller.possible)
    func racedFiles(_ caller: Caller) throws {
        let place = try Place(caller)
        let seen = try place.guarded().act(
            "race-open", place.scratch.path("inside"), place.outside.path("secret"), "5000")
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
    }

    @Test("TCP reaches what is granted and nothing else", arguments: Caller.possible)
    func network(_ caller: Caller) throws {
        let place = try Place(caller)
        let (server, other) = (try Server(), try Server())
        server.greet()
        let guarded = place.guarded("network.allow=[\"tcp://127.0.0.1:\(server.port)\"]")
        for act in ["ask-tcp", "ask-tcp-later"] {
            let seen = try guarded.act(act, "127.0.0.1", "\(server.port)")
            #expect(seen.output == "ok 5\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(seen.violations)")
        }
        for (act, operation) in [("connect-tcp", "connect"), ("send-fastopen", "send")] {
            let seen = try guarded.act(act, "127.0.0.1", "\(other.port)")
            #expect(seen.output == "EPERM\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations(operation).first?["args"]?["port"] == .number(Int(other.port)))
        }
        let words = ["127.0.0.1", "\(server.port)", "127.0.0.1", "\(other.port)"]
        let turned = try guarded.run(["--", Shared.victim, "reconnect-tcp"] + words)
        #expect(turned.output == "EOPNOTSUPP\n", "\(turned.output)\(turned.errors)")
        for act in ["race-connect-tcp", "race-disconnect"] {
            let seen = try guarded.run(["--", Shared.victim, act] + words + ["3000"])
            #expect(seen.output.hasPrefix("ok "), "\(act): \(seen.output)\(seen.errors)")
            #expect(!seen.violations("connect").isEmpty)
        }
        #expect(other.count == 0)
    }

    @Test("datagrams, which nothing would hold, are not given out", arguments: Caller.possible)
    func datagrams(_ caller: Caller) throws {
        let place = try Place(caller)
        let server = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        for act in ["send-udp", "sendmsg", "sendmmsg", "connect-udp", "race-send"] {
            let words = ["127.0.0.1", "\(server.port)"] + (act == "race-send" ? ["10"] : [])
            let seen = try place.guarded().run(["--", Shared.victim, act] + words)
            #expect(seen.output == "EACCES\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations("syscall", "socket").count == 1)
        }
        #expect(server.count == 0)
    }

    @Test("sockets of the host are not reached", arguments: Caller.possible)
    func sockets(_ caller: Caller) throws {
        let place = try Place(caller)
        let name = "guardrun-test-\(UUID().uuidString)"
        let abstract = try Server(.abstract(Array(name.utf8)), Int32(SOCK_STREAM.rawValue))
        let server = try Server(path: place.scratch.path("host.sock"))
        let named = try place.guarded().act("connect-abstract", name)
        #expect(named.output == "EPERM\n", "\(named.output)\(named.errors)")
        #expect(named.violations("connect").first?["args"]?["host"] == nil)
        #expect(named.violations("connect").count == 1)
        let seen = try place.guarded().act("connect-unix", place.scratch.path("host.sock"))
        #expect(seen.output == "EACCES\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("connect").count == 1)
        #expect(abstract.count == 0)
        #expect(server.count == 0)
    }

    static let signals: [(act: String, errno: String, operation: String?)] = [
        ("kill", "EPERM", "signal"), ("tgkill", "EPERM", "signal"), ("kill-owner", "EPERM", "syscall"),
        // As on a kernel that has no such call.
        ("kill-descriptor", "ENOSYS", nil),
    ]

    @Test("a process outside is not signalled", arguments: Caller.possible, signals.indices)
    func signalled(_ caller: Caller, _ index: Int) throws {
        let (act, errno, operation) = Self.signals[index]
        let place = try Place(caller)
        let bystander = try Bystander(caller)
        let seen = try place.guarded().act(act, bystander.pid, "9")
        #expect(seen.output == errno + "\n", "\(act): \(seen.output)\(seen.errors)")
        #expect(seen.violations.count == (operation == nil ? 0 : 1), "\(seen.violations)")
        #expect(seen.violations.first?["op"]?.stringValue == operation)
        #expect(bystander.isAlive)
    }

    @Test("a process outside is not limited, looked into or traced", arguments: Caller.possible)
    func others(_ caller: Caller) throws {
        let place = try Place(caller)
        let bystander = try Bystander(caller)
        for act in ["limit-other", "trace", "read-memory", "pidfd-getfd"] {
            let seen = try place.guarded().act(act, bystander.pid)
            #expect(seen.output == "EPERM\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.count == 1, "\(act): \(seen.violations)")
        }
        for name in ["environ", "mem", "maps"] {
            let seen = try place.guarded().act("open-read", "/proc/\(bystander.pid)/\(name)")
            #expect(seen.output == "EACCES\n", "\(name): \(seen.output)\(seen.errors)")
        }
        #expect(bystander.isAlive)
    }

    @Test("the run's own signals and sockets work without an event", arguments: Caller.possible)
    func own(_ caller: Caller) throws {
        let place = try Place(caller)
        for words in [["kill", "0", "0"], ["socketpair", "1"]] {
            let seen = try place.guarded().run(["--", Shared.victim] + words)
            #expect(seen.output == "ok 0\n", "\(words): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(words): \(seen.violations)")
        }
        let script =
            "import subprocess, sys; print(subprocess.run([sys.executable, '-c', 'pass']).returncode)"
        let seen = try place.guarded().run(["python3", "-c", script])
        #expect(seen.output == "0\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }
}
