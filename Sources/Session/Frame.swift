import Event

/// Messages of a session on a stream: four bytes of length, the highest first, then that many bytes of JSON.
package enum Frame {
    /// More bytes than one message may have are malformed.
    package static let largest = 16 << 20
    /// What no message holds (UTF-8 has no such byte, and a length three at most): between the interpreters of a session
    /// with checkpoints, which share one stream, it parts what one left unfinished from what the next one says.
    package static let mark = [UInt8](repeating: 0xFF, count: 8)

    /// The bytes of a message.
    package static func bytes(_ message: JSON) -> [UInt8] { bytes(of: message.encoded) }

    static func bytes(of text: [UInt8]) -> [UInt8] {
        let count = UInt32(clamping: text.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + text
    }
}

/// Bytes that are no message of the protocol: what is wrong with them.
package struct Malformed: Error, Equatable, CustomStringConvertible, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// Puts messages together from the pieces in which they arrive. It never asks for a byte behind the message at hand, so
/// that whoever reads after it begins at a message.
package struct FrameReader: Sendable {
    private var bytes: [UInt8] = []
    private var length: Int?
    /// Bytes of the mark that were seen in a row; nil when none is looked for.
    private var seen: Int?

    package init() {}

    /// Passes over everything up to the mark of `Frame`: what a writer that is gone left unfinished.
    package mutating func seekMark() {
        (bytes, length, seen) = ([], nil, 0)
    }

    /// Whether a part of a message has arrived.
    package var isAmidMessage: Bool { length != nil || !bytes.isEmpty }

    /// How many bytes to read at most.
    package var wanted: Int {
        seen.map { Frame.mark.count - $0 } ?? min((length ?? 4) - bytes.count, 1 << 20)
    }

    /// Takes at most `wanted` bytes; the text of a message when that made it whole.
    package mutating func take(_ piece: [UInt8]) throws(Malformed) -> [UInt8]? {
        if var run = seen {
            for byte in piece { run = byte == Frame.mark[0] ? run + 1 : 0 }
            seen = run < Frame.mark.count ? run : nil
            return nil
        }
        bytes += piece
        if length == nil, bytes.count == 4 {
            let count = bytes.reduce(0) { $0 << 8 | Int($1) }
            guard (1...Frame.largest).contains(count) else {
                throw Malformed("a message of \(count) bytes; 1 to \(Frame.largest) are allowed")
            }
            length = count
            bytes = []
            return nil
        }
        guard let length, bytes.count == length else { return nil }
        self.length = nil
        defer { bytes = [] }
        return bytes
    }
}
