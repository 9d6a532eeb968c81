import Linux

/// A moment on the command line, as the beginning of the name of a run that starts then: `7d` ago, or `2026-11-20`.
struct RunBound {
    /// Names of runs sort by start, so that a comparison of text is one of moments.
    let prefix: String

    /// Reads `30s`, `15m`, `12h`, `7d`, `8w`, or a date, with or without a time in UTC; nil for anything else.
    init?(_ text: String, now: UInt64 = Clock.wall) {
        if let unit = text.last.flatMap({ Self.seconds[$0] }), let count = UInt64(text.dropLast()),
            text.first?.isNumber == true, count < 1 << 32
        {
            let age = count * unit * 1_000_000_000
            prefix = Moment(nanoseconds: age < now ? now - age : 0).compact
            return
        }
        let form = Array("0000-00-00T00:00:00".utf8)
        var text = Array(text.utf8)
        if text.last == UInt8(ascii: "Z") { text.removeLast() }
        guard [10, 13, 16, 19].contains(text.count) else { return nil }
        var digits = ""
        for (byte, wanted) in zip(text, form) {
            if wanted == UInt8(ascii: "0") {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                digits.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                guard byte == wanted || wanted == UInt8(ascii: "T") && byte == UInt8(ascii: " ") else {
                    return nil
                }
                if wanted == UInt8(ascii: "T") { digits += "-" }
            }
        }
        prefix = digits
    }

    static func objection(to text: String, as option: String) -> String {
        "\(option) takes an age such as 7d or 12h, or a date such as 2026-11-20, not '\(inert(text))'"
    }

    private static let seconds: [Character: UInt64] = [
        "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800,
    ]
}
