import Glibc
import Linux

/// The log over all runs of an audit directory: an append-only Merkle tree whose root is signed (RFC 6962,
/// c2sp.org/tlog-checkpoint), so that a trail cannot be removed, replaced or cut without a trace.
///
/// `entries` only grows, each write under an exclusive lock (flock(2)); `frontier` is the right edge of the tree, so that
/// closing a run costs the logarithm of how many there were; `checkpoint` is the signed note. Whoever keeps a copy of a
/// checkpoint elsewhere can tell later whether what it covered is still there.
package struct Ledger: ~Copyable {
    private let store: Store
    private let entries: Descriptor

    /// Opens the ledger of an audit directory, and makes it with its first key when there is none.
    package init(in store: Store) throws(SystemError) {
        self.store = store
        do throws(SystemError) {
            entries = try Self.open(store.entries)
        } catch {
            guard error.errno == .notFound else { throw error }
            entries = try Self.make(store)
        }
    }

    /// Adds an entry that no checkpoint covers yet: the next one will.
    package func append(_ entry: LedgerEntry) throws(SystemError) {
        try entries.lock(.exclusive)
        defer { entries.unlock() }
        _ = try add(entry)
    }

    /// Adds an entry and signs all that there is.
    ///
    /// - Parameter syncs: whether both are on the disk on return.
    package func close(_ entry: LedgerEntry, syncs: Bool = false) throws(LedgerError) {
        try locked { count throws(LedgerError) in
            try system { () throws(SystemError) in _ = try add(entry) }
            try sign(count + 1, syncs: syncs)
        }
    }

    /// Signs what there is with a new key, or with none from now on, and forgets the old one. The checkpoint of the
    /// moment bears both signatures, so that who trusts the old key can learn the new.
    package func changeKey(to signs: Bool, at time: UInt64) throws(LedgerError) {
        try locked { count throws(LedgerError) in
            let old = try system { () throws(SystemError) in try KeyRing.holding(in: store) }
            let new = signs ? KeyRing.Holding.key(SigningKey(named: old.origin)) : .none(origin: old.origin)
            let entry = LedgerEntry(
                .rekey, RunID(startingAt: time), new.keys.first?.verifier.digest ?? .zero)
            try system { () throws(SystemError) in
                _ = try add(entry)
                try KeyRing.put(new, in: store)
            }
            let frontier = try grown(to: count + 1)
            let note = Checkpoint(origin: old.origin, frontier, signedBy: old.keys + new.keys)
            try system { () throws(SystemError) in
                try store.frontier.replace(with: frontier.encoded, mode: 0o600)
                try store.checkpoint.replace(with: note.encoded, mode: 0o600)
            }
        }
    }

    // MARK: Under the lock

    private func locked(_ body: (UInt64) throws(LedgerError) -> Void) throws(LedgerError) {
        try system { () throws(SystemError) in try entries.lock(.exclusive) }
        defer { entries.unlock() }
        try body(try system { () throws(SystemError) in try entries.size() } / UInt64(LedgerEntry.width))
    }

    /// Writes an entry at the end; how many there are now.
    private func add(_ entry: LedgerEntry) throws(SystemError) -> UInt64 {
        let width = UInt64(LedgerEntry.width)
        let size = try entries.size()
        let whole = size - size % width
        // Half an entry is what a killed process left. Nothing was ever signed or answered on its strength.
        if whole != size { try entries.truncate(to: whole) }
        if whole / Self.page != (whole + 2 * width) / Self.page || whole == 0 {
            // So that a run that could begin can end, also on a disk that fills up meanwhile.
            let refusal = keepRoom(in: entries, from: whole, upTo: whole + 2 * Self.page)
            if let refusal, refusal == .noSpace { throw SystemError("fallocate", errno: refusal) }
        }
        try entries.write(entry.line)
        return whole / width + 1
    }

    private func sign(_ count: UInt64, syncs: Bool) throws(LedgerError) {
        let frontier = try grown(to: count)
        try system { () throws(SystemError) in
            if syncs, fdatasync(entries.number) != 0 { throw SystemError("fdatasync") }
            let holding = try KeyRing.holding(in: store)
            let note = Checkpoint(origin: holding.origin, frontier, signedBy: holding.keys)
            try Self.overwrite(store.frontier, frontier.encoded, syncs: false)
            try Self.overwrite(store.checkpoint, note.encoded, syncs: syncs)
        }
    }

    /// The frontier over the first `count` entries. What the last signature covered is taken from the file beside, never
    /// computed anew from entries that may have been changed since: a checkpoint over a forged past must not come from us.
    private func grown(to count: UInt64) throws(LedgerError) -> Frontier {
        var frontier = try kept()
        guard frontier.size <= count else { throw .shorter(than: frontier.size, has: count) }
        try fold(upTo: count, into: &frontier)
        return frontier
    }

    private func kept() throws(LedgerError) -> Frontier {
        if let file = try? Descriptor.open(store.frontier, O_RDONLY | O_NOFOLLOW),
            let bytes = try? file.read(atMost: Frontier.room, at: 0), let frontier = Frontier(bytes)
        {
            return frontier
        }
        // It is lost. The checkpoint says what it has to come to.
        let bytes = try system { () throws(SystemError) in try store.checkpoint.contents(atMost: 16 << 10) }
        guard let checkpoint = Checkpoint(bytes) else { throw .unlike }
        let size = try system { () throws(SystemError) in try entries.size() } / UInt64(LedgerEntry.width)
        guard checkpoint.size <= size else { throw .shorter(than: checkpoint.size, has: size) }
        var frontier = Frontier()
        try fold(upTo: checkpoint.size, into: &frontier)
        guard frontier.root == checkpoint.root else { throw .unlike }
        return frontier
    }

    private func fold(upTo count: UInt64, into frontier: inout Frontier) throws(LedgerError) {
        let width = LedgerEntry.width
        while frontier.size < count {
            let wanted = Int(min(count - frontier.size, 4_096))
            let offset = frontier.size * UInt64(width)
            let bytes = try system { () throws(SystemError) in
                try entries.read(atMost: wanted * width, at: offset)
            }
            guard bytes.count == wanted * width else { throw .shorter(than: count, has: frontier.size) }
            for start in stride(from: 0, to: bytes.count, by: width) {
                frontier.append(Merkle.leaf(bytes[start..<start + width - 1]))
            }
        }
    }

    // MARK: Files

    private static func open(_ path: Path, creating: CInt = 0) throws(SystemError) -> Descriptor {
        try Descriptor.open(path, O_RDWR | O_APPEND | O_NOFOLLOW | creating, mode: 0o600)
    }

    /// Makes the files of a new ledger, the entries last: who sees those sees all. Of many processes that are first, one
    /// makes it.
    private static func make(_ store: Store) throws(SystemError) -> Descriptor {
        try store.make()
        try store.ledger.makeDirectory(mode: 0o700)
        let directory = try Descriptor.open(store.ledger, O_RDONLY | O_DIRECTORY)
        try directory.lock(.exclusive)
        if (try? store.entries.status(followingLinks: false)) == nil {
            let holding = try KeyRing.make(in: store)
            // A checkpoint whose entries are gone stays: it is what shows that they are.
            if (try? store.checkpoint.status(followingLinks: false)) == nil {
                try store.frontier.replace(with: Frontier().encoded, mode: 0o600)
                let note = Checkpoint(origin: holding.origin, Frontier(), signedBy: holding.keys)
                try store.checkpoint.replace(with: note.encoded, mode: 0o600)
            }
        }
        return try open(store.entries, creating: O_CREAT)
    }

    private static func overwrite(_ path: Path, _ bytes: [UInt8], syncs: Bool) throws(SystemError) {
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_NOFOLLOW, mode: 0o600)
        try file.write(bytes, at: 0)
        // After a change of the key there are fewer signatures.
        if try file.size() > UInt64(bytes.count) { try file.truncate(to: UInt64(bytes.count)) }
        if syncs, fdatasync(file.number) != 0 { throw SystemError("fdatasync", path.description) }
    }

    private static let page: UInt64 = 4_096
}

/// Why the ledger could not be signed.
package enum LedgerError: Error, Equatable, CustomStringConvertible {
    case system(SystemError)
    /// It was signed over more entries than it has now.
    case shorter(than: UInt64, has: UInt64)
    /// Its entries are not those it was signed over.
    case unlike

    package var description: String {
        switch self {
        case .system(let error): "the ledger: \(error)"
        case .shorter(let signed, let count):
            "the ledger was rolled back: it has \(count) entries and was signed over \(signed); it is not signed again"
        case .unlike:
            "the ledger was changed: its entries are not those that were signed; it is not signed again"
        }
    }
}

private func system<Value>(_ body: () throws(SystemError) -> Value) throws(LedgerError) -> Value {
    do throws(SystemError) { return try body() } catch { throw .system(error) }
}
