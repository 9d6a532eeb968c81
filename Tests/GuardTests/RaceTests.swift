import Event
import Foundation
import Linux
import Testing

/// What is judged is what is done: a thread that changes the memory of a call while it waits gains nothing.
@Suite("Races", .serialized)
struct RaceTests {
    /// As long as it takes: a thread that never rests uses a lot of processor time on a busy machine.
    private func guarded(_ caller: Caller, _ settings: [String] = [], in scratch: Scratch) -> Guarded {
        Guarded(caller, settings: ["limits.wall=1h", "limits.cpu=1h"] + settings, in: scratch)
    }

    @Test("a path that changes opens nothing that is not granted", arguments: Caller.possible)
    func paths(_ caller: Caller) throws {
        let (scratch, outside) = (try Scratch(for: caller), try Scratch(for: caller))
        let granted = try scratch.file("inside", "visible\n")
        let forbidden = try outside.file("secret")
        let denied = try scratch.file("denied")
        let guarded = self.guarded(caller, ["files.deny=[./denied]"], in: scratch)
        for (wrong, rounds) in [(forbidden, "10000"), (denied, "5000")] {
            let seen = try guarded.act("race-open", granted, wrong, rounds)
            #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
            #expect(!seen.violations.isEmpty)
        }
    }

    @Test("a program's path that changes runs nothing that is not granted", arguments: Caller.possible)
    func programs(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        for name in ["granted", "refused"] {
            try FileManager.default.copyItem(atPath: Shared.victim, toPath: scratch.path(name))
        }
        let guarded = self.guarded(caller, ["files.exec=[./granted]", "limits.execs=100000"], in: scratch)
        let seen = try guarded.act("race-execute", scratch.path("granted"), scratch.path("refused"), "1000")
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(!seen.violations("exec").isEmpty)
    }

    @Test(
        "a local address that changes reaches no socket of the host", arguments: Caller.possible,
        ["[]", "[any]"])
    func localAddresses(_ caller: Caller, _ network: String) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server(path: scratch.path("host.sock"))
        let guarded = self.guarded(caller, ["network.allow=\(network)"], in: scratch)
        let seen = try guarded.act("race-connect-unix", "/tmp/own.sock", scratch.path("host.sock"), "5000")
        #expect(seen.output.hasPrefix("ok ") && seen.output != "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(!seen.violations("connect").isEmpty)
        #expect(server.count == 0)
    }

    @Test("a link that changes reaches no socket of the host", arguments: Caller.possible)
    func links(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server(path: scratch.path("host.sock"))
        let seen = try guarded(caller, in: scratch).act(
            "race-link", "/tmp/own.sock", scratch.path("host.sock"), "/tmp/link", "5000")
        #expect(seen.output.hasPrefix("ok ") && seen.output != "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(!seen.violations("connect").isEmpty)
        #expect(server.count == 0)
    }

    @Test("an address on the network that changes reaches only what is granted", arguments: Caller.possible)
    func addresses(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let (server, other) = (try Server(), try Server())
        server.greet()
        let guarded = self.guarded(
            caller, ["network.allow=[\"tcp://127.0.0.1:\(server.port)\"]"], in: scratch)
        let words = ["127.0.0.1", "\(server.port)", "127.0.0.1", "\(other.port)", "5000"]
        let seen = try guarded.run(["--", Shared.victim, "race-connect-tcp"] + words)
        #expect(seen.output.hasPrefix("ok ") && seen.output != "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(!seen.violations("connect").isEmpty)
        let turned = try guarded.run(["--", Shared.victim, "race-disconnect"] + words)
        #expect(turned.output == "ok 0\n", "\(turned.output)\(turned.errors)")
        #expect(other.count == 0)
    }

    @Test(
        "a descriptor that becomes another socket connects no stream that is not granted",
        arguments: Caller.possible,
        ["race-fast-open", "race-kind"])
    func descriptors(_ caller: Caller, _ act: String) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server()
        let granted =
            act == "race-kind" ? "udp://127.0.0.1:\(server.port)" : "tcp://192.0.2.1:443"
        let guarded = self.guarded(caller, ["network.allow=[\"\(granted)\"]"], in: scratch)
        let seen = try guarded.act(act, "127.0.0.1", "\(server.port)", "3000")
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(server.count == 0)
    }

    @Test("a datagram whose address changes reaches only who is granted", arguments: Caller.possible)
    func datagrams(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let type = Int32(SOCK_DGRAM.rawValue)
        let server = try Server(.inet4([127, 0, 0, 1], port: 0), type)
        let other = try Server(.inet4([127, 0, 0, 1], port: 0), type)
        let guarded = self.guarded(
            caller, ["network.allow=[\"udp://127.0.0.1:\(server.port)\"]"], in: scratch)
        let seen = try guarded.act(
            "race-send-granted", "127.0.0.1", "\(server.port)", "127.0.0.1", "\(other.port)", "10000")
        #expect(seen.output.hasPrefix("ok ") && seen.output != "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(!seen.violations("send").isEmpty)
        #expect(server.count > 0)
        #expect(other.count == 0)
    }

    @Test(
        "a path that changes to standard input's changes nothing of that file", arguments: Caller.possible,
        ["full", "fast"])
    func metadata(_ caller: Caller, _ visibility: String) throws {
        let (scratch, outside) = (try Scratch(for: caller), try Scratch(for: caller))
        let secret = try outside.file("secret")
        let before = try FileManager.default.attributesOfItem(atPath: secret)
        var guarded = self.guarded(caller, ["visibility=\(visibility)"], in: scratch)
        guarded.inputFile = secret
        let seen = try guarded.act("race-metadata", "/tmp/own", "/proc/self/fd/0", "3000")
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
        #expect(!seen.violations.isEmpty)
        let after = try FileManager.default.attributesOfItem(atPath: secret)
        for key in [FileAttributeKey.posixPermissions, .groupOwnerAccountID, .modificationDate] {
            #expect((before[key] as? NSObject) == (after[key] as? NSObject), "\(key)")
        }
    }

    @Test("a message whose address changes reaches nobody", arguments: Caller.possible)
    func messages(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        let seen = try guarded(caller, in: scratch).act("race-send", "127.0.0.1", "\(server.port)", "20000")
        #expect(seen.output.hasPrefix("ok ") || seen.output == "EACCES\n", "\(seen.output)\(seen.errors)")
        #expect(!seen.violations.isEmpty)
        #expect(server.count == 0)
    }
}
