import Event
import Foundation
import Linux
import Testing

/// Addresses that the policy does not grant, tried for real; and those it grants, reached.
@Suite("The network")
struct NetworkDenialTests {
    /// An address for documentation (RFC 5737, RFC 3849), where nobody is.
    static let nowhere = ["203.0.113.5", "443"]

    static let acts: [(act: String, operation: String, syscall: String, address: [String])] = [
        ("connect-tcp", "connect", "connect", nowhere),
        ("connect-tcp6", "connect", "connect", ["2001:db8::5", "443"]),
        ("connect-udp", "connect", "connect", nowhere),
        ("send-udp", "send", "sendto", nowhere), ("sendmsg", "send", "sendmsg", nowhere),
        ("sendmmsg", "send", "sendmmsg", nowhere), ("send-fastopen", "send", "sendto", nowhere),
        ("bind-tcp", "bind", "bind", ["127.0.0.1", "8080"]),
    ]

    @Test(
        "an address that is not granted is refused, and the event names it", arguments: Caller.possible,
        acts.indices)
    func refused(_ caller: Caller, _ index: Int) throws {
        let (act, operation, syscall, address) = Self.acts[index]
        let scratch = try Scratch(for: caller)
        let seen = try Guarded(caller, in: scratch).run(["--", Shared.victim, act] + address)
        #expect(seen.output == "EPERM\n", "\(act): \(seen.output)\(seen.errors)")
        let violations = seen.violations(operation, syscall)
        #expect(violations.count == 1, "\(act): \(seen.violations)")
        #expect(violations.first?["args"]?["host"]?.stringValue == address[0])
        #expect(violations.first?["args"]?["port"] == .number(Int(address[1]) ?? 0))
        #expect(violations.first?["threat"]?.stringValue == Threat.networkAccess.rawValue)
    }

    @Test("listening on a socket that was never bound is refused", arguments: Caller.possible)
    func unbound(_ caller: Caller) throws {
        let seen = try Guarded(caller, in: Scratch(for: caller)).act("listen")
        #expect(seen.output == "EPERM\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("bind", "listen").count == 1)
    }

    @Test("a server of this machine is out of reach", arguments: Caller.possible)
    func outOfReach(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server()
        let datagrams = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        for act in ["connect-tcp", "send-fastopen"] {
            let seen = try Guarded(caller, in: scratch).act(act, "127.0.0.1", "\(server.port)")
            #expect(seen.output == "EPERM\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.first?["args"]?["port"] == .number(Int(server.port)))
        }
        for act in ["send-udp", "sendmsg", "sendmmsg"] {
            let seen = try Guarded(caller, in: scratch).act(act, "127.0.0.1", "\(datagrams.port)")
            #expect(seen.output == "EPERM\n", "\(act): \(seen.output)\(seen.errors)")
        }
        #expect(server.count == 0)
        #expect(datagrams.count == 0)
    }

    @Test("what is granted is reached without an event, and nothing else is", arguments: Caller.possible)
    func granted(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let (server, other) = (try Server(), try Server())
        server.greet()
        let guarded = Guarded(
            caller, settings: ["network.allow=[\"tcp://127.0.0.1:\(server.port)\"]"], in: scratch)
        for act in ["ask-tcp", "ask-tcp-later"] {
            let seen = try guarded.act(act, "127.0.0.1", "\(server.port)")
            #expect(seen.output == "ok 5\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(seen.violations)")
        }
        let seen = try guarded.act("ask-tcp", "127.0.0.1", "\(other.port)")
        #expect(seen.output == "EPERM\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("connect").first?["args"]?["host"]?.stringValue == "127.0.0.1")
        #expect(seen.violations("connect").first?["args"]?["port"] == .number(Int(other.port)))
        #expect(server.count == 2)
        #expect(other.count == 0)
    }

    @Test("a granted name is reached by name, and asking for it is no violation", arguments: Caller.possible)
    func byName(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server()
        server.greet()
        let guarded = Guarded(
            caller, settings: ["network.allow=[\"tcp://localhost:\(server.port)\"]"], in: scratch)
        let script = """
            import socket
            socket.getaddrinfo("localhost", None)
            print(socket.create_connection(("localhost", \(server.port))).recv(5))
            """
        let seen = try guarded.run(["python3", "-c", script])
        #expect(seen.output == "b'hello'\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }

    @Test("a grant of TCP is none of datagrams, and fast open falls back", arguments: Caller.possible)
    func onlyTCP(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let (server, other) = (try Server(), try Server())
        let datagrams = try Server(
            .inet4([127, 0, 0, 1], port: server.port), Int32(SOCK_DGRAM.rawValue))
        let guarded = Guarded(
            caller, settings: ["network.allow=[\"tcp://127.0.0.1:\(server.port)\"]"], in: scratch)
        let address = ["127.0.0.1", "\(server.port)"]
        for act in ["send-udp", "sendmsg", "sendmmsg"] {
            let seen = try guarded.run(["--", Shared.victim, act] + address)
            #expect(seen.output == "EPERM\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations("send").count == 1)
        }
        let opened = try guarded.run(["--", Shared.victim, "send-fastopen"] + address)
        #expect(opened.output == "EOPNOTSUPP\n", "\(opened.output)\(opened.errors)")
        #expect(opened.violations.isEmpty)
        // A connection that was made cannot be turned into another.
        let turned = try guarded.run(
            ["--", Shared.victim, "reconnect-tcp"] + address + ["127.0.0.1", "\(other.port)"])
        #expect(turned.output == "EOPNOTSUPP\n", "\(turned.output)\(turned.errors)")
        #expect(turned.violations("connect").first?["args"]?["port"] == .number(Int(server.port)))
        #expect(datagrams.count == 0)
        #expect(other.count == 0)
    }

    @Test("where every destination is granted, all of it works", arguments: Caller.possible)
    func anywhere(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server()
        server.greet()
        let datagrams = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        let guarded = Guarded(caller, settings: ["network.allow=[any]"], in: scratch)
        for act in ["ask-tcp", "ask-tcp-later"] {
            let seen = try guarded.act(act, "127.0.0.1", "\(server.port)")
            #expect(seen.output == "ok 5\n", "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(seen.violations)")
        }
        for act in ["send-udp", "sendmsg", "connect-udp"] {
            let seen = try guarded.act(act, "127.0.0.1", "\(datagrams.port)")
            #expect(seen.output.hasPrefix("ok"), "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(seen.violations)")
        }
        #expect(datagrams.count == 2)
    }

    @Test("a granted port is listened on, and no other", arguments: Caller.possible)
    func listening(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let port = try Server().port
        let guarded = Guarded(
            caller, settings: ["network.listen=[\"tcp://127.0.0.1:\(port)\"]"], in: scratch)
        let visitor = Visitor(port: port)
        let seen = try guarded.act("serve-tcp", "127.0.0.1", "\(port)")
        #expect(seen.output == "ok 118\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
        visitor.stop()
        // The same address as a socket of the other family names it.
        let mapped = """
            import socket
            with socket.socket(socket.AF_INET6) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                listener.bind(("::ffff:127.0.0.1", \(port)))
                listener.listen()
            print("listened")
            """
        let both = try guarded.run(["--", "/usr/bin/python3", "-c", mapped])
        #expect(both.output == "listened\n", "\(both.errors)")
        // Ranges, and every address of the machine.
        for rule in ["tcp://0.0.0.0:\(port)", "tcp://127.0.0.0/8:\(port)-\(port)", "tcp://[::]:*"] {
            let wider = Guarded(caller, settings: ["network.listen=['\(rule)']"], in: scratch)
            let visitor = Visitor(port: port)
            let seen = try wider.act("serve-tcp", "127.0.0.1", "\(port)")
            visitor.stop()
            #expect(seen.output == "ok 118\n", "\(rule): \(seen.output)\(seen.errors)")
        }
        let other = try guarded.act("bind-tcp", "127.0.0.1", "\(port == 1025 ? 1026 : port - 1)")
        #expect(other.output == "EPERM\n")
        #expect(other.violations("bind", "bind").count == 1)
    }

    static let sockets: [(words: [String], errno: String, family: String?)] = [
        (["17", "3", "0"], "EPERM", "AF_PACKET"), (["2", "3", "1"], "EPERM", "AF_INET"),
        (["40", "1", "0"], "EPERM", "AF_VSOCK"), (["38", "5", "0"], "EPERM", "AF_ALG"),
        // SCTP connects by an option, too.
        (["2", "1", "132"], "EPERM", "AF_INET"), (["2", "2", "1"], "EACCES", "AF_INET"),
        // Habits, which have another way.
        (["16", "3", "0"], "EAFNOSUPPORT", nil), (["2", "1", "262"], "EPROTONOSUPPORT", nil),
    ]

    @Test(
        "sockets of other families and protocols are not given out", arguments: Caller.possible,
        sockets.indices)
    func families(_ caller: Caller, _ index: Int) throws {
        let (words, errno, family) = Self.sockets[index]
        let seen = try Guarded(caller, in: Scratch(for: caller)).run(["--", Shared.victim, "socket"] + words)
        #expect(seen.output == errno + "\n", "\(words): \(seen.output)\(seen.errors)")
        #expect(seen.violations.count == (family == nil ? 0 : 1))
        #expect(seen.violations.first?["args"]?["family"]?.stringValue == family)
    }

    @Test("packets are not sent by way of another host", arguments: Caller.possible)
    func routes(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let granted = Guarded(caller, settings: ["network.allow=[\"tcp://127.0.0.1:1\"]"], in: scratch)
        for (words, option) in [
            (["route4", "203.0.113.5"], "IP_OPTIONS"), (["route6", "2001:db8::5"], "IPV6_RTHDR"),
        ] {
            let seen = try granted.run(["--", Shared.victim] + words)
            #expect(seen.output == "EPERM\n", "\(seen.output)\(seen.errors)")
            let violations = seen.violations("syscall", "setsockopt")
            #expect(violations.count == 1, "\(seen.violations)")
            #expect(violations.first?["args"]?["option"]?.stringValue == option)
        }
        // Where destinations do not matter the kernel decides, which lets everybody do so for IPv6 (unless it has no
        // segment routing at all).
        let anywhere = Guarded(caller, settings: ["network.allow=[any]"], in: scratch)
        let free = try anywhere.act("route6", "2001:db8::5")
        #expect(["ok 0\n", "EINVAL\n"].contains(free.output), "\(free.output)\(free.errors)")
        #expect(free.violations.isEmpty)
        // IP_TOS, IPV6_V6ONLY, TCP_NODELAY, SO_REUSEADDR.
        for words in [
            ["2", "0", "1", "16"], ["10", "41", "26", "1"], ["2", "6", "1", "1"], ["2", "1", "2", "1"],
        ] {
            let seen = try granted.run(["--", Shared.victim, "set-option"] + words)
            #expect(seen.output == "ok 0\n", "\(words): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty)
        }
    }

    @Test("the start of an interpreter is no violation", arguments: Caller.possible)
    func benign(_ caller: Caller) throws {
        let script = "import socket, asyncio; socket.socketpair(); asyncio.run(asyncio.sleep(0))"
        let seen = try Guarded(caller, in: Scratch(for: caller)).run(["python3", "-c", script])
        #expect(seen.status == 0, "\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }
}

/// Somebody who connects to a port again and again until it is answered, and says "v".
private final class Visitor: @unchecked Sendable {
    private let lock = NSLock()
    private var isOver = false

    init(port: UInt16) {
        Thread.detachNewThread { [self] in
            while !lock.withLock({ isOver }) {
                let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = port.bigEndian
                address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
                let result = unsafe withUnsafePointer(to: &address) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe connect(number, $0, socklen_t(16))
                    }
                }
                if result == 0 { unsafe _ = send(number, "v", 1, Int32(MSG_NOSIGNAL)) }
                usleep(5_000)
                close(number)
            }
        }
    }

    func stop() { lock.withLock { isOver = true } }
}
