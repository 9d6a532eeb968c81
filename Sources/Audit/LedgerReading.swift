import Glibc
import Linux

/// A checkpoint that somebody kept, and where it came from.
package struct KeptCheckpoint: Sendable {
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// The ledger of an audit directory, read from end to end and held against its checkpoint.
package struct LedgerReading: Sendable {
    /// What the ledger says of one run.
    package struct Known: Equatable, Sendable {
        package var start: Digest?
        package var close: Digest?
        package var prune: Digest?
        /// Places in the ledger, from 0.
        package var closedAt: Int?
    }

    package private(set) var isThere = false
    /// Whether what it holds is known.
    package private(set) var isReadable = true
    package private(set) var runs: [RunID: Known] = [:]
    /// The leaves of the tree.
    package private(set) var leaves: [Digest] = []
    package private(set) var checkpoint: Checkpoint?
    /// The key that the checkpoint is signed with, when it is.
    package private(set) var signer: VerifierKey?
    /// What is wrong, a sentence each.
    package private(set) var faults: [String] = []
    /// What is no fault and still worth knowing.
    package private(set) var notes: [String] = []
    /// Where the key changes: how many entries there are with that one, and the new key's digest.
    private var changes: [(size: Int, key: Digest)] = []
    private var latest = 0

    /// - Parameters:
    ///   - kept: checkpoints from elsewhere that the ledger has to continue.
    ///   - trusted: the only keys to believe; without any, those that lie beside the ledger.
    package init(_ store: Store, keeping kept: [KeptCheckpoint] = [], trusting trusted: [VerifierKey] = []) {
        let note: [UInt8]
        do throws(SystemError) {
            note = try readEntries(store)
        } catch {
            if error.errno == .notFound, (try? store.checkpoint.status()) == nil { return }
            isThere = true
            isReadable = false
            faults.append("the entries of the ledger cannot be read: \(error.errno)")
            return
        }
        isThere = true
        let keys = trusted.isEmpty ? KeyRing.published(in: store) : trusted
        if let exposure = KeyRing.exposure(in: store) { faults.append(exposure) }
        guard let checkpoint = Checkpoint(note) else {
            faults.append("the ledger's checkpoint is missing, or is not one")
            return
        }
        self.checkpoint = checkpoint
        hold(checkpoint, named: "its checkpoint", keys)
        signer = key(at: checkpoint, keys)
        let open = UInt64(leaves.count) - min(checkpoint.size, UInt64(leaves.count))
        if open > 0 {
            notes.append("its last \(open) entr\(open == 1 ? "y is" : "ies are") not signed yet")
        }
        for one in kept { hold(one, origin: checkpoint.origin, keys) }
    }

    // MARK: Entries

    /// Reads all entries; the checkpoint of the same moment.
    private mutating func readEntries(_ store: Store) throws(SystemError) -> [UInt8] {
        let file = try Descriptor.open(store.entries, O_RDONLY | O_NOFOLLOW)
        try file.lock(.shared)
        let size = try file.size()
        let note = (try? store.checkpoint.contents(atMost: 16 << 10)) ?? []
        file.unlock()
        let width = LedgerEntry.width
        let whole = size / UInt64(width) * UInt64(width)
        if whole != size {
            notes.append("its last entry was never finished: the process that wrote it was killed")
        }
        var place: UInt64 = 0
        while place < whole {
            let bytes = try file.read(atMost: Int(min(whole - place, UInt64(width) << 12)), at: place)
            guard !bytes.isEmpty, bytes.count % width == 0 else {
                throw SystemError("read", errno: Errno(EIO))
            }
            for start in stride(from: 0, to: bytes.count, by: width) { take(bytes[start..<start + width]) }
            place += UInt64(bytes.count)
        }
        return note
    }

    private mutating func take(_ line: ArraySlice<UInt8>) {
        let place = leaves.count
        leaves.append(Merkle.leaf(line.dropLast()))
        guard let entry = LedgerEntry(line) else {
            faults.append("entry \(place + 1) of the ledger is not one")
            return
        }
        if entry.kind == .rekey {
            changes.append((place + 1, entry.digest))
            return
        }
        var known = runs[entry.run] ?? Known()
        let isExpected =
            switch entry.kind {
            case .start: known == Known()
            case .close: known.start != nil && known.close == nil && known.prune == nil
            case .prune: known.start != nil && known.prune == nil
            case .rekey: true
            }
        guard isExpected else {
            faults.append(
                "entry \(place + 1) of the ledger says \(entry.kind.rawValue) of \(entry.run) out of turn")
            return
        }
        switch entry.kind {
        case .start:
            known.start = entry.digest
            watchClock(entry.run)
        case .close: (known.close, known.closedAt) = (entry.digest, place)
        case .prune: known.prune = entry.digest
        case .rekey: break
        }
        runs[entry.run] = known
    }

    /// Runs enter in the order they start, within the time it takes a busy host to come from one to the other.
    private mutating func watchClock(_ run: RunID) {
        guard let time = run.started else { return }
        if time < latest - 60_000_000 {
            notes.append(
                "the host's clock was set back by \((latest - time) / 1_000_000) s before \(run) began")
        }
        // What was noted once is the measure from here on.
        latest = time < latest - 60_000_000 ? time : max(latest, time)
    }

    // MARK: Checkpoints

    /// The key that was in force for a ledger of that size; nil where it was signed with none, or the key is not there.
    private func key(at checkpoint: Checkpoint, _ keys: [VerifierKey]) -> VerifierKey? {
        guard let change = changes.last(where: { $0.size <= checkpoint.size }) else { return keys.first }
        return keys.first { $0.digest == change.key }
    }

    private mutating func hold(_ kept: KeptCheckpoint, origin: String, _ keys: [VerifierKey]) {
        guard let checkpoint = Checkpoint(kept.bytes) else {
            faults.append("\(kept.name) is not a checkpoint")
            return
        }
        guard checkpoint.origin == origin else {
            faults.append("\(kept.name) is of another ledger: \(checkpoint.origin), and this is \(origin)")
            return
        }
        hold(checkpoint, named: kept.name, keys)
    }

    /// Says whether what the checkpoint covers is still there as it was.
    private mutating func hold(_ checkpoint: Checkpoint, named name: String, _ keys: [VerifierKey]) {
        guard checkpoint.size <= leaves.count else {
            faults.append(
                "the ledger was rolled back: it has \(leaves.count) entries, and \(name) covers \(checkpoint.size)"
            )
            return
        }
        if Merkle.root(leaves.prefix(Int(checkpoint.size))) != checkpoint.root {
            faults.append(
                "the ledger was changed: its first \(checkpoint.size) entries are not those that \(name) covers"
            )
        }
        let isKeyless = changes.last { $0.size <= checkpoint.size }?.key == .zero
        if isKeyless {
            notes.append(
                "\(name) is not signed: it cannot show who wrote it, and only a copy kept elsewhere proves it"
            )
        } else if let key = key(at: checkpoint, keys) {
            if !checkpoint.isSigned(by: key) { faults.append("\(name) is not signed with \(key)") }
        } else {
            faults.append("the key that \(name) was signed with is not among the ledger's keys")
        }
    }
}
