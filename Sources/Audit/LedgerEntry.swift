/// One line of the ledger: what became of one run. Every entry is as wide as every other, so that half a one is seen by
/// the length of the file alone.
package struct LedgerEntry: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// A run began; the digest is the hash of its first line, which holds the digests of policy, code and command.
        case start
        /// It ended; the digest is the hash of its seal, which stands for every line before.
        case close
        /// Its trail was removed by `audit prune`; the digest is what it ended with.
        case prune
        /// The ledger is signed with another key from here on; the digest is that of the key, or zeros for none.
        case rekey
    }

    package let kind: Kind
    /// For `rekey` the moment, as a run's name.
    package let run: RunID
    package let digest: Digest

    package init(_ kind: Kind, _ run: RunID, _ digest: Digest) {
        self.kind = kind
        self.run = run
        self.digest = digest
    }

    /// Bytes of an entry with its line feed.
    package static let width = 5 + 1 + 31 + 1 + 64 + 1

    /// The line with its line feed.
    package var line: [UInt8] {
        var line = Array(kind.rawValue.utf8)
        line.reserveCapacity(Self.width)
        line.append(UInt8(ascii: " "))
        line += run.description.utf8
        line.append(UInt8(ascii: " "))
        line += digest.hex
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// What goes into the tree: the line without its line feed.
    package var leaf: Digest { Merkle.leaf(line.dropLast()) }

    /// Reads a line back, with its line feed; nil when it is not one.
    package init?(_ line: ArraySlice<UInt8>) {
        guard line.count == Self.width, line.last == UInt8(ascii: "\n") else { return nil }
        let start = line.startIndex
        guard line[start + 5] == UInt8(ascii: " "), line[start + 37] == UInt8(ascii: " "),
            let kind = Kind(rawValue: String(decoding: line[start..<start + 5], as: UTF8.self)),
            let run = RunID(String(decoding: line[start + 6..<start + 37], as: UTF8.self)),
            let digest = Digest(hex: line[start + 38..<start + 102])
        else { return nil }
        self.init(kind, run, digest)
    }
}
