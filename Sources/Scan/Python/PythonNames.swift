/// Python compares identifiers after NFKC normalisation (Language Reference 2.3), so `𝘀𝘆𝘀𝘁𝗲𝗺` is `system`. This folds
/// the letters that look like variants of ASCII ones and become them; the rest of NFKC joins letters that no name of
/// a library has.
enum PythonName {
    /// The identifier that Python sees, and whether that differs from what was written.
    static func folded(_ bytes: ArraySlice<UInt8>) -> (name: String, wasDisguised: Bool) {
        guard bytes.contains(where: { $0 >= 0x80 }) else {
            return (String(decoding: bytes, as: UTF8.self), false)
        }
        var name = ""
        var disguised = false
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if let plain = ascii(scalar.value) {
                name += plain
                disguised = true
            } else {
                name.unicodeScalars.append(scalar)
            }
        }
        return (name, disguised)
    }

    private static func letter(_ base: UInt32, _ offset: UInt32) -> String {
        Unicode.Scalar(base + offset).map { String($0) } ?? ""
    }

    private static func ascii(_ value: UInt32) -> String? {
        switch value {
        case ..<0xAA: nil
        case 0xFF10...0xFF19: letter(0x30, value - 0xFF10)
        case 0xFF21...0xFF3A: letter(0x41, value - 0xFF21)
        case 0xFF41...0xFF5A: letter(0x61, value - 0xFF41)
        // Mathematical alphabets: 26 capitals, 26 small letters, thirteen times over; then five times the digits.
        case 0x1D400...0x1D6A3:
            (value - 0x1D400) % 52 < 26
                ? letter(0x41, (value - 0x1D400) % 52) : letter(0x61, (value - 0x1D400) % 52 - 26)
        case 0x1D7CE...0x1D7FF: letter(0x30, (value - 0x1D7CE) % 10)
        case 0x1FBF0...0x1FBF9: letter(0x30, value - 0x1FBF0)
        default: single(value)
        }
    }

    /// Superscripts, subscripts, letters with a name of their own, Roman numbers and ligatures.
    private static func single(_ value: UInt32) -> String? {
        switch value {
        case 0x1D2C: "A"
        case 0x1D2E, 0x212C: "B"
        case 0x2102, 0x212D, 0x216D, 0xA7F2: "C"
        case 0x1D30, 0x2145, 0x216E: "D"
        case 0x1D31, 0x2130: "E"
        case 0x2131, 0xA7F3: "F"
        case 0x1D33: "G"
        case 0x1D34, 0x210B, 0x210C, 0x210D: "H"
        case 0x1D35, 0x2110, 0x2111, 0x2160: "I"
        case 0x1D36: "J"
        case 0x1D37, 0x212A: "K"
        case 0x1D38, 0x2112, 0x216C: "L"
        case 0x1D39, 0x2133, 0x216F: "M"
        case 0x1D3A, 0x2115: "N"
        case 0x1D3C: "O"
        case 0x1D3E, 0x2119: "P"
        case 0x211A, 0xA7F4: "Q"
        case 0x1D3F, 0x211B, 0x211C, 0x211D: "R"
        case 0x1D40: "T"
        case 0x1D41: "U"
        case 0x2164, 0x2C7D: "V"
        case 0x1D42: "W"
        case 0x2169: "X"
        case 0x2124, 0x2128: "Z"
        case 0xFE33, 0xFE34, 0xFE4D, 0xFE4E, 0xFE4F, 0xFF3F: "_"
        case 0xAA, 0x1D43, 0x2090: "a"
        case 0x1D47: "b"
        case 0x1D9C, 0x217D: "c"
        case 0x1D48, 0x2146, 0x217E: "d"
        case 0x1D49, 0x2091, 0x212F, 0x2147: "e"
        case 0x1DA0: "f"
        case 0x1D4D, 0x210A: "g"
        case 0x2B0, 0x2095, 0x210E: "h"
        case 0x1D62, 0x2071, 0x2139, 0x2148, 0x2170: "i"
        case 0x2B2, 0x2149, 0x2C7C: "j"
        case 0x1D4F, 0x2096: "k"
        case 0x2E1, 0x2097, 0x2113, 0x217C: "l"
        case 0x1D50, 0x2098, 0x217F: "m"
        case 0x207F, 0x2099: "n"
        case 0xBA, 0x1D52, 0x2092, 0x2134: "o"
        case 0x1D56, 0x209A: "p"
        case 0x107A5: "q"
        case 0x2B3, 0x1D63: "r"
        case 0x17F, 0x2E2, 0x209B: "s"
        case 0x1D57, 0x209C: "t"
        case 0x1D58, 0x1D64: "u"
        case 0x1D5B, 0x1D65, 0x2174: "v"
        case 0x2B7: "w"
        case 0x2E3, 0x2093, 0x2179: "x"
        case 0x2B8: "y"
        case 0x1DBB: "z"
        case 0x1F1: "DZ"
        case 0x1F2: "Dz"
        case 0x2161: "II"
        case 0x132: "IJ"
        case 0x2163: "IV"
        case 0x2168: "IX"
        case 0x1C7: "LJ"
        case 0x1C8: "Lj"
        case 0x1CA: "NJ"
        case 0x1CB: "Nj"
        case 0x2165: "VI"
        case 0x216A: "XI"
        case 0x1F3: "dz"
        case 0xFB00: "ff"
        case 0xFB01: "fi"
        case 0xFB02: "fl"
        case 0x2171: "ii"
        case 0x133: "ij"
        case 0x2173: "iv"
        case 0x2178: "ix"
        case 0x1C9: "lj"
        case 0x1CC: "nj"
        case 0xFB05, 0xFB06: "st"
        case 0x2175: "vi"
        case 0x217A: "xi"
        case 0x2162: "III"
        case 0x2166: "VII"
        case 0x216B: "XII"
        case 0xFB03: "ffi"
        case 0xFB04: "ffl"
        case 0x2172: "iii"
        case 0x2176: "vii"
        case 0x217B: "xii"
        case 0x2167: "VIII"
        case 0x2177: "viii"
        default: nil
        }
    }
}
