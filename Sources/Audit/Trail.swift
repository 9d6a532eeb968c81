import Event
import Glibc
import Linux

/// The trail of one run: a file that only grows, a line an event, each line chained to the one before.
///
/// A line has left by write(2) when `record` returns, so it survives the death of this process; with `sync` it is on
/// the disk. Room for the last line is kept from the start, so that a disk that fills up still takes the seal. The ledger
/// gets the hash of the first line before anything else happens, and that of the seal.
package final class Trail: Recorder {
    package let runID: RunID
    package let path: Path
    private let file: Descriptor
    private let ledger: Ledger
    private let tallyPath: Path
    private var tally: Tally?
    private let syncsDenials: Bool
    private let maxBytes: UInt64?
    private let listener: (([UInt8]) -> Void)?
    private var redaction: Redaction

    private var sequence: UInt64 = 0
    private var previous = Digest.zero
    private var size: UInt64 = 0
    private var reserved: UInt64 = 0
    private var known: [[UInt8]: Int] = [:]
    /// How often each threat came up, so that the seal can tell without the lines before it.
    private var threats: [(threat: Threat, count: UInt64)] = []

    /// Begins the trail of a run in an audit directory, which is made when it is not there.
    ///
    /// - Parameter listener: gets each line once it is written, with its line feed.
    package init(
        _ runID: RunID, in store: Store, syncsDenials: Bool, maxBytes: UInt64?,
        listener: (([UInt8]) -> Void)?
    ) throws(SystemError) {
        try store.make()
        self.runID = runID
        path = store.trail(of: runID)
        tallyPath = store.tally(of: runID)
        self.syncsDenials = syncsDenials
        self.maxBytes = maxBytes
        self.listener = listener
        redaction = Redaction { RedactionKey.digest(of: $0, in: store) }
        ledger = try Ledger(in: store)
        // The lock says to readers that the run goes on; the kernel takes it back when this process ends, however that
        // is. It is there before the trail has its name: who looks in between would take the run for cut off.
        let unnamed = store.unnamedTrail(of: runID)
        file = try Descriptor.open(unnamed, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, mode: 0o600)
        do throws(SystemError) {
            try file.lock(.exclusive)
            try unnamed.rename(to: path, replacing: false)
        } catch {
            unnamed.remove()
            throw error
        }
        try reserve(0)
    }

    /// Removes a trail that holds nothing yet.
    package func discard() {
        if sequence == 0 { path.remove() }
    }

    /// Writes a digest from now on wherever one of these texts is a word of a command, or its end.
    package func withhold(_ code: [[UInt8]]) { redaction.withheld = code }

    package func record(_ event: Event, counting: Bool) throws(RecordingError) {
        if let threat = event.threat { count(threat) }
        guard counting else { return try append(event) }
        let key = identity(of: event)
        if let entry = known[key], let tally {
            tally.count(entry)
            return
        }
        let number = sequence
        try append(event)
        if tally == nil { tally = try? Tally(tallyPath) }
        if let entry = tally?.open(sequence: number) { known[key] = entry }
    }

    /// Writes the last line, with the counts of what came again, and closes the chain.
    package func seal(_ event: Event) throws(RecordingError) {
        let repeats = tally?.repeats ?? []
        let members = repeats.map {
            JSON.object([.init("seq", .number($0.sequence)), .init("count", .number($0.count))])
        }
        let sealed = Event(
            event.kind, event.severity, rule: event.rule, threat: event.threat, event.message,
            fields: event.fields + [
                .init("threats", .object(threats.map { .init($0.threat.rawValue, .number($0.count)) })),
                .init("repeated", .array(members)), .init("events", .number(sequence + 1)),
            ])
        try append(sealed, isSeal: true)
        // The room that was kept is given back.
        try? file.truncate(to: size)
        if syncsDenials { fdatasync(file.number) }
        if tally != nil { tallyPath.remove() }
        do throws(LedgerError) {
            try ledger.close(LedgerEntry(.close, runID, previous), syncs: syncsDenials)
        } catch {
            throw RecordingError("the trail is sealed, but its end is not in the ledger: \(error)")
        }
    }

    private func count(_ threat: Threat) {
        if let place = threats.firstIndex(where: { $0.threat == threat }) {
            threats[place].count += 1
        } else {
            threats.append((threat, 1))
        }
    }

    private func append(_ event: Event, isSeal: Bool = false) throws(RecordingError) {
        let event = redaction.redacted(event)
        let now = Moment(nanoseconds: Clock.wall)
        let line = ChainedLine(
            [
                .init("v", 1), .init("run_id", .string(runID.description)), .init("seq", .number(sequence)),
                .init("time", .string(now.rfc3339)), .init("mono_ns", .number(Clock.monotonic)),
            ] + event.members, after: previous)
        let bytes = line.bytes + [UInt8(ascii: "\n")]
        if !isSeal, let maxBytes, size + UInt64(bytes.count) > maxBytes {
            throw RecordingError("the trail would grow past audit.max_bytes (\(maxBytes) bytes)")
        }
        do throws(SystemError) {
            if !isSeal { try reserve(UInt64(bytes.count)) }
            try file.write(bytes)
            if syncsDenials, event.kind == .policyViolation, fdatasync(file.number) != 0 {
                throw SystemError("fdatasync", path.description)
            }
        } catch {
            throw RecordingError("\(path): \(error.errno)")
        }
        size += UInt64(bytes.count)
        sequence += 1
        previous = line.hash
        if sequence == 1 { try enter() }
        listener?(bytes)
    }

    /// Makes the run known to the ledger.
    private func enter() throws(RecordingError) {
        do throws(SystemError) {
            try ledger.append(LedgerEntry(.start, runID, previous))
        } catch {
            throw RecordingError("the ledger: \(error)")
        }
    }

    /// Keeps room for `count` more bytes and a seal after them (fallocate(2)). A file system that cannot keep room
    /// is used without.
    private func reserve(_ count: UInt64) throws(SystemError) {
        let needed = size + count + sealRoom
        guard needed > reserved else { return }
        let step = needed <= Self.block ? Self.block : needed + Self.reserveStep
        guard let errno = keepRoom(in: file, from: size, upTo: step) else {
            reserved = step
            return
        }
        if errno == .noSpace || errno == Errno(EDQUOT) || errno == Errno(EFBIG) {
            throw SystemError("fallocate", path.description, errno: errno)
        }
        reserved = .max
    }

    /// A seal has numbers and a sentence, which may name the trail, and every event that came again, each in less than
    /// fifty bytes.
    private var sealRoom: UInt64 { 1_100 + UInt64(2 * path.bytes.count + known.count * 50) }
    /// A short trail fills one block and leaves nothing to be given back: freeing blocks waits for the file system's
    /// journal, milliseconds on a busy disk.
    private static let block: UInt64 = 4 << 10
    private static let reserveStep: UInt64 = 48 << 10

    /// What makes two events the same: everything but the process, because a loop that forks is still a loop.
    private func identity(of event: Event) -> [UInt8] {
        JSON.object(event.members.filter { $0.name != "pid" }).encoded
    }
}
