/// Whether a text may hold a secret, in one pass: most texts can be told not to, and are not looked at any closer.
///
/// Whatever `Redaction` would take out begins with something that is found here.
enum Suspicion {
    static func rises(from text: Span<UInt8>) -> Bool {
        // Whether a word is being read, and whether it has a dash.
        var (isWord, hasDash) = (false, false)
        for place in text.indices {
            let byte = text[place]
            switch byte {
            case UInt8(ascii: "="), UInt8(ascii: ":"): return true
            case UInt8(ascii: " "):
                // `--password …`
                if hasDash { return true }
                (isWord, hasDash) = (false, false)
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                let next = place + 1 < text.count ? text[place + 1] : 0
                // `-----BEGIN`
                if byte == UInt8(ascii: "-"), next == byte { return true }
                if byte == UInt8(ascii: "-") { hasDash = true }
                if !isWord, beginsToken(byte, next) { return true }
                isWord = true
            default: (isWord, hasDash) = (false, false)
            }
        }
        return false
    }

    /// The first two characters of what keys and tokens begin with.
    private static func beginsToken(_ first: UInt8, _ second: UInt8) -> Bool {
        for pair in pairs where pair.0 == first && pair.1 == second { return true }
        return false
    }

    private static let pairs: [(UInt8, UInt8)] = Redaction.prefixes.map { ($0[0], $0[1]) }
}
