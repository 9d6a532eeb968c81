import Event
import Session
import Testing

@Suite("What the guarded side says")
struct GuestMessageTests {
    @Test(
        "messages are read, and only as they are meant",
        arguments: [
            ("{\"type\":\"ready\",\"python\":\"3.11.2\"}", true),
            ("{\"type\":\"ready\"}", false),
            ("{\"type\":\"result\",\"id\":1,\"ok\":true,\"value\":1.5,\"repr\":\"1.5\"}", true),
            ("{\"type\":\"result\",\"id\":\"1\",\"ok\":true}", false),
            ("{\"type\":\"result\",\"id\":1,\"ok\":false,\"message\":3}", false),
            ("{\"type\":\"tool_call\",\"id\":1,\"call\":1,\"name\":\"a\",\"args\":[],\"kwargs\":{}}", true),
            ("{\"type\":\"tool_call\",\"id\":1,\"call\":1,\"name\":\"a\",\"args\":{},\"kwargs\":{}}", false),
            (
                "{\"type\":\"parked\",\"id\":1,\"checkpoint\":1,\"files\":0,\"bytes\":0,\"left_out\":0,\"threads\":0}",
                true
            ),
            (
                "{\"type\":\"parked\",\"id\":1,\"checkpoint\":1,\"files\":-1,\"bytes\":0,\"left_out\":0,\"threads\":0}",
                false
            ),
            ("{\"type\":\"parked\",\"id\":1}", false),
            ("{\"type\":\"restored\",\"checkpoint\":1,\"problems\":[\"a\"]}", true),
            ("{\"type\":\"restored\",\"checkpoint\":1,\"problems\":{}}", false),
            ("{\"type\":\"hello\"}", false), ("[]", false), ("", false), ("{}", false), ("null", false),
        ])
    func reading(_ text: String, _ isMessage: Bool) {
        #expect(((try? GuestMessage(Array(text.utf8))) != nil) == isMessage)
    }

    @Test("fields that nobody knows are left out, and long text is cut")
    func fields() throws {
        let long = String(repeating: "é", count: GuestMessage.longestText)
        let text = "{\"type\":\"result\",\"id\":1,\"ok\":true,\"repr\":\"\(long)\",\"type2\":1,\"lost\":true}"
        guard case .result(1, true, let fields) = try GuestMessage(Array(text.utf8)) else {
            Issue.record("no result")
            return
        }
        #expect(fields.map(\.name) == ["repr"])
        #expect(fields[0].value.stringValue.map { $0.utf8.count } ?? 0 <= GuestMessage.longestText + 8)
    }

    @Test("a message of very many values is refused before it is read")
    func values() {
        let head = "{\"type\":\"result\",\"id\":1,\"ok\":true,\"value\":"
        let many = head + "[" + String(repeating: "0,", count: GuestMessage.mostValues) + "0]}"
        #expect(throws: Malformed.self) { try GuestMessage(Array(many.utf8)) }
        let text = head + "\"" + String(repeating: ",\\\"[", count: GuestMessage.mostValues) + "\"}"
        #expect((try? GuestMessage(Array(text.utf8))) != nil)
    }

    @Test("bytes that were changed at random are read or refused, and nothing else")
    func fuzz() {
        var generator = Mixer(state: 7)
        let seeds = [
            "{\"type\":\"ready\",\"python\":\"3.11.2\"}",
            "{\"type\":\"result\",\"id\":1,\"ok\":true,\"value\":{\"__guardrun__\":\"tuple\",\"value\":[1,-2.5e3]}}",
            "{\"type\":\"tool_call\",\"id\":1,\"call\":1,\"name\":\"a\",\"args\":[\"\\u0000\"],\"kwargs\":{\"b\":null}}",
        ].map { Array($0.utf8) }
        var read = 0
        for _ in 0..<20_000 {
            var bytes = seeds[Int(generator.next() % UInt64(seeds.count))]
            for _ in 0..<Int(generator.next() % 4) {
                bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
                    truncatingIfNeeded: generator.next())
            }
            if generator.next() % 8 == 0 { bytes.removeLast(Int(generator.next() % UInt64(bytes.count))) }
            if (try? GuestMessage(bytes)) != nil { read += 1 }
        }
        #expect(read > 1_000)
    }
}

/// Numbers that look random and are the same every time (SplitMix64).
private struct Mixer: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
