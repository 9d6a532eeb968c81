import Audit
import Event
import Foundation
import Testing

/// A network with a name server and web servers of its own, in a namespace that the test makes: names mean what they
/// meant when the run began, and lead nowhere that no name may lead.
@Suite("Names on a network")
struct RebindingTests {
    /// Sets the network up, runs guardrun in it, and says what each server saw.
    private static let world = """
        import collections, json, os, socket, struct, subprocess, sys, threading
        directory, guardrun, guest = sys.argv[1:4]
        def command(*words): subprocess.run(words, check=True)
        command("ip", "link", "set", "lo", "up")
        for address in ("192.0.2.1/32", "192.0.2.2/32", "169.254.169.254/32"):
            command("ip", "address", "add", address, "dev", "lo")
        command("ip", "-6", "address", "add", "2001:db8::1/128", "dev", "lo", "nodad")
        with open(directory + "/resolv.conf", "w") as file: file.write("nameserver 127.0.0.1\\n")
        command("mount", "--bind", directory + "/resolv.conf", "/etc/resolv.conf")
        visits, questions = collections.Counter(), collections.Counter()
        def serve(family, address):
            server = socket.socket(family)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((address, 80))
            server.listen(16)
            def loop():
                while True:
                    peer, _ = server.accept()
                    visits[address] += 1
                    peer.sendall(b"hello")
                    peer.close()
            threading.Thread(target=loop, daemon=True).start()
        def addresses(name, kind):
            if kind == 1 and name == b"rebind.test":
                # The first answer is the one that counts; whoever asks again is sent elsewhere.
                return [socket.inet_aton("192.0.2.1" if questions[name, kind] == 1 else "192.0.2.2")]
            if kind == 28 and name == b"six.test": return [socket.inet_pton(socket.AF_INET6, "2001:db8::1")]
            if kind == 1 and name == b"inner.test": return [socket.inet_aton("169.254.169.254")]
            return []
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        names.bind(("127.0.0.1", 53))
        def answer():
            while True:
                message, sender = names.recvfrom(512)
                end = message.index(0, 12)
                labels, place = [], 12
                while message[place]:
                    labels.append(message[place + 1:place + 1 + message[place]])
                    place += 1 + message[place]
                name, kind = b".".join(labels).lower(), struct.unpack(">H", message[end + 1:end + 3])[0]
                questions[name, kind] += 1
                found = addresses(name, kind)
                reply = message[:2] + struct.pack(">HHHHH", 0x8180, 1, len(found), 0, 0) + message[12:end + 5]
                for address in found:
                    reply += b"\\xc0\\x0c" + struct.pack(">HHIH", kind, 1, 0, len(address)) + address
                names.sendto(reply, sender)
        threading.Thread(target=answer, daemon=True).start()
        for address in ("192.0.2.1", "192.0.2.2", "169.254.169.254"): serve(socket.AF_INET, address)
        serve(socket.AF_INET6, "2001:db8::1")
        hosts = ", ".join("'tcp://%s.test:80'" % name for name in ("rebind", "six", "inner"))
        done = subprocess.run(
            [guardrun, "-p", "python", "--set", "network.allow=[" + hosts + "]", "--audit", directory + "/audit",
             "--events", directory + "/events", "--", "/usr/bin/python3", "-c", guest],
            cwd=directory, capture_output=True, text=True)
        with open(directory + "/events") as file: events = [json.loads(line) for line in file]
        print(json.dumps({
            "output": done.stdout, "errors": done.stderr, "visits": visits,
            "rebound": questions[b"rebind.test", 1], "foreign": questions[b"other.test", 1],
            "violations": [event for event in events if event["type"] == "policy_violation"]}))
        """

    private static let guest = """
        import socket
        for name in ("rebind.test", "rebind.test", "rebind.test", "six.test", "inner.test", "other.test"):
            try:
                print(socket.create_connection((name, 80)).recv(5).decode())
            except OSError as error:
                print(error.errno)
        """

    /// Whether every caller that there is may make a network namespace and mount in it.
    static let isPossible = Caller.possible.allSatisfy { caller in
        let words = wrapped(["/bin/sh", "-c", "ip link set lo up && mount --bind /dev/null /etc/resolv.conf"])
        return (try? Command(words, as: caller, in: Shared.directory).run())?.status == 0
    }

    private static func wrapped(_ words: [String]) -> [String] {
        ["/usr/bin/unshare", "--user", "--map-root-user", "--net", "--mount", "--"] + words
    }

    @Test(
        "a name stays what it was, and leads to no inner address", .enabled(if: isPossible),
        arguments: Caller.possible)
    func pinned(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let words = ["/usr/bin/python3", "-c", Self.world, scratch.url.path, Shared.guardrun, Self.guest]
        let result = try Command(
            Self.wrapped(words), as: caller, in: scratch.url,
            environment: ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]
        ).run()
        let seen = try #require(
            JSONReader.value(Array(result.output.utf8)), "\(result.output)\(result.errors)")
        #expect(
            seen["output"]?.stringValue == "hello\nhello\nhello\nhello\n1\n-2\n", "\(seen)")
        #expect(seen["visits"]?["192.0.2.1"] == .number(3))
        #expect(seen["visits"]?["2001:db8::1"] == .number(1))
        #expect(seen["visits"]?["192.0.2.2"] == nil)
        #expect(seen["visits"]?["169.254.169.254"] == nil)
        #expect(seen["rebound"] == .number(1))
        #expect(seen["foreign"] == .number(0))
        guard case .array(let violations)? = seen["violations"] else {
            Issue.record("no violations: \(seen)")
            return
        }
        #expect(violations.count == 2, "\(violations)")
        let inner = violations.first { $0["args"]?["host"]?.stringValue == "169.254.169.254" }
        #expect(inner?["args"]?["port"] == .number(80))
        #expect(inner?["args"]?["name"]?.stringValue == "inner.test")
        #expect(inner?["message"]?.stringValue?.contains("inner.test leads there") == true, "\(violations)")
        #expect(violations.contains { $0["args"]?["host"]?.stringValue == "other.test" })
    }
}
