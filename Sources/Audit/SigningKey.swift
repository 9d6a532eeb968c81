import CSodium

/// An Ed25519 key pair (RFC 8032) by its name, in the encodings of signed notes (c2sp.org/signed-note).
package struct SigningKey: Sendable {
    package let verifier: VerifierKey
    /// 32 bytes.
    private let seed: [UInt8]

    /// A new key from the kernel's random numbers.
    package init(named name: String) {
        var seed = [UInt8](repeating: 0, count: 32)
        unsafe randombytes_buf(&seed, 32)
        var (public_, secret) = ([UInt8](repeating: 0, count: 32), [UInt8](repeating: 0, count: 64))
        unsafe _ = crypto_sign_seed_keypair(&public_, &secret, seed)
        self.seed = seed
        verifier = VerifierKey(name: name, bytes: public_)
    }

    /// `PRIVATE+KEY+<name>+<id>+<base64>` and, because deriving it takes longer than reading it, the public key.
    package var encoded: String {
        "PRIVATE+KEY+\(verifier.name)+\(verifier.identifierText)+\(Base64.text([1] + seed))\n\(verifier)\n"
    }

    package init?(_ text: String) {
        let lines = text.split(separator: "\n")
        guard lines.count == 2, let verifier = VerifierKey(String(lines[1])) else { return nil }
        let prefix = "PRIVATE+KEY+\(verifier.name)+\(verifier.identifierText)+"
        guard lines[0].hasPrefix(prefix),
            let bytes = Base64.bytes(String(lines[0].dropFirst(prefix.count))), bytes.count == 33,
            bytes[0] == 1
        else { return nil }
        self.verifier = verifier
        seed = Array(bytes[1...])
    }

    /// 64 bytes.
    package func signature(of message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        unsafe _ = crypto_sign_detached(
            &signature, nil, message, UInt64(message.count), seed + verifier.bytes)
        return signature
    }
}

/// The public half, which anyone may have.
package struct VerifierKey: Equatable, Sendable, CustomStringConvertible {
    package let name: String
    /// 32 bytes.
    let bytes: [UInt8]

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// `<name>+<id>+<base64>`
    package var description: String { "\(name)+\(identifierText)+\(Base64.text([1] + bytes))" }

    package init?(_ text: String) {
        // The base64 may hold a `+` of its own.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, !parts[0].contains(where: { $0.isWhitespace }),
            let bytes = Base64.bytes(String(parts[2])), bytes.count == 33, bytes[0] == 1
        else { return nil }
        self.init(name: String(parts[0]), bytes: Array(bytes[1...]))
        guard identifierText == parts[1] else { return nil }
    }

    /// Four bytes that a signature line begins with.
    package var identifier: [UInt8] {
        Array(Digest(Array(name.utf8), [10, 1], bytes).bytes.prefix(4))
    }

    var identifierText: String {
        identifier.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What the ledger says when it changes to this key.
    package var digest: Digest { Digest(bytes) }

    package func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard signature.count == 64 else { return false }
        return unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }
}

/// Base64 with padding (RFC 4648, section 4).
package enum Base64 {
    package static func text(_ bytes: [UInt8]) -> String {
        let length = (bytes.count + 2) / 3 * 4
        var text = [CChar](repeating: 0, count: length + 1)
        unsafe _ = sodium_bin2base64(
            &text, text.count, bytes, bytes.count, sodium_base64_VARIANT_ORIGINAL)
        return String(decoding: text.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// nil for anything that `text` does not write.
    package static func bytes(_ text: String) -> [UInt8]? {
        let characters = text.utf8.map { CChar(bitPattern: $0) }
        var bytes = [UInt8](repeating: 0, count: text.utf8.count / 4 * 3 + 3)
        var length = 0
        let capacity = bytes.count
        let result = unsafe sodium_base642bin(
            &bytes, capacity, characters, characters.count, nil, &length, nil,
            sodium_base64_VARIANT_ORIGINAL)
        guard result == 0 else { return nil }
        let decoded = Array(bytes.prefix(length))
        return Self.text(decoded) == text ? decoded : nil
    }
}
