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
        guard text.utf8.count == 31, text.utf8.allSatisfy({ Self.allowed.contains($0) }) else { return nil }
        description = text
    }

    private static let allowed = Set("0123456789abcdef-".utf8)

    package static func < (a: RunID, b: RunID) -> Bool {
        a.description.utf8.lexicographicallyPrecedes(b.description.utf8)
    }
}
