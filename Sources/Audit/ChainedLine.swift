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
        let body = JSON.object(members).encoded
        hash = Digest(previous.bytes, body)
        bytes = body.dropLast() + Self.opening + hash.hex + Self.closing
    }

    /// Reads a line back: its claimed hash, and the hash that it should have after `previous`; nil when it does not
    /// end like a line of a trail.
    package static func hashes(
        of line: ArraySlice<UInt8>, after previous: Digest
    ) -> (claimed: Digest, computed: Digest)? {
        let tail = opening.count + 64 + closing.count
        guard line.count > tail, line.suffix(closing.count).elementsEqual(closing) else { return nil }
        let body = line.dropLast(tail)
        let rest = line.suffix(tail)
        guard rest.starts(with: opening), let claimed = Digest(hex: rest.dropFirst(opening.count).prefix(64))
        else {
            return nil
        }
        return (claimed, Digest(slices: [previous.bytes[...], body, end]))
    }

    private static let opening = Array(",\"hash\":\"".utf8)
    private static let closing = Array("\"}".utf8)
    private static let end = [UInt8(ascii: "}")][...]
}
