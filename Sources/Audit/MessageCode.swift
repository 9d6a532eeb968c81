import CSodium

/// HMAC-SHA-256 (RFC 2104): what only somebody with the key could have said of a text.
package enum MessageCode {
    /// - Parameter key: any length; 32 random bytes are what it asks for.
    package static func of(_ message: [UInt8], key: [UInt8]) -> Digest {
        var state = crypto_auth_hmacsha256_state()
        unsafe _ = crypto_auth_hmacsha256_init(&state, key, key.count)
        unsafe _ = crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        return unsafe Digest { place in
            if let place = unsafe place { unsafe _ = crypto_auth_hmacsha256_final(&state, place) }
        }
    }
}
