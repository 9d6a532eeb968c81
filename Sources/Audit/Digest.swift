import CSodium

/// A SHA-256 digest (FIPS 180-4).
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// What a chain begins with.
    package static let zero = Digest(bytes: [UInt8](repeating: 0, count: 32))

    /// From the 32 bytes themselves; nil when there are more or fewer.
    package init?(exactly bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The digest of the pieces one after the other.
    package init(_ pieces: [UInt8]...) { self.init(pieces) }

    package init(_ pieces: [[UInt8]]) { self.init(slices: pieces.map { $0[...] }) }

    /// The same for parts of longer arrays, which are not copied.
    package init(slices pieces: [ArraySlice<UInt8>]) {
        var state = crypto_hash_sha256_state()
        unsafe crypto_hash_sha256_init(&state)
        for piece in pieces {
            unsafe piece.withUnsafeBufferPointer { buffer in
                unsafe _ = crypto_hash_sha256_update(&state, buffer.baseAddress, UInt64(buffer.count))
            }
        }
        var bytes = [UInt8](repeating: 0, count: 32)
        unsafe crypto_hash_sha256_final(&state, &bytes)
        self.bytes = bytes
    }

    /// From 64 hexadecimal digits in lower case; nil for anything else.
    package init?(hex: some Collection<UInt8>) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        var high: UInt8?
        for digit in hex {
            guard let value = Self.value(digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard bytes.count == 32, high == nil else { return nil }
        self.bytes = bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    /// 64 hexadecimal digits.
    package var hex: [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    package var description: String { String(decoding: hex, as: UTF8.self) }
}
