import CSodium
import Glibc
import Linux

/// Keyed digests of what is not written: they can be compared by who has the key, and guessed at by nobody else, as the
/// plain digest of a short password could.
package enum RedactionKey {
    /// Twelve hexadecimal digits of HMAC-SHA-256; nil when the key can neither be read nor made.
    package static func digest(of secret: [UInt8], in store: Store) -> String? {
        guard let key = try? key(in: store), key.count == 32 else { return nil }
        return String(decoding: MessageCode.of(secret, key: key).hex.prefix(12), as: UTF8.self)
    }

    private static func key(in store: Store) throws(SystemError) -> [UInt8] {
        let path = store.keys.appending("redaction")
        if let key = try? path.contents(atMost: 64) { return key }
        var key = [UInt8](repeating: 0, count: 32)
        unsafe randombytes_buf(&key, 32)
        let file = try Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
        try file.write(key)
        return key
    }
}
