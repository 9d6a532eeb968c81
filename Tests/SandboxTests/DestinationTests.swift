import Linux
import Policy
import Testing

@testable import Sandbox

/// What is granted of the network, once its names are resolved.
@Suite("Destinations")
struct DestinationTests {
    /// Answers as a name server would, and remembers what it was asked.
    private final class Names {
        var asked: [String] = []
        let answers: [String: [[UInt8]]]

        init(_ answers: [String: [[UInt8]]]) { self.answers = answers }

        func resolve(_ name: String) -> Result<[[UInt8]], ResolutionError> {
            asked.append(name)
            return answers[name].map(Result.success) ?? .failure(ResolutionError("not found"))
        }
    }

    private static let line = Origin(file: "test", line: 1, column: 1)

    private func destinations(
        _ allow: [String], listen: [String] = [], names: Names = Names([:])
    ) throws -> Destinations {
        var rules = NetworkRules()
        rules.allow = try allow.map { Located(try Endpoint(parsing: $0), at: Self.line) }
        rules.listen = try listen.map { Located(try Endpoint(listening: $0), at: Self.line) }
        return try Destinations(rules, resolve: names.resolve)
    }

    private func v4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ port: UInt16) -> SocketAddress {
        .inet4([a, b, c, d], port: port)
    }

    @Test("a name is asked for once and stays what it was")
    func pinned() throws {
        let names = Names(["a.test": [[192, 0, 2, 1]]])
        let granted = try destinations(
            ["tcp://a.test:443", "tcp://a.test:80", "udp://a.test:53"], names: names)
        #expect(names.asked == ["a.test"])
        #expect(granted.allows(.tcp, v4(192, 0, 2, 1, 443)))
        #expect(granted.allows(.tcp, v4(192, 0, 2, 1, 80)))
        #expect(granted.allows(.udp, v4(192, 0, 2, 1, 53)))
        #expect(!granted.allows(.udp, v4(192, 0, 2, 1, 443)))
        #expect(!granted.allows(.tcp, v4(192, 0, 2, 1, 53)))
        #expect(!granted.allows(.tcp, v4(192, 0, 2, 2, 443)))
        #expect(granted.names(of: v4(192, 0, 2, 1, 1)) == ["a.test"])
        #expect(granted.notes == ["a.test is 192.0.2.1 for this run"])
    }

    @Test("a name that leads to this machine, its link or a metadata service grants nothing there")
    func inner() throws {
        let inner: [[UInt8]] = [
            [127, 0, 0, 1], [0, 0, 0, 0], [169, 254, 169, 254], [100, 100, 100, 200],
            [0xFD, 0, 0x0E, 0xC2] + [UInt8](repeating: 0, count: 10) + [2, 0x54],
            [UInt8](repeating: 0, count: 15) + [1],
        ]
        let names = Names(["a.test": inner + [[192, 0, 2, 1]]])
        let granted = try destinations(["tcp://a.test:80"], names: names)
        #expect(granted.allows(.tcp, v4(192, 0, 2, 1, 80)))
        for address in inner {
            let place = SocketAddress(SocketAddress.encode(address, port: 80))
            #expect(!granted.allows(.tcp, place), "\(place)")
            #expect(granted.names(of: place) == ["a.test"])
            let itself = try destinations(["tcp://\(address.count == 4 ? place.host : "[\(place.host)]"):80"])
            #expect(itself.allows(.tcp, place), "\(place)")
        }
        #expect(granted.notes.first?.contains("169.254.169.254 (which no name grants)") == true)
    }

    @Test("this machine's own name is not asked for")
    func localhost() throws {
        let names = Names(["localhost": [[192, 0, 2, 1]]])
        let granted = try destinations(["tcp://localhost:80"], names: names)
        #expect(names.asked.isEmpty)
        #expect(granted.allows(.tcp, v4(127, 0, 0, 1, 80)))
        #expect(granted.allows(.tcp, .inet6([UInt8](repeating: 0, count: 15) + [1], port: 80, scope: 0)))
        #expect(!granted.allows(.tcp, v4(192, 0, 2, 1, 80)))
    }

    @Test("an address inside IPv6 is that address")
    func mapped() throws {
        let granted = try destinations(["tcp://192.0.2.0/24:1-9"])
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        #expect(granted.allows(.tcp, .inet6(mapped + [192, 0, 2, 7], port: 9, scope: 0)))
        #expect(!granted.allows(.tcp, .inet6(mapped + [192, 0, 3, 7], port: 9, scope: 0)))
        #expect(!granted.allows(.tcp, .inet6(mapped + [192, 0, 2, 7], port: 10, scope: 0)))
    }

    @Test("what has no address is said, and where")
    func unresolved() throws {
        #expect(throws: Unenforceable.self) { try destinations(["tcp://nowhere.test:80"]) }
    }

    @Test("who may listen on every address may listen on each")
    func listening() throws {
        let granted = try destinations([], listen: ["tcp://0.0.0.0:8000-8010", "tcp://[::1]:*"])
        #expect(granted.listens(on: v4(0, 0, 0, 0, 8005)))
        #expect(granted.listens(on: v4(127, 0, 0, 1, 8010)))
        #expect(!granted.listens(on: v4(127, 0, 0, 1, 8011)))
        #expect(granted.listens(on: .inet6([UInt8](repeating: 0, count: 15) + [1], port: 5, scope: 0)))
        #expect(!granted.listens(on: .inet6([UInt8](repeating: 0, count: 16), port: 8005, scope: 0)))
    }
}
