import Event
import Session
import Testing

@Suite("Frames")
struct FrameTests {
    @Test("a message comes out as it went in, however it is cut")
    func pieces() throws {
        let bytes = Frame.bytes(["type": "hello", "text": "ä\u{0}"])
        for size in 1...bytes.count {
            var reader = FrameReader()
            var rest = bytes[...]
            var found: [UInt8]?
            while !rest.isEmpty {
                let piece = rest.prefix(min(size, reader.wanted))
                rest = rest.dropFirst(piece.count)
                found = try reader.take(Array(piece)) ?? found
            }
            #expect(found == Array(bytes.dropFirst(4)))
            #expect(!reader.isAmidMessage)
        }
    }

    @Test("a length that is nothing or too much is malformed", arguments: [0, 16 << 20 + 1, Int(UInt32.max)])
    func lengths(_ length: Int) {
        var reader = FrameReader()
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        #expect(throws: Malformed.self) { try reader.take(bytes) }
    }
}
