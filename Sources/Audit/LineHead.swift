import Linux

/// What every line of a trail begins with, in this order, read without reading the rest: the members that the program
/// had no hand in.
struct LineHead {
    let sequence: Int
    /// Microseconds since 1970, by the host's clock.
    let time: Int
    /// Nanoseconds since the host started.
    let monotonic: Int
    let kind: ArraySlice<UInt8>

    /// nil when the line begins otherwise, or with the name of another run.
    init?(_ line: ArraySlice<UInt8>, of run: [UInt8]) {
        var rest = line
        guard Self.take(&rest, Self.opening), Self.take(&rest, run), Self.take(&rest, Self.beforeSequence),
            let sequence = Self.number(&rest), Self.take(&rest, Self.beforeTime)
        else { return nil }
        guard let time = Moment(rfc3339: rest.prefix(27)) else { return nil }
        rest = rest.dropFirst(27)
        guard Self.take(&rest, Self.beforeMonotonic), let monotonic = Self.number(&rest),
            Self.take(&rest, Self.beforeKind)
        else { return nil }
        self.sequence = sequence
        self.time = time.microseconds
        self.monotonic = monotonic
        kind = rest.prefix(40).prefix { $0 != UInt8(ascii: "\"") }
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, _ wanted: [UInt8]) -> Bool {
        guard rest.count >= wanted.count else { return false }
        for offset in wanted.indices where rest[rest.startIndex + offset] != wanted[offset] { return false }
        rest = rest.dropFirst(wanted.count)
        return true
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var (value, digits) = (0, 0)
        while let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit), digits < 18 {
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
            digits += 1
            rest = rest.dropFirst()
        }
        return digits > 0 ? value : nil
    }

    private static let opening = Array("{\"v\":1,\"run_id\":\"".utf8)
    private static let beforeSequence = Array("\",\"seq\":".utf8)
    private static let beforeTime = Array(",\"time\":\"".utf8)
    private static let beforeMonotonic = Array("\",\"mono_ns\":".utf8)
    private static let beforeKind = Array(",\"type\":\"".utf8)
}
