import Event

/// One line of a trail: an event with its place in the chain.
///
/// The hash is over the previous line's hash and this line without its own `hash` member, so that changing,
/// dropping, adding or moving a line changes every hash after it.
package struct ChainedLine: Equatable, Sendable {
    /// Without the line feed.
    package let bytes: [UInt8]
    package let hash: Digest

    /// Writes an object as the line after the one with hash `previous`.
    package init(_ members: [JSON.Member], after previous: Digest) {
        var line = JSON.object(members).encoded
        var stream = DigestStream()
        stream.add(previous)
        stream.add(line)
        hash = stream.finish()
        line.removeLast()
        line += Self.opening
        line += hash.hex
        line += Self.closing
        bytes = line
    }

    /// Reads a line back: its claimed hash, and the hash that it should have after `previous`; nil when it does not
    /// end like a line of a trail.
    package static func hashes(
        of line: Span<UInt8>, after previous: Digest
    ) -> (claimed: Digest, computed: Digest)? {
        let length = line.count - (opening.count + 64 + closing.count)
        guard length > 0, matches(line, opening, at: length),
            matches(line, closing, at: line.count - closing.count)
        else { return nil }
        let digits = length + opening.count
        guard let claimed = Digest(hex: line.extracting(digits..<digits + 64)) else { return nil }
        var stream = DigestStream()
        stream.add(previous)
        stream.add(line.extracting(0..<length))
        stream.add(end)
        return (claimed, stream.finish())
    }

    private static func matches(_ line: Span<UInt8>, _ text: [UInt8], at place: Int) -> Bool {
        for offset in text.indices where line[place + offset] != text[offset] { return false }
        return true
    }

    private static let opening = Array(",\"hash\":\"".utf8)
    private static let closing = Array("\"}".utf8)
    private static let end = [UInt8(ascii: "}")]
}
