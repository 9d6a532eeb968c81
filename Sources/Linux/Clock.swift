import Glibc

/// The two clocks events are stamped with.
package enum Clock {
    /// Nanoseconds since an arbitrary point, never set back (`CLOCK_MONOTONIC`).
    package static var monotonic: UInt64 { now(CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970 in UTC (`CLOCK_REALTIME`).
    package static var wall: UInt64 { now(CLOCK_REALTIME) }

    private static func now(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// A moment in UTC, taken apart for writing.
package struct Moment: Equatable, Sendable {
    package let year, month, day, hour, minute, second, microsecond: Int

    /// From nanoseconds since 1970, by the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level
    /// date algorithms"): no time zone data is read and nothing is locked.
    package init(nanoseconds: UInt64) {
        let seconds = Int(nanoseconds / 1_000_000_000)
        microsecond = Int(nanoseconds % 1_000_000_000) / 1_000
        let (days, inDay) = (seconds / 86_400, seconds % 86_400)
        (hour, minute, second) = (inDay / 3_600, inDay % 3_600 / 60, inDay % 60)
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// From text of the form that `rfc3339` writes; nil for anything else.
    package init?(rfc3339 text: some Collection<UInt8>) { self.init(rfc3339: Array(text).span) }

    package init?(rfc3339 text: Span<UInt8>) {
        let (dash, colon) = (UInt8(ascii: "-"), UInt8(ascii: ":"))
        guard text.count == 27, text[4] == dash, text[7] == dash, text[10] == UInt8(ascii: "T"),
            text[13] == colon, text[16] == colon, text[19] == UInt8(ascii: "."),
            text[26] == UInt8(ascii: "Z"),
            let year = Self.number(text, 0..<4), let month = Self.number(text, 5..<7),
            let day = Self.number(text, 8..<10), let hour = Self.number(text, 11..<13),
            let minute = Self.number(text, 14..<16), let second = Self.number(text, 17..<19),
            let microsecond = Self.number(text, 20..<26),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        (self.year, self.month, self.day, self.hour) = (year, month, day, hour)
        (self.minute, self.second, self.microsecond) = (minute, second, microsecond)
    }

    private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var value = 0
        for place in range {
            let digit = text[place] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    /// Since 1970; negative before it. The inverse of `init(nanoseconds:)`, to the microsecond.
    package var microseconds: Int {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (shifted / 400, shifted % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + microsecond
    }

    /// RFC 3339 with microseconds: `2026-11-20T19:14:22.847113Z`.
    package var rfc3339: String { text(date: "-", middle: "T", time: ":", last: ".", end: "Z") }

    /// Text that sorts by time and is a good file name: `20261120-191422-847113`.
    package var compact: String { text(date: nil, middle: "-", time: nil, last: "-", end: nil) }

    /// The digits, with these characters between them. Each line of a trail has one, so it is made in one piece.
    private func text(
        date: Unicode.Scalar?, middle: Unicode.Scalar, time: Unicode.Scalar?, last: Unicode.Scalar,
        end: Unicode.Scalar?
    ) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(28)
        func put(_ number: Int, _ width: Int, _ mark: Unicode.Scalar?) {
            var divisor = 1
            for _ in 1..<width { divisor *= 10 }
            while divisor > 0 {
                out.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
                divisor /= 10
            }
            if let mark { out.append(UInt8(ascii: mark)) }
        }
        put(year, 4, date)
        put(month, 2, date)
        put(day, 2, middle)
        put(hour, 2, time)
        put(minute, 2, time)
        put(second, 2, last)
        put(microsecond, 6, end)
        return String(decoding: out, as: UTF8.self)
    }
}
