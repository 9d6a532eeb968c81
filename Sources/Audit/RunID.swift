import Linux

/// The name of a run: its start in UTC to the microsecond, then four random bytes. Names sort by start.
package struct RunID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String

    /// A new name for a run that starts at `time` (nanoseconds since 1970).
    package init(startingAt time: UInt64) {
        let random = String(randomNumber(), radix: 16)
        let padding = String(repeating: "0", count: 8 - random.count)
        description = "\(Moment(nanoseconds: time).compact)-\(padding)\(random)"
    }

    /// The name in a file's name; nil for anything that could not be one.
    package init?(_ text: String) {
        guard text.utf8.count == 31, text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        description = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// When it started, in microseconds since 1970; nil for a name that was not made from a moment.
    package var started: Int? {
        let text = Array(description.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }
        let moment =
            "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))"
            + ".\(part(16..<22))Z"
        return Moment(rfc3339: moment.utf8)?.microseconds
    }

    package static func < (a: RunID, b: RunID) -> Bool {
        a.description.utf8.lexicographicallyPrecedes(b.description.utf8)
    }
}
