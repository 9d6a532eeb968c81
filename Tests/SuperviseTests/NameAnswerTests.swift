import Linux
import Policy
import Testing

@testable import Sandbox
@testable import Supervise

/// Questions for names come from the run: bytes that anybody may have made.
@Suite("Answers for names")
struct NameAnswerTests {
    private func answers() throws -> NameAnswer {
        var rules = NetworkRules()
        rules.allow = [
            Located(try Endpoint(parsing: "tcp://a.test:1"), at: Origin(file: "test", line: 1, column: 1))
        ]
        let addresses: [[UInt8]] = [
            [192, 0, 2, 1], [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1],
        ]
        return NameAnswer(try Destinations(rules) { _ in .success(addresses) })
    }

    private func question(
        _ labels: [String], type: UInt8, header: [UInt8] = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    )
        -> [UInt8]
    {
        header + labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0, 0, type, 0, 1]
    }

    @Test("a granted name has the addresses it was pinned to, and no other name has any")
    func known() throws {
        let answers = try answers()
        let four = try #require(answers.answer(to: question(["A", "test"], type: 1)[...]))
        #expect(four.refused == nil)
        #expect(four.bytes.prefix(12) == [0, 7, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0])
        #expect(four.bytes.suffix(6) == [0, 4, 192, 0, 2, 1])
        let six = try #require(answers.answer(to: question(["a", "test"], type: 28)[...]))
        #expect(six.bytes.count == 12 + 12 + 12 + 16)
        let mail = try #require(answers.answer(to: question(["a", "test"], type: 15)[...]))
        #expect(mail.refused == nil && mail.bytes[7] == 0 && mail.bytes[3] == 0x80)
        let unknown = try #require(answers.answer(to: question(["b", "a", "test"], type: 1)[...]))
        #expect(unknown.refused == "b.a.test")
        #expect(unknown.bytes[3] == 0x83)
    }

    @Test("what is no question has no answer")
    func malformed() throws {
        let answers = try answers()
        let whole = question(["a", "test"], type: 1)
        for length in 0..<whole.count { #expect(answers.answer(to: whole[..<length]) == nil) }
        // An answer, two questions, a pointer, a label that is too long, a name that is.
        var bytes = whole
        bytes[2] = 0x81
        #expect(answers.answer(to: bytes[...]) == nil)
        bytes = whole
        bytes[5] = 2
        #expect(answers.answer(to: bytes[...]) == nil)
        for first: UInt8 in [0xC0, 0x40, 0xFF] {
            bytes = whole
            bytes[12] = first
            #expect(answers.answer(to: bytes[...]) == nil)
        }
        let long = question([String](repeating: String(repeating: "a", count: 60), count: 5), type: 1)
        #expect(answers.answer(to: long[...]) == nil)
    }

    @Test("garbage is read within its bounds")
    func garbage() throws {
        let answers = try answers()
        var state: UInt64 = 1
        func next() -> UInt8 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(state >> 56)
        }
        for round in 0..<20_000 {
            var bytes = (0..<Int(next()) % 80).map { _ in next() }
            if round % 2 == 0 { bytes = Array(question(["a", "test"], type: 1).prefix(12)) + bytes }
            if let answer = answers.answer(to: bytes[...]) {
                #expect(answer.bytes.count <= bytes.count + 300)
            }
        }
    }
}
