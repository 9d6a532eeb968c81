import Event
import Foundation
import Linux
import Testing

/// Datagrams reach what is granted and come back, whatever call sends them; and nothing else.
@Suite("Datagrams")
struct DatagramTests {
    static let calls = ["send", "sendto", "sendmsg", "sendmmsg"]

    /// Somebody on 127.0.0.1 and ::1 who sends back what comes.
    private final class Echo {
        let port: UInt16
        private let process: Running

        init(_ caller: Caller, in scratch: Scratch) throws {
            port = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue)).port
            let script = """
                import socket, threading
                def echo(family, address):
                    server = socket.socket(family, socket.SOCK_DGRAM)
                    server.bind((address, \(port)))
                    while True:
                        message, sender = server.recvfrom(65536)
                        server.sendto(b"echo " + message, sender)
                threading.Thread(target=echo, args=(socket.AF_INET6, "::1"), daemon=True).start()
                threading.Timer(0.1, lambda: print("up", flush=True)).start()
                echo(socket.AF_INET, "127.0.0.1")
                """
            process = try Running(["/usr/bin/python3", "-c", script], as: caller, in: scratch.url)
            guard process.says("up") else { throw SystemError("an echo did not start") }
        }

        deinit { process.send(SIGKILL) }
    }

    @Test("each way to send reaches what is granted, in both families", arguments: Caller.possible)
    func granted(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let echo = try Echo(caller, in: scratch)
        let guarded = Guarded(
            caller, settings: ["network.allow=['udp://127.0.0.1:\(echo.port)', 'udp://[::1]:1-65535']"],
            in: scratch)
        for host in ["127.0.0.1", "::1"] {
            for call in Self.calls {
                let seen = try guarded.act("ask-datagram", host, "\(echo.port)", call)
                #expect(seen.output == "ok 8\n", "\(host) \(call): \(seen.output)\(seen.errors)")
                #expect(seen.violations.isEmpty, "\(seen.violations)")
            }
        }
    }

    @Test("no way to send reaches anything else", arguments: Caller.possible)
    func refused(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let other = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        let guarded = Guarded(
            caller,
            settings: ["network.allow=['udp://127.0.0.1:\(other.port + 1)', 'udp://0.0.0.0/0:*']"],
            in: scratch)
        for call in Self.calls {
            let seen = try guarded.act("ask-datagram", "127.0.0.1", "\(other.port)", call)
            #expect(seen.output == "EPERM\n", "\(call): \(seen.output)\(seen.errors)")
            let violations = seen.violations(call == "send" ? "connect" : "send")
            #expect(violations.count == 1, "\(seen.violations)")
            #expect(violations.first?["args"]?["host"]?.stringValue == "127.0.0.1")
            #expect(violations.first?["args"]?["port"] == .number(Int(other.port)))
        }
        #expect(other.count == 0)
    }

    @Test("a grant of connections carries no datagram, and says so", arguments: Caller.possible)
    func onlyConnections(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let other = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        // getaddrinfo(3) connects such sockets to learn its own address, so that by itself is nothing.
        let seen = try Guarded(
            caller, settings: ["network.allow=['tcp://127.0.0.1:\(other.port)']"], in: scratch
        ).act("tell-datagram", "127.0.0.1", "\(other.port)")
        #expect(seen.output == "ok 4\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations("send").first?["args"]?["port"] == .number(Int(other.port)))
        #expect(seen.violations.count == 1)
        #expect(other.count == 0)
    }

    @Test("what was sent last arrives", arguments: Caller.possible)
    func last(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let server = try Server(.inet4([127, 0, 0, 1], port: 0), Int32(SOCK_DGRAM.rawValue))
        let guarded = Guarded(
            caller, settings: ["network.allow=['udp://127.0.0.1:\(server.port)']"], in: scratch)
        for _ in 0..<10 {
            #expect(try guarded.act("tell-datagram", "127.0.0.1", "\(server.port)").status == 0)
        }
        #expect(server.count == 10)
    }

    @Test("asyncio and large datagrams work", arguments: Caller.possible)
    func python(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let echo = try Echo(caller, in: scratch)
        let script = """
            import asyncio, socket
            class Asking(asyncio.DatagramProtocol):
                def __init__(self): self.answer = asyncio.get_running_loop().create_future()
                def connection_made(self, transport): transport.sendto(b"async")
                def datagram_received(self, data, address): self.answer.set_result((data, address[1]))
            async def ask():
                loop = asyncio.get_running_loop()
                _, asking = await loop.create_datagram_endpoint(Asking, remote_addr=("localhost", \(echo.port)))
                return await asyncio.wait_for(asking.answer, 30)
            print(asyncio.run(ask()) == (b"echo async", \(echo.port)))
            plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            plain.bind(("0.0.0.0", 0))
            plain.sendto(b"x" * 60000, ("127.0.0.1", \(echo.port)))
            message, sender = plain.recvfrom(65536)
            print(len(message), sender == ("127.0.0.1", \(echo.port)))
            """
        let seen = try Guarded(
            caller, settings: ["network.allow=['udp://localhost:\(echo.port)']"], in: scratch
        ).run(["--", "/usr/bin/python3", "-c", script])
        #expect(seen.output == "True\n60005 True\n", "\(seen.output)\(seen.errors)")
        #expect(seen.violations.isEmpty, "\(seen.violations)")
    }

    @Test(
        "who asks for a name that is not granted is told that there is none, and the event names it",
        arguments: Caller.possible)
    func names(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let script = """
            import socket, struct
            for name in ("localhost", "secret.attacker.example"):
                try:
                    print(socket.gethostbyname(name))
                except OSError as error:
                    print(error.errno)
            # A resolver of its own, asking for A.
            question = b"\\x09localhost\\x00" + struct.pack(">HH", 1, 1)
            asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            asking.sendto(struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + question, ("127.0.0.1", 53))
            answer = asking.recv(512)
            print(answer[:2], answer[-4:])
            """
        let seen = try Guarded(caller, settings: ["network.allow=['tcp://localhost:1']"], in: scratch)
            .run(["--", "/usr/bin/python3", "-c", script])
        #expect(
            seen.output == "127.0.0.1\n-2\nb'\\x00\\x07' b'\\x7f\\x00\\x00\\x01'\n",
            "\(seen.output)\(seen.errors)")
        let violations = seen.violations("connect")
        #expect(violations.count == 1, "\(seen.violations)")
        #expect(violations.first?["args"]?["host"]?.stringValue == "secret.attacker.example")
        #expect(violations.first?["exe"]?.stringValue?.contains("python") == true)
    }

    @Test("a datagram socket of the host is not passed through", arguments: Caller.possible)
    func inherited(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let socket = try Descriptor.udp(family: AF_INET)
        let running = try Running(
            [Shared.guardrun, "-p", "python", "--audit", scratch.path("audit"), "--", "/bin/echo", "ran"],
            as: caller, in: scratch.url,
            input: FileHandle(fileDescriptor: socket.number, closeOnDealloc: false))
        let result = running.finish()
        #expect(result.status == 125, "\(result.text)\(result.errorText)")
        #expect(result.text == "")
        #expect(result.errorText.contains("datagram socket"), "\(result.errorText)")
    }

    @Test("where there is no network namespace, nothing runs", arguments: Caller.possible)
    func bare(_ caller: Caller) throws {
        guard Guarded.canBeBare else { return }
        var guarded = Guarded(
            caller, settings: ["network.allow=['udp://192.0.2.1:53']"], in: try Scratch(for: caller))
        guarded.isBare = true
        let seen = try guarded.run(["true"])
        #expect(seen.status == 78, "\(seen.errors)")
        #expect(seen.errors.contains("udp://192.0.2.1:53 cannot be held to that"), "\(seen.errors)")
    }
}
