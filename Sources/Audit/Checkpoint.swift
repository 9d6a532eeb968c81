/// What a ledger says of itself: its name, how many entries it has, and the root of the tree over them
/// (c2sp.org/tlog-checkpoint), with the signatures of those who say so (c2sp.org/signed-note).
package struct Checkpoint: Equatable, Sendable {
    package let origin: String
    package let size: UInt64
    package let root: Digest
    /// The lines below the text, as they are.
    private let signatures: [Signature]

    private struct Signature: Equatable, Sendable {
        let name: String
        /// The key's four bytes and the signature.
        let bytes: [UInt8]
    }

    /// Signed with each of the keys; with none of them it proves nothing about who wrote it.
    package init(origin: String, _ frontier: Frontier, signedBy keys: [SigningKey]) {
        self.origin = origin
        size = frontier.size
        root = frontier.root
        let text = Self.text(origin, frontier.size, frontier.root)
        signatures = keys.map {
            Signature(name: $0.verifier.name, bytes: $0.verifier.identifier + $0.signature(of: text))
        }
    }

    private static func text(_ origin: String, _ size: UInt64, _ root: Digest) -> [UInt8] {
        Array("\(origin)\n\(size)\n\(Base64.text(root.bytes))\n".utf8)
    }

    /// The whole note.
    package var encoded: [UInt8] {
        var note = Self.text(origin, size, root) + [UInt8(ascii: "\n")]
        for signature in signatures {
            note += "\u{2014} \(signature.name) \(Base64.text(signature.bytes))\n".utf8
        }
        return note
    }

    package var isSigned: Bool { !signatures.isEmpty }

    /// Whether this key signed it.
    package func isSigned(by key: VerifierKey) -> Bool {
        let text = Self.text(origin, size, root)
        return signatures.contains {
            $0.name == key.name && $0.bytes.prefix(4).elementsEqual(key.identifier)
                && key.verifies(Array($0.bytes.dropFirst(4)), of: text)
        }
    }

    /// Reads a note; nil when it is not a checkpoint of this kind. Extension lines are none of ours.
    package init?(_ bytes: [UInt8]) {
        // A note is short; what is not came from somebody else.
        guard bytes.count <= 16 << 10, let note = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, lines[3].isEmpty, lines.last?.isEmpty == true, !lines[0].isEmpty,
            let size = UInt64(lines[1]), String(size) == lines[1],
            let root = Base64.bytes(String(lines[2])).flatMap({ Digest(exactly: $0) })
        else { return nil }
        var signatures: [Signature] = []
        for line in lines[4...].dropLast() {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 3, words[0] == "\u{2014}", let bytes = Base64.bytes(String(words[2])),
                bytes.count > 4
            else { return nil }
            signatures.append(Signature(name: String(words[1]), bytes: bytes))
        }
        origin = String(lines[0])
        self.size = size
        self.root = root
        self.signatures = signatures
    }
}
