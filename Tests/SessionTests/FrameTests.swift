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

    @Test("behind a mark a message begins, whatever was left unfinished before it")
    func mark() throws {
        let message = Frame.bytes(["type": "hello"])
        for rest in [[], [0, 0, 0, 9, 0x7B], [0, 255, 255, 255, 0x7B], message] as [[UInt8]] {
            var reader = FrameReader()
            reader.seekMark()
            var bytes = (rest + Frame.mark + message)[...]
            var found: [[UInt8]] = []
            while !bytes.isEmpty {
                let piece = bytes.prefix(reader.wanted)
                bytes = bytes.dropFirst(piece.count)
                if let text = try reader.take(Array(piece)) { found.append(text) }
            }
            #expect(found == [Array(message.dropFirst(4))])
        }
    }

    @Test("a length that is nothing or too much is malformed", arguments: [0, 16 << 20 + 1, Int(UInt32.max)])
    func lengths(_ length: Int) {
        var reader = FrameReader()
        let bytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
        #expect(throws: Malformed.self) { try reader.take(bytes) }
    }
}
