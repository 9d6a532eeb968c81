import Event
import Glibc
import Linux
import Supervise

/// One end of a stream of messages: it is read as far as the message at hand, and written without ever waiting.
final class Line {
    private let input: CInt
    private let output: Outlet
    private var reader = FrameReader()
    private let namesSenders: Bool
    private var places: (reading: Int?, writing: Int?)
    private(set) var isOver = false
    /// Who sent the last bytes that were read, on a line that names senders.
    private(set) var sender: Int32 = 0

    /// - Parameters:
    ///   - input: where messages come from; it stays the caller's.
    ///   - output: where they go.
    ///   - namesSenders: whether the input is a socket that does.
    init(input: CInt, output: Outlet, namesSenders: Bool = false) {
        self.namesSenders = namesSenders
        self.input = input
        self.output = output
    }

    var isIdle: Bool { output.isIdle }
    /// Nobody reads any more.
    var isBroken: Bool { output.isBroken }
    var isAmidMessage: Bool { reader.isAmidMessage }

    func send(_ message: JSON) { output.put(Frame.bytes(message)) }
    func send(bytes: [UInt8]) { output.put(bytes) }
    func send(text: [UInt8]) { output.put(Frame.bytes(of: text)) }
    func seekMark() { reader.seekMark() }
    func finish(within nanoseconds: UInt64) { output.finish(within: nanoseconds) }

    /// - Parameter isReading: whether messages are wanted now.
    func register(_ set: inout PollSet, isReading: Bool = true) {
        places.reading = isReading && !isOver ? set.add(input) : nil
        places.writing = output.isIdle ? nil : set.add(output.pollNumber, writing: true)
    }

    /// Moves what is ready; the text of a message that has become whole.
    func move(_ set: PollSet) throws(Malformed) -> [UInt8]? {
        if set.isReady(places.writing) { output.flush() }
        guard set.isReady(places.reading) else { return nil }
        while true {
            if let text = try read() { return text }
            // The length comes first, and the rest is mostly there too.
            guard !isOver, waits(nanoseconds: 0) else { return nil }
        }
    }

    /// Waits until there is something to read; false when the time is over.
    func waits(nanoseconds: UInt64) -> Bool {
        var set = PollSet()
        let place = set.add(input)
        set.wait(nanoseconds: nanoseconds)
        return set.isReady(place)
    }

    /// Reads once; call it when there is something to read.
    func read() throws(Malformed) -> [UInt8]? {
        guard let piece = try? piece(), !piece.isEmpty else {
            isOver = true
            return nil
        }
        return try reader.take(piece)
    }

    private func piece() throws(SystemError) -> [UInt8] {
        guard namesSenders else { return try Descriptor.readBorrowed(input, atMost: reader.wanted) }
        let (bytes, from) = try Descriptor.receiveBorrowed(input, atMost: reader.wanted)
        sender = from
        return bytes
    }
}

/// One standard stream of the cells, on its way to the host as text.
final class CellStream {
    private let source: Descriptor
    let name: String
    private var place: Int?
    /// The beginning of a character whose rest has not arrived.
    private var rest: [UInt8] = []
    private(set) var isOver = false

    init(_ source: consuming Descriptor, name: String) {
        self.source = source
        self.name = name
    }

    /// - Parameter isReading: whether output is wanted now. A place in a set means nothing in the next one.
    func register(_ set: inout PollSet, isReading: Bool) {
        place = isReading && !isOver ? set.add(source.number) : nil
    }

    func isReady(_ set: PollSet) -> Bool { set.isReady(place) }

    /// Reads what is there, one pipe full at most; nil when nothing is.
    func read() -> [UInt8]? {
        var set = PollSet()
        let place = set.add(source.number)
        set.wait(nanoseconds: 0)
        guard !isOver, set.isReady(place) else { return nil }
        guard let piece = try? source.read(atMost: 1 << 16), !piece.isEmpty else {
            isOver = true
            return nil
        }
        return piece
    }

    /// The text of bytes, whose last character may be kept back until it is whole.
    func text(_ piece: some Collection<UInt8>, isLast: Bool) -> String {
        var bytes = rest + piece
        rest = []
        // At most three bytes can be the beginning of a character (RFC 3629).
        for length in 1...3 where !isLast && length <= bytes.count {
            let lead = bytes[bytes.count - length]
            guard lead & 0xC0 != 0x80 else { continue }
            let whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
            if whole > length {
                rest = Array(bytes.suffix(length))
                bytes.removeLast(length)
            }
            break
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
