/// Times, sizes and counts as policies write them.
enum Quantity {
    /// The most that is counted of anything: 2^63-1, which fits every number of the kernel's and of JSON.
    static let most = UInt64(Int64.max)

    /// Nanoseconds of `500ms`, `30s`, `5m`, `1h`.
    static func nanoseconds(_ text: String) throws(Misread) -> UInt64 {
        let (digits, unit) = try split(text, or: noTime)
        if unit.isEmpty { throw Misread(", which has no unit; write \(digits)s") }
        guard let (_, scale) = durations.first(where: { $0.name == unit }) else {
            if let known = misspelt[unit] {
                throw Misread(", whose unit is not known; write \(digits)\(known)")
            }
            throw noTime
        }
        return try product(digits, scale)
    }

    /// Bytes of `512MiB`, `1GB`, `64KiB`, `4096`.
    static func bytes(_ text: String) throws(Misread) -> UInt64 {
        let (digits, unit) = try split(text, or: noSize)
        guard let (_, scale) = sizes.first(where: { $0.name == unit }) else {
            if let prefix = unit.prefix(1).uppercased().first, unit.utf8.count <= 3, "KMGT".contains(prefix) {
                throw Misread(", whose unit is not known; write \(digits)\(prefix)iB or \(digits)\(prefix)B")
            }
            throw noSize
        }
        return try product(digits, scale)
    }

    /// `20`
    static func count(_ text: String) throws(Misread) -> UInt64 {
        let (digits, unit) = try split(text, or: noCount)
        guard unit.isEmpty else { throw noCount }
        return try product(digits, 1)
    }

    /// The shortest exact text that `nanoseconds` reads; what is below a millisecond is dropped, for no
    /// policy can say it.
    static func duration(_ nanoseconds: UInt64) -> String {
        let unit = durations.last { nanoseconds % $0.scale == 0 } ?? durations[0]
        return "\(nanoseconds / unit.scale)\(unit.name)"
    }

    /// The shortest exact text that `bytes` reads, in powers of 1024 where it can be.
    static func size(_ bytes: UInt64) -> String {
        let fitting = sizes.filter { bytes % $0.scale == 0 && bytes >= $0.scale }
        guard let unit = fitting.last(where: { $0.name.hasSuffix("iB") }) ?? fitting.last else {
            return "\(bytes)"
        }
        return "\(bytes / unit.scale)\(unit.name == "B" ? "" : unit.name)"
    }

    private static let durations: [(name: String, scale: UInt64)] = [
        ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    private static let misspelt: [Substring: String] = [
        "sec": "s", "secs": "s", "second": "s", "seconds": "s", "S": "s", "M": "m", "min": "m", "mins": "m",
        "minute": "m", "minutes": "m", "H": "h", "hr": "h", "hour": "h", "hours": "h", "MS": "ms",
    ]

    private static let sizes: [(name: String, scale: UInt64)] = [
        ("", 1), ("B", 1), ("KB", 1_000), ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    /// The digits that a quantity begins with, and what follows them.
    private static func split(_ text: String, or misread: Misread) throws(Misread) -> (
        digits: Substring, unit: Substring
    ) {
        let end =
            text.utf8.firstIndex { !isDigit($0) } ?? text.endIndex
        let (digits, unit) = (text[..<end], text[end...])
        // Swift takes U+212A, the Kelvin sign, for the K of KiB.
        guard unit.utf8.allSatisfy({ $0 < 0x80 }) else { throw misread }
        if digits.isEmpty {
            if text.hasPrefix("-") {
                throw Misread(", which is less than nothing; write a number above zero")
            }
            if text.hasPrefix("+") { throw Misread("; write it without the sign") }
            throw misread
        }
        switch unit.utf8.first {
        case UInt8(ascii: " "): throw Misread("; write it without the space")
        case UInt8(ascii: "_"), UInt8(ascii: ","): throw Misread("; write the digits without separators")
        case UInt8(ascii: "."): throw Misread("; write a whole number, in a smaller unit if need be")
        default: break
        }
        if digits.utf8.count > 19 { throw tooMuch }
        if digits.hasPrefix("0") && digits != "0" { throw Misread("; write it without the leading zero") }
        return (digits, unit)
    }

    private static let noTime = Misread(", which is no time; write a number and ms, s, m or h, such as 30s")
    private static let noSize = Misread(
        ", which is no size; write a number and B, KiB, MiB, GiB or TiB, such as 512MiB")
    private static let noCount = Misread(", which is no whole number; write one such as 32")
    private static let tooMuch = Misread(", which is more than can be counted")

    private static func product(_ digits: Substring, _ scale: UInt64) throws(Misread) -> UInt64 {
        guard let number = UInt64(digits),
            case let (value, overflow) = number.multipliedReportingOverflow(by: scale),
            !overflow, value <= most
        else { throw tooMuch }
        return value
    }
}
