import Testing

@testable import Policy

private func read(_ text: String, _ parse: (String) throws(Misread) -> UInt64) -> String {
    do throws(Misread) {
        return String(try parse(text))
    } catch {
        return error.why
    }
}

@Suite("Times, sizes and counts")
struct QuantityTests {
    @Test(
        "A time needs a unit",
        arguments: [
            ("500ms", "500000000"), ("30s", "30000000000"), ("5m", "300000000000"), ("1h", "3600000000000"),
            ("2562047h", "9223369200000000000"), ("2562048h", ", which is more than can be counted"),
            ("0s", "0"), ("30", ", which has no unit; write 30s"),
            ("30min", ", whose unit is not known; write 30m"),
            ("1.5s", "; write a whole number, in a smaller unit if need be"),
            ("1 s", "; write it without the space"),
            ("-1s", ", which is less than nothing; write a number above zero"),
            ("+1s", "; write it without the sign"), ("01s", "; write it without the leading zero"),
            ("1d", ", which is no time; write a number and ms, s, m or h, such as 30s"),
            ("s", ", which is no time; write a number and ms, s, m or h, such as 30s"),
            ("", ", which is no time; write a number and ms, s, m or h, such as 30s"),
            ("３0s", ", which is no time; write a number and ms, s, m or h, such as 30s"),
        ])
    func times(text: String, result: String) {
        #expect(read(text, Quantity.nanoseconds) == result)
    }

    @Test(
        "A size is bytes, or has a unit of 1000 or 1024",
        arguments: [
            ("4096", "4096"), ("1B", "1"), ("64KiB", "65536"), ("64KB", "64000"), ("64kB", "64000"),
            ("512MiB", "536870912"), ("1MB", "1000000"), ("1GB", "1000000000"), ("4GiB", "4294967296"),
            ("1TB", "1000000000000"), ("1TiB", "1099511627776"),
            ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", ", which is more than can be counted"),
            ("8388608TiB", ", which is more than can be counted"),
            ("18446744073709551616", ", which is more than can be counted"),
            ("512M", ", whose unit is not known; write 512MiB or 512MB"),
            ("512mib", ", whose unit is not known; write 512MiB or 512MB"),
            ("1_000", "; write the digits without separators"),
            (
                "64\u{212A}iB",
                ", which is no size; write a number and B, KiB, MiB, GiB or TiB, such as 512MiB"
            ),
            ("1e9", ", which is no size; write a number and B, KiB, MiB, GiB or TiB, such as 512MiB"),
        ])
    func sizes(text: String, result: String) {
        #expect(read(text, Quantity.bytes) == result)
    }

    @Test(
        "A count is a whole decimal number",
        arguments: [
            ("1", "1"), ("9223372036854775807", "9223372036854775807"),
            ("9223372036854775808", ", which is more than can be counted"),
            ("0x10", ", which is no whole number; write one such as 32"),
            ("10k", ", which is no whole number; write one such as 32"),
            ("1.5", "; write a whole number, in a smaller unit if need be"),
        ])
    func counts(text: String, result: String) {
        #expect(read(text, Quantity.count) == result)
    }

    @Test(
        "What is written is the shortest exact text",
        arguments: [
            (UInt64(60_000_000_000), "1m"), (90_000_000_000, "90s"), (1_500_000_000, "1500ms"),
            (7_200_000_000_000, "2h"),
        ])
    func writtenTimes(nanoseconds: UInt64, text: String) throws {
        #expect(Quantity.duration(nanoseconds) == text)
        #expect(try Quantity.nanoseconds(text) == nanoseconds)
    }

    @Test(
        "Sizes are written in powers of 1024 where that is exact",
        arguments: [
            (UInt64(1), "1"), (1_000, "1kB"), (1_023, "1023"), (1 << 20, "1MiB"), (1_000_000_000, "1GB"),
            (3 << 39, "1536GiB"),
        ])
    func writtenSizes(bytes: UInt64, text: String) throws {
        #expect(Quantity.size(bytes) == text)
        #expect(try Quantity.bytes(text) == bytes)
    }
}
