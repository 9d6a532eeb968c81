import Event
import Foundation
import Linux
import Testing

/// Connections that guardrun makes in a program's stead look to the program as if it had made them itself.
@Suite("Connections")
struct ConnectionTests {
    private static let own6: SocketAddress = .inet6([UInt8](repeating: 0, count: 15) + [1], port: 0, scope: 0)

    /// Nobody there answers a connection, because as many wait there as may.
    private final class SlowServer {
        private final class Waiting {
            let socket: Descriptor
            init(_ socket: consuming Descriptor) { self.socket = socket }
        }

        private let server: Server
        private var waiting: [Waiting] = []

        init() throws {
            server = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_STREAM.rawValue), backlog: 0)
            for _ in 0..<3 {
                let socket = try Descriptor.tcp(family: AF_INET)
                _ = socket.connect(to: SocketAddress.encode([127, 0, 0, 1], port: server.port))
                waiting.append(Waiting(socket))
            }
        }

        var port: UInt16 { server.port }
    }

    private func guarded(_ caller: Caller, _ ports: [UInt16], in scratch: Scratch) -> Guarded {
        let list = Set(ports).sorted().map { "\($0)" }.joined(separator: ",")
        return Guarded(
            caller, settings: ["network.allow=['tcp://127.0.0.1:\(list)', 'tcp://[::1]:\(list)']"],
            in: scratch)
    }

    @Test("both families are reached, by address, block, list and range", arguments: Caller.possible)
    func families(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let (four, six) = (try Server(), try Server(Self.own6, Int32(SOCK_STREAM.rawValue)))
        four.greet()
        six.greet()
        for (rule, host, server) in [
            ("tcp://127.0.0.1:\(four.port)", "127.0.0.1", four), ("tcp://127.0.0.0/8:*", "127.0.0.1", four),
            ("tcp://127.0.0.1:1,\(four.port),65535", "127.0.0.1", four),
            ("tcp://127.0.0.1:\(four.port - 1)-\(four.port)", "127.0.0.1", four),
            ("tcp://[::1]:\(six.port)", "::1", six), ("tcp://[::1/128]:\(six.port)-65535", "::1", six),
        ] {
            let seen = try Guarded(caller, settings: ["network.allow=['\(rule)']"], in: scratch)
                .act("ask", host, "\(server.port)")
            #expect(seen.output == "ok 5\n", "\(rule): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty, "\(rule): \(seen.violations)")
        }
        #expect(four.count == 4)
        #expect(six.count == 2)
        for (rule, host, server) in [
            // This machine is no part of a range that is more than that.
            ("tcp://0.0.0.0/0:*", "127.0.0.1", four), ("tcp://[::]/0:*", "::1", six),
            ("tcp://127.0.0.1:\(four.port + 1)-65535", "127.0.0.1", four),
            ("tcp://127.0.0.2/31:*", "127.0.0.1", four), ("tcp://[::1]:\(six.port - 1)", "::1", six),
        ] {
            let seen = try Guarded(caller, settings: ["network.allow=['\(rule)']"], in: scratch)
                .act("ask", host, "\(server.port)")
            #expect(seen.output == "EPERM\n", "\(rule): \(seen.output)\(seen.errors)")
            let violations = seen.violations("connect", "connect")
            #expect(violations.count == 1, "\(rule): \(seen.violations)")
            #expect(violations.first?["args"]?["host"]?.stringValue == host)
            #expect(violations.first?["args"]?["port"] == .number(Int(server.port)))
        }
        #expect(four.count == 4)
        #expect(six.count == 2)
    }

    @Test("what is connected stays so, and is connected once", arguments: Caller.possible)
    func once(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let (server, other) = (try Server(), try Server())
        server.greet()
        let guarded = self.guarded(caller, [server.port], in: scratch)
        let address = ["127.0.0.1", "\(server.port)"]
        for (act, output) in [("connect-again", "EISCONN\n"), ("connect-by-asking", "ok 5\n")] {
            let before = server.count
            let seen = try guarded.run(["--", Shared.victim, act] + address)
            #expect(seen.output == output, "\(act): \(seen.output)\(seen.errors)")
            #expect(seen.violations.isEmpty)
            #expect(server.count == before + 1)
        }
        // A copy of the socket is no way round.
        let copied = try guarded.run(
            ["--", Shared.victim, "connect-copy"] + address + ["127.0.0.1", "\(other.port)"])
        #expect(copied.output == "EPERM\n", "\(copied.output)\(copied.errors)")
        #expect(copied.violations("connect").first?["args"]?["port"] == .number(Int(other.port)))
        #expect(other.count == 0)
    }

    @Test("what was set on a socket is set on the connected one", arguments: Caller.possible)
    func options(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server()
        server.greet()
        let seen = try guarded(caller, [server.port], in: scratch)
            .act("connect-with-options", "127.0.0.1", "\(server.port)")
        #expect(seen.output == "ok 0\n", "\(seen.output)\(seen.errors)")
    }

    @Test(
        "waiting ends when the program wants it to, and keeps nobody else waiting", arguments: Caller.possible
    )
    func waiting(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let (slow, server) = (try SlowServer(), try Server())
        server.greet()
        let guarded = self.guarded(caller, [slow.port, server.port], in: scratch)
        let never = ["127.0.0.1", "\(slow.port)"]
        for (act, output) in [("connect-for-a-while", "EINPROGRESS\n"), ("connect-until-signal", "EINTR\n")] {
            let seen = try guarded.run(["--", Shared.victim, act] + never)
            #expect(seen.output == output, "\(act): \(seen.output)\(seen.errors)")
        }
        let beside = try guarded.run(
            ["--", Shared.victim, "connect-beside"] + never + ["127.0.0.1", "\(server.port)"])
        #expect(beside.output == "ok 5\n", "\(beside.output)\(beside.errors)")
    }

    @Test("a run that ends while it waits ends", arguments: Caller.possible)
    func ending(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let slow = try SlowServer()
        var guarded = self.guarded(caller, [slow.port], in: scratch)
        guarded.settings.append("limits.wall=1s")
        let seen = try guarded.act("ask", "127.0.0.1", "\(slow.port)")
        #expect(seen.status == 124, "\(seen.errors)")
        #expect(seen.object?["limit"]?.stringValue == "wall")
    }

    @Test("a socket that is told to wait meanwhile holds nobody up", arguments: Caller.possible)
    func full(_ caller: Caller) throws {
        let seen = try Guarded(caller, in: Scratch(for: caller)).act("connect-full", "/tmp/own.sock", "500")
        #expect(seen.output == "ok 500\n", "\(seen.output)\(seen.errors)")
    }

    @Test("Python's ways to connect work", arguments: Caller.possible)
    func python(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        try scratch.file("served/page", "a page\n")
        let port = try Server().port
        let web = try Running(
            ["/usr/bin/python3", "-u", "-m", "http.server", "\(port)", "--bind", "127.0.0.1"], as: caller,
            in: scratch.url.appendingPathComponent("served"))
        #expect(web.says("Serving"))
        let script = """
            import asyncio, http.client, selectors, socket, urllib.request
            url = "http://localhost:\(port)/page"
            print(urllib.request.urlopen(url, timeout=30).read())
            client = http.client.HTTPConnection("127.0.0.1", \(port), source_address=("0.0.0.0", 0))
            client.request("GET", "/page")
            print(client.getresponse().read())
            async def fetch():
                reader, writer = await asyncio.open_connection("localhost", \(port))
                writer.write(b"GET /page HTTP/1.0\\r\\n\\r\\n")
                page = await reader.read()
                writer.close()
                return page.split(b"\\r\\n\\r\\n")[1]
            async def several():
                return await asyncio.gather(*(fetch() for _ in range(20)))
            print(set(asyncio.run(several())))
            # As libraries see whether there is IPv6.
            with socket.socket(socket.AF_INET6) as probe: probe.bind(("::1", 0))
            later = socket.socket()
            later.setblocking(False)
            print(later.connect_ex(("127.0.0.1", \(port))) in (0, 115))
            with selectors.DefaultSelector() as selector:
                selector.register(later, selectors.EVENT_WRITE)
                selector.select()
            print(later.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), later.getpeername()[1] == \(port))
            """
        let seen = try guarded(caller, [port], in: scratch).run(["--", "/usr/bin/python3", "-c", script])
        web.send(SIGTERM)
        #expect(
            seen.output == "b'a page\\n'\nb'a page\\n'\n{b'a page\\n'}\nTrue\n0 True\n",
            "\(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }
}
