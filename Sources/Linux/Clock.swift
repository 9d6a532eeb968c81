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
    package init?(rfc3339 text: some Collection<UInt8>) {
        let form = Array("0000-00-00T00:00:00.000000Z".utf8)
        guard text.count == form.count else { return nil }
        var numbers: [Int] = [0]
        for (byte, wanted) in zip(text, form) {
            if wanted != UInt8(ascii: "0") {
                guard byte == wanted else { return nil }
                numbers.append(0)
            } else {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                numbers[numbers.count - 1] = numbers[numbers.count - 1] * 10 + Int(byte - UInt8(ascii: "0"))
            }
        }
        (year, month, day, hour) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (minute, second, microsecond) = (numbers[4], numbers[5], numbers[6])
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else {
            return nil
        }
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
