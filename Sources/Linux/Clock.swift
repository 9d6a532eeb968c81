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

    /// RFC 3339 with microseconds: `2026-11-20T19:14:22.847113Z`.
    package var rfc3339: String {
        "\(year)-\(pad(month, 2))-\(pad(day, 2))T\(pad(hour, 2)):\(pad(minute, 2)):\(pad(second, 2))"
            + ".\(pad(microsecond, 6))Z"
    }

    /// Text that sorts by time and is a good file name: `20261120-191422-847113`.
    package var compact: String {
        "\(year)\(pad(month, 2))\(pad(day, 2))-\(pad(hour, 2))\(pad(minute, 2))\(pad(second, 2))"
            + "-\(pad(microsecond, 6))"
    }

    private func pad(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
