import Glibc
import Linux

/// How much the run has written to its standard streams, and how much it may.
struct OutputMeter {
    let limit: UInt64?
    private(set) var total: UInt64 = 0
    private(set) var isCut = false

    init(limit: UInt64?) { self.limit = limit }

    /// How many of `count` more bytes may pass.
    mutating func admit(_ count: Int) -> Int {
        let left = limit.map { $0 - min($0, total) } ?? .max
        total += UInt64(count)
        if UInt64(count) > left { isCut = true }
        return Int(min(UInt64(count), left))
    }
}

/// Passes one stream of the run on to one of ours, counting.
final class Relay {
    private var source: Descriptor?
    private let sink: Outlet
    private var marked = false

    init(from source: consuming Descriptor, to number: CInt) {
        self.source = consume source
        sink = Outlet(number)
    }

    var isDone: Bool { source == nil && sink.isIdle }

    /// What to wait for: something to read while nothing waits to be written, else room to write.
    func register(_ set: inout PollSet) -> Int? {
        if !sink.isIdle { return set.add(sink.pollNumber, writing: true) }
        guard let number = source?.number else { return nil }
        return set.add(number)
    }

    /// Moves what is there. Past the limit the rest is read and dropped, so that the program does not hang, and a
    /// line says so.
    func move(_ meter: inout OutputMeter) {
        if !sink.isIdle {
            sink.flush()
            return
        }
        guard let bytes = try? source?.read(atMost: 1 << 16), !bytes.isEmpty else {
            source = nil
            return
        }
        let admitted = meter.admit(bytes.count)
        sink.put(bytes.prefix(admitted))
        if admitted < bytes.count, !marked {
            marked = true
            sink.put("\n[guardrun: the output limit is reached; the rest is cut]\n".utf8)
        }
        // Nobody reads any more, and the program should learn of it as it would without guardrun.
        if sink.isBroken { source = nil }
    }
}
