import CSodium

/// A SHA-256 digest of bytes that come one piece after the other.
package struct DigestStream {
    private var state = crypto_hash_sha256_state()

    package init() { unsafe _ = crypto_hash_sha256_init(&state) }

    package mutating func add(_ piece: [UInt8]) {
        unsafe _ = crypto_hash_sha256_update(&state, piece, UInt64(piece.count))
    }

    /// The digest of all pieces; nothing may be added afterwards.
    package mutating func finish() -> Digest {
        var bytes = [UInt8](repeating: 0, count: 32)
        unsafe _ = crypto_hash_sha256_final(&state, &bytes)
        return Digest(bytes: bytes)
    }
}
