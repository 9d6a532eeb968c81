/// A SHA-256 digest (FIPS 180-4).
package struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes as they lie in memory: a trail has one for each line, and an array each would cost more than hashing.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// What a chain begins with.
    package static let zero = Digest()

    private init() {}

    /// - Parameter fill: writes the 32 bytes.
    init(_ fill: (UnsafeMutablePointer<UInt8>?) -> Void) {
        unsafe withUnsafeMutableBytes(of: &words) { buffer in
            unsafe fill(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// From the 32 bytes themselves; nil when there are more or fewer.
    package init?(exactly bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyBytes(from: bytes) }
    }

    /// The digest of the pieces one after the other.
    package init(_ pieces: [UInt8]...) { self.init(pieces) }

    package init(_ pieces: [[UInt8]]) {
        var stream = DigestStream()
        for piece in pieces { stream.add(piece) }
        self = stream.finish()
    }

    /// The same for parts of longer arrays, which are not copied.
    package init(slices pieces: [ArraySlice<UInt8>]) {
        var stream = DigestStream()
        for piece in pieces { stream.add(piece.span) }
        self = stream.finish()
    }

    /// From 64 hexadecimal digits in lower case; nil for anything else.
    package init?(hex digits: some Collection<UInt8>) { self.init(hex: Array(digits).span) }

    package init?(hex digits: Span<UInt8>) {
        guard digits.count == 64 else { return nil }
        var isHexadecimal = true
        unsafe withUnsafeMutableBytes(of: &words) { buffer in
            for place in 0..<32 {
                let (high, low) = (Self.value(digits[2 * place]), Self.value(digits[2 * place + 1]))
                if high | low > 15 { isHexadecimal = false }
                unsafe buffer[place] = high << 4 | low & 15
            }
        }
        guard isHexadecimal else { return nil }
    }

    /// More than 15 for what is no digit.
    private static func value(_ digit: UInt8) -> UInt8 {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: 255
        }
    }

    /// 32 bytes.
    package var bytes: [UInt8] { unsafe withUnsafeBytes(of: words) { unsafe Array($0) } }

    /// 64 hexadecimal digits.
    package var hex: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in bytes {
            text.append(Self.digit(byte >> 4))
            text.append(Self.digit(byte & 15))
        }
        return text
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    package var description: String { String(decoding: hex, as: UTF8.self) }

    fileprivate func add(to stream: inout DigestStream) {
        unsafe withUnsafeBytes(of: words) { buffer in
            unsafe buffer.withMemoryRebound(to: UInt8.self) { unsafe stream.add($0.span) }
        }
    }

    package static func == (a: Digest, b: Digest) -> Bool { a.words == b.words }

    package func hash(into hasher: inout Hasher) {
        // Any part of a digest is as good as another.
        hasher.combine(words.0)
    }
}

extension DigestStream {
    /// Adds the 32 bytes of a digest.
    mutating func add(_ digest: Digest) { digest.add(to: &self) }
}
