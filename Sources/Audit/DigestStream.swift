import CNettle

/// A SHA-256 digest of bytes that come one piece after the other.
///
/// Nettle uses the instructions of processors that have them (SHA-NI), which libsodium does not.
package struct DigestStream {
    private var state = sha256_ctx()

    package init() { unsafe nettle_sha256_init(&state) }

    package mutating func add(_ piece: Span<UInt8>) {
        unsafe piece.withUnsafeBufferPointer { unsafe nettle_sha256_update(&state, $0.count, $0.baseAddress) }
    }

    package mutating func add(_ piece: [UInt8]) { add(piece.span) }

    /// The digest of all pieces; nothing may be added afterwards.
    package mutating func finish() -> Digest {
        unsafe Digest { unsafe nettle_sha256_digest(&state, 32, $0) }
    }
}
