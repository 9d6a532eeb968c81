import Event
import Foundation
import Linux
import Testing

/// Sockets of this machine that lie in the file system or have an abstract name (unix(7)).
@Suite("Local sockets")
struct LocalSocketTests {
    static let networks = ["[]", "[any]"]

    @Test(
        "a socket of the host in a granted directory is not reached", arguments: Caller.possible, networks)
    func granted(_ caller: Caller, _ network: String) throws {
        let scratch = try Scratch(for: caller)
        let path = try scratch.folder("out") + "/host.sock"
        let server = try Server(path: path)
        let guarded = Guarded(
            caller, settings: ["files.write=[./out]", "network.allow=\(network)"], in: scratch)
        let seen = try guarded.act("connect-unix", path)
        #expect(seen.output == "EACCES\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("connect").first?["args"]?["address"]?.stringValue == "unix:" + path)
        // By a link of the run's own, by a path without a beginning, and by another name.
        let linked = try guarded.act("connect-unix-link", path, "/tmp/link")
        #expect(linked.output == "EACCES\n", "\(linked.output)\(linked.errors)")
        #expect(linked.violations("connect").count == 1)
        let relative = try guarded.act("connect-unix", "host.sock", scratch.path("out"))
        #expect(relative.output == "EACCES\n", "\(relative.output)\(relative.errors)")
        #expect(relative.violations("connect").count == 1)
        #expect(server.count == 0)
    }

    @Test("a socket of the host in a hidden directory is not there", arguments: Caller.possible)
    func hidden(_ caller: Caller) throws {
        let (scratch, outside) = (try Scratch(for: caller), try Scratch(for: caller))
        let server = try Server(path: outside.path("host.sock"))
        let seen = try Guarded(caller, in: scratch).act("connect-unix", outside.path("host.sock"))
        #expect(seen.output == "ENOENT\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("connect").count == 1)
        let absent = try Guarded(caller, in: scratch).act("connect-unix", outside.path("never.sock"))
        #expect(absent.output == "ENOENT\n")
        #expect(absent.violations.isEmpty)
        #expect(server.count == 0)
    }

    @Test(
        "local datagrams, which may go to any path at any time, are not given out",
        arguments: Caller.possible,
        networks)
    func datagrams(_ caller: Caller, _ network: String) throws {
        let scratch = try Scratch(for: caller)
        let path = scratch.path("host.sock")
        let server = try Server(path: path, Int32(SOCK_DGRAM.rawValue))
        let guarded = Guarded(caller, settings: ["network.allow=\(network)"], in: scratch)
        for act in ["connect-unix-datagram", "send-unix", "send-unix-pair"] {
            let seen = try guarded.act(act, path)
            #expect(seen.output == "EACCES\n", "\(act): \(seen.output)\(seen.errors)")
            let syscall = act == "send-unix-pair" ? "socketpair" : "socket"
            let violations = seen.violations("syscall", syscall)
            #expect(violations.count == 1, "\(act): \(seen.violations)")
            #expect(violations.first?["args"]?["family"]?.stringValue == "AF_UNIX")
            #expect(violations.first?["args"]?["type"]?.stringValue == "SOCK_DGRAM")
        }
        #expect(server.count == 0)
    }

    @Test("pairs of streams and of packets are given out without an event", arguments: Caller.possible)
    func pairs(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        for type in ["1", "5"] {
            let seen = try Guarded(caller, in: scratch).act("socketpair", type)
            #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty)
        }
    }

    @Test("an abstract socket of the host is not reached", arguments: Caller.possible, networks)
    func abstract(_ caller: Caller, _ network: String) throws {
        let scratch = try Scratch(for: caller)
        let name = "guardrun-test-\(UUID().uuidString)"
        let server = try Server(.abstract(Array(name.utf8)), Int32(SOCK_STREAM.rawValue))
        let guarded = Guarded(caller, settings: ["network.allow=\(network)"], in: scratch)
        let seen = try guarded.act("connect-abstract", name)
        // In a network of its own the run finds no such name.
        #expect(["ECONNREFUSED\n", "EPERM\n"].contains(seen.output), "\(seen.output)\(seen.errors)")
        if seen.output == "EPERM\n" { #expect(seen.violations("connect").count == 1) }
        if network == "[any]" { #expect(seen.output == "EPERM\n") }
        #expect(server.count == 0)
    }

    @Test("the run's own sockets work without an event", arguments: Caller.possible, networks)
    func own(_ caller: Caller, _ network: String) throws {
        let scratch = try Scratch(for: caller)
        let guarded = Guarded(caller, settings: ["network.allow=\(network)"], in: scratch)
        for words in [["/tmp/own.sock"], ["own.sock", "/tmp"], ["/tmp/../tmp/./own.sock"]] {
            let seen = try guarded.run(["--", Shared.victim, "serve-unix"] + words)
            #expect(seen.output == "ok 0\n", "\(words): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(seen.violations)")
        }
    }

    @Test("a socket is made only where files may be", arguments: Caller.possible)
    func binding(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).act("bind-unix", scratch.path("new.sock"))
        #expect(seen.output == "EACCES\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("bind").count == 1)
        #expect(!scratch.exists("new.sock"))
        let allowed = try Guarded(caller, settings: ["files.write=[./out]"], in: scratch).act(
            "bind-unix", scratch.path("out/new.sock"))
        #expect(allowed.output == "ok 0\n", "\(allowed.output)\(allowed.errors)")
        #expect(allowed.violations.isEmpty)
    }
}
