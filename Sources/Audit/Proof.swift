import Linux

/// Evidence about a run that convinces without the audit directory: its last ledger entry, the way from there to a
/// root, and the signed checkpoint of that root (c2sp.org/tlog-proof). With the trail and the ledger's public key it is
/// all an auditor needs.
package struct RunProof: Equatable, Sendable {
    private let index: UInt64
    private let hashes: [Digest]
    private let note: [UInt8]

    /// For a run that has ended; nil when the checkpoint does not cover its end.
    package init?(_ run: RunID, in ledger: LedgerReading) {
        guard let checkpoint = ledger.checkpoint, let place = ledger.runs[run]?.closedAt,
            place < checkpoint.size, checkpoint.size <= ledger.leaves.count
        else { return nil }
        index = UInt64(place)
        hashes = Merkle.inclusion(of: place, in: ledger.leaves.prefix(Int(checkpoint.size)))
        note = checkpoint.encoded
    }

    package var encoded: [UInt8] {
        var text = "c2sp.org/tlog-proof@v1\nindex \(index)\n"
        for hash in hashes { text += Base64.text(hash.bytes) + "\n" }
        return Array(text.utf8) + [UInt8(ascii: "\n")] + note
    }

    /// Reads a proof; nil when it is not one. Extra data is none of ours.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= 64 << 10, let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > 3, lines[0] == "c2sp.org/tlog-proof@v1", lines[1].hasPrefix("index "),
            let index = UInt64(lines[1].dropFirst(6)), let end = lines.firstIndex(of: "")
        else { return nil }
        let hashes = lines[2..<end].compactMap { line in
            Base64.bytes(String(line)).flatMap { Digest(exactly: $0) }
        }
        guard hashes.count == end - 2 else { return nil }
        self.index = index
        self.hashes = hashes
        note = Array(lines[(end + 1)...].joined(separator: "\n").utf8)
    }

    /// Why this proof does not show that a ledger with this key holds the end of the trail; nil when it does.
    package func objection(to trail: Verification, key: VerifierKey) -> String? {
        guard trail.state == .sound else { return trail.fault.isEmpty ? "the run is not over" : trail.fault }
        guard let checkpoint = Checkpoint(note) else { return "the proof holds no checkpoint" }
        guard checkpoint.isSigned(by: key) else { return "the checkpoint is not signed with \(key)" }
        let leaf = LedgerEntry(.close, trail.runID, trail.head).leaf
        guard Merkle.root(of: leaf, at: index, size: checkpoint.size, proof: hashes) == checkpoint.root else {
            return "the ledger that the checkpoint stands for does not hold this end of the run there"
        }
        return nil
    }
}

/// What shows that a checkpoint continues an older one: the hashes of RFC 6962, section 2.1.2, a line each.
package func consistencyProof(since old: Checkpoint, in ledger: LedgerReading) -> [UInt8]? {
    guard let checkpoint = ledger.checkpoint, old.size <= checkpoint.size,
        checkpoint.size <= ledger.leaves.count
    else { return nil }
    let leaves = ledger.leaves.prefix(Int(checkpoint.size))
    let hashes = old.size == 0 ? [] : Merkle.consistency(from: Int(old.size), in: leaves)
    let text = hashes.map { Base64.text($0.bytes) + "\n" }.joined()
    return Array(text.utf8) + [UInt8(ascii: "\n")] + checkpoint.encoded
}
