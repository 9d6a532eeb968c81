import Event
import Linux

/// What every line of a trail begins with, in this order, read without reading the rest: the members that the program
/// had no hand in.
struct LineHead {
    let sequence: Int
    /// Microseconds since 1970, by the host's clock.
    let time: Int
    /// Nanoseconds since the host started.
    let monotonic: Int
    /// nil for a type that this version does not know.
    let kind: Event.Kind?

    /// nil when the line begins otherwise, or with the name of another run.
    init?(_ line: Span<UInt8>, of run: [UInt8]) {
        var place = 0
        guard Self.take(line, &place, Self.opening), Self.take(line, &place, run),
            Self.take(line, &place, Self.beforeSequence), let sequence = Self.number(line, &place),
            Self.take(line, &place, Self.beforeTime), line.count - place >= 27,
            let time = Moment(rfc3339: line.extracting(place..<place + 27))
        else { return nil }
        place += 27
        guard Self.take(line, &place, Self.beforeMonotonic), let monotonic = Self.number(line, &place),
            Self.take(line, &place, Self.beforeKind)
        else { return nil }
        self.sequence = sequence
        self.time = time.microseconds
        self.monotonic = monotonic
        kind = Self.kind(line, &place)
    }

    /// The type, with the quotation mark behind it.
    private static func kind(_ line: Span<UInt8>, _ place: inout Int) -> Event.Kind? {
        for (kind, text) in kinds where take(line, &place, text) { return kind }
        return nil
    }

    private static func take(_ line: Span<UInt8>, _ place: inout Int, _ wanted: [UInt8]) -> Bool {
        guard line.count - place >= wanted.count else { return false }
        for offset in wanted.indices where line[place + offset] != wanted[offset] { return false }
        place += wanted.count
        return true
    }

    private static func number(_ line: Span<UInt8>, _ place: inout Int) -> Int? {
        var (value, digits) = (0, 0)
        while place < line.count, digits < 18 {
            let digit = line[place] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value * 10 + Int(digit)
            digits += 1
            place += 1
        }
        return digits > 0 ? value : nil
    }

    private static let opening = Array("{\"v\":1,\"run_id\":\"".utf8)
    private static let beforeSequence = Array("\",\"seq\":".utf8)
    private static let beforeTime = Array(",\"time\":\"".utf8)
    private static let beforeMonotonic = Array("\",\"mono_ns\":".utf8)
    private static let beforeKind = Array(",\"type\":\"".utf8)
    private static let kinds = Event.Kind.allCases.map { ($0, Array("\($0.rawValue)\"".utf8)) }
}
