import Event
import Glibc
import Linux

/// What is found when a trail is read from its first byte to its last.
package struct Verification: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        /// Every line is where and as it was written, and the seal is there.
        case sound
        /// Sound as far as it goes, and still being written.
        case running
        /// Sound as far as it goes, but it ends without a seal: the run, or guardrun, was cut off.
        case cutOff
        /// Something was changed, and where: a line number from 1.
        case broken(line: Int, reason: String)
        case unreadable(String)
    }

    package let runID: RunID
    package let state: State
    package let lines: Int
    /// The hash of the first line and of the last sound one: what the ledger keeps.
    package let first: Digest?
    package let head: Digest
    /// What is no fault and still worth knowing: the host's clock was set while the run lasted.
    package let notes: [String]
    /// Whether a process that writes it is alive.
    package let isHeld: Bool

    package var isSound: Bool { state == .sound || state == .running }

    /// One sentence for people; empty when all is well.
    package var fault: String {
        switch state {
        case .sound, .running: ""
        case .cutOff: "cut off after \(lines) line\(lines == 1 ? "" : "s"): the run has no seal"
        case .broken(let line, let reason): "line \(line): \(reason)"
        case .unreadable(let reason): reason
        }
    }

    /// Reads and checks the trail of a run.
    package static func of(_ run: RunID, in store: Store) -> Verification {
        var reading = Reading(run)
        do throws(SystemError) {
            var lines = try TrailLines(of: run, in: store)
            let isHeld = lines.isHeld()
            while reading.fault == nil {
                let block = try lines.next()
                if block.isEmpty { break }
                _ = reading.read(block.span)
            }
            return conclude(reading, endsWhole: lines.isWhole, isHeld: isHeld)
        } catch {
            return Verification(
                runID: run, state: .unreadable("\(error.errno)"), lines: 0, first: nil, head: .zero,
                notes: [],
                isHeld: false)
        }
    }

    /// Checks the bytes of a trail.
    ///
    /// - Parameter isHeld: whether somebody is still writing it, so that its end is not the end.
    package static func check(_ bytes: [UInt8], run: RunID, isHeld: Bool = false) -> Verification {
        var reading = Reading(run)
        let read = reading.read(bytes.span)
        return conclude(reading, endsWhole: read == bytes.count, isHeld: isHeld)
    }

    /// - Parameter endsWhole: whether the last line has its end: it is written in one piece, but a process can be killed
    ///   in the middle of it.
    private static func conclude(_ reading: Reading, endsWhole: Bool, isHeld: Bool) -> Verification {
        var state = State.cutOff
        if let fault = reading.fault {
            state = .broken(line: reading.lines + 1, reason: fault)
        } else if reading.isSealed {
            state =
                endsWhole ? .sound : .broken(line: reading.lines + 1, reason: "a line follows the seal")
        } else if isHeld {
            state = .running
        }
        return Verification(
            runID: reading.runID, state: state, lines: reading.lines, first: reading.first,
            head: reading.head, notes: reading.notes, isHeld: isHeld)
    }
}

/// A trail as far as it was read.
private struct Reading {
    let runID: RunID
    private let run: [UInt8]
    var lines = 0
    var first: Digest?
    var head = Digest.zero
    var isSealed = false
    var fault: String?
    var notes: [String] = []
    private var origin: (time: Int, monotonic: Int)?
    private var monotonic = 0
    /// How far the host's clock had moved against the one that is never set, in microseconds.
    private var drift = 0

    init(_ run: RunID) {
        runID = run
        self.run = Array(run.description.utf8)
    }

    /// Reads the whole lines at the beginning of the bytes, up to the first fault; how many bytes they are.
    mutating func read(_ bytes: Span<UInt8>) -> Int {
        var (start, place) = (0, 0)
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "\n") {
                read(line: bytes.extracting(start..<place))
                start = place + 1
                if fault != nil { break }
            }
            place += 1
        }
        return start
    }

    private mutating func read(line: Span<UInt8>) {
        if isSealed {
            fault = "a line follows the seal"
            return
        }
        guard let hashes = ChainedLine.hashes(of: line, after: head) else {
            fault = "the line is not one of a trail"
            return
        }
        guard hashes.claimed == hashes.computed else {
            fault = "the chain breaks here: a line was changed, moved, added or removed"
            return
        }
        guard let start = LineHead(line, of: run), start.sequence == lines else {
            fault = "the line belongs to another run or another place"
            return
        }
        guard start.monotonic >= monotonic else {
            fault = "the line is older than the one before: it was moved and the chain computed anew"
            return
        }
        watchClock(start)
        monotonic = start.monotonic
        isSealed = start.kind == .runFinished
        head = hashes.claimed
        first = first ?? head
        lines += 1
    }

    private mutating func watchClock(_ line: LineHead) {
        let begun = origin ?? (line.time, line.monotonic)
        origin = begun
        let elapsed = (line.monotonic - begun.monotonic) / 1_000
        let now = line.time &- begun.time &- elapsed
        // Clocks that are corrected by a network run up to 0.5 ms in a second faster or slower (adjtimex(2)).
        if abs(now - drift) > 2_000_000 + elapsed / 1_000 {
            let seconds = (now - drift + (now < drift ? -500_000 : 500_000)) / 1_000_000
            notes.append(
                "line \(lines + 1): the host's clock was set \(seconds < 0 ? "back" : "forward") by \(abs(seconds)) s, "
                    + "or the host slept; the order of lines is by another clock")
        }
        drift = now
    }
}
