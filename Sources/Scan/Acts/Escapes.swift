/// The backslash escapes of the three languages, which agree on most.
enum Escapes {
    struct Dialect: Sendable {
        /// `\x` takes as many digits as there are, up to two; else exactly two.
        var shortHexadecimal = false
        /// `\u{…}`
        var bracedUnicode = false
        /// `\U` with up to eight digits.
        var longUnicode = false
        /// `\N{NAME}`
        var namedCharacters = false
        /// `\e` and `\E`
        var escapeCharacter = false
        /// A backslash before any other character is kept.
        var keepsBackslash = false
        /// `\0` begins an octal number of up to four digits, as echo(1) reads it.
        var zeroOctal = false

        static let python = Dialect(longUnicode: true, namedCharacters: true, keepsBackslash: true)
        static let javascript = Dialect(bracedUnicode: true)
        /// `$'…'`
        static let shell = Dialect(
            shortHexadecimal: true, longUnicode: true, escapeCharacter: true, keepsBackslash: true)
        /// `echo -e` and `printf %b`
        static let echo = Dialect(
            shortHexadecimal: true, longUnicode: true, escapeCharacter: true, keepsBackslash: true,
            zeroOctal: true)
    }

    /// The text that `bytes` stands for.
    static func decode(_ bytes: some Collection<UInt8>, _ dialect: Dialect) -> [UInt8] {
        var reader = Reader(bytes: Array(bytes), dialect: dialect)
        return reader.run()
    }

    private struct Reader {
        let bytes: [UInt8]
        let dialect: Dialect
        var at = 0
        var out: [UInt8] = []

        mutating func run() -> [UInt8] {
            out.reserveCapacity(bytes.count)
            while at < bytes.count {
                guard bytes[at] == UInt8(ascii: "\\"), at + 1 < bytes.count else {
                    out.append(bytes[at])
                    at += 1
                    continue
                }
                at += 2
                escape(bytes[at - 1])
            }
            return out
        }

        private mutating func escape(_ letter: UInt8) {
            switch letter {
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "t"): out.append(0x09)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "a"): out.append(0x07)
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "v"): out.append(0x0B)
            case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
                out.append(letter)
            case UInt8(ascii: "e") where dialect.escapeCharacter,
                UInt8(ascii: "E") where dialect.escapeCharacter:
                out.append(0x1B)
            case 0x0A: break
            case 0x0D: if at < bytes.count, bytes[at] == 0x0A { at += 1 }
            case UInt8(ascii: "0")...UInt8(ascii: "7"):
                at -= 1
                let most = dialect.zeroOctal && letter == UInt8(ascii: "0") ? 4 : 3
                out.append(UInt8(truncatingIfNeeded: number(radix: 8, most: most) ?? 0))
            case UInt8(ascii: "x"): hexadecimal()
            case UInt8(ascii: "u"): unicode(digits: 4, letter)
            case UInt8(ascii: "U") where dialect.longUnicode: unicode(digits: 8, letter)
            case UInt8(ascii: "N")
            where dialect.namedCharacters && at < bytes.count && bytes[at] == UInt8(ascii: "{"):
                while at < bytes.count, bytes[at] != UInt8(ascii: "}") { at += 1 }
                at += 1
                out.append(Text.hole)
            default:
                if dialect.keepsBackslash { out.append(UInt8(ascii: "\\")) }
                out.append(letter)
            }
        }

        private mutating func hexadecimal() {
            let start = at
            let value = number(radix: 16, most: 2)
            guard let value, dialect.shortHexadecimal || at - start == 2 else {
                at = start
                out += "\\x".utf8
                return
            }
            // Above 0x7F Python and JavaScript mean the character, the shell the byte; only ASCII matters here.
            out.append(UInt8(truncatingIfNeeded: value))
        }

        private mutating func unicode(digits: Int, _ letter: UInt8) {
            let start = at
            var value: UInt32?
            if dialect.bracedUnicode, at < bytes.count, bytes[at] == UInt8(ascii: "{") {
                at += 1
                value = number(radix: 16, most: 6)
                if at < bytes.count, bytes[at] == UInt8(ascii: "}") { at += 1 }
            } else {
                value = number(radix: 16, most: digits)
            }
            guard let value, let scalar = Unicode.Scalar(value) else {
                at = start
                out += [UInt8(ascii: "\\"), letter]
                return
            }
            out += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
        }

        private mutating func number(radix: UInt32, most: Int) -> UInt32? {
            var (value, count): (UInt32, Int) = (0, 0)
            while count < most, at < bytes.count, let digit = Decoding.hexadecimalDigit(bytes[at]),
                digit < radix
            {
                value = value << (radix == 8 ? 3 : 4) | UInt32(digit)
                at += 1
                count += 1
            }
            return count > 0 ? value : nil
        }
    }
}
