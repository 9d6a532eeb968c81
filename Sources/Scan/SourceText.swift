/// Whether the bytes of a source are text as its interpreter would read it.
enum SourceText {
    /// False when they cannot be read as code at all; what is odd about them is reported.
    static func isReadable(_ source: Source, _ analysis: Analysis) -> Bool {
        let bytes = source.bytes
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            || bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46])
            || bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
        {
            analysis.exceeded(.encoding)
            return false
        }
        if source.language == .python, let (name, range) = declaredEncoding(bytes) {
            if isPlain(name) {
                if name.hasPrefix("utf") || name.hasPrefix("u8") { checkUTF8(bytes, analysis) }
                return true
            }
            analysis.report(.oddEncoding, at: range, "The encoding is `\(name)`.")
            analysis.exceeded(.encoding)
            return true
        }
        checkUTF8(bytes, analysis)
        return true
    }

    /// Bytes that are no UTF-8 do not keep the rest from being read, but they earn a review.
    private static func checkUTF8(_ bytes: [UInt8], _ analysis: Analysis) {
        guard let bad = firstInvalid(bytes) else { return }
        analysis.exceeded(.encoding, at: bad..<(bad + 1))
    }

    /// Where UTF-8 (RFC 3629) is first broken.
    static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                continue
            }
            let length =
                byte >= 0xC2 && byte < 0xE0
                ? 2 : byte >= 0xE0 && byte < 0xF0 ? 3 : byte >= 0xF0 && byte < 0xF5 ? 4 : 0
            guard length > 0, index + length <= bytes.count,
                bytes[(index + 1)..<(index + length)].allSatisfy({ $0 & 0xC0 == 0x80 })
            else {
                return index
            }
            let second = bytes[index + 1]
            if byte == 0xE0 && second < 0xA0 || byte == 0xED && second >= 0xA0
                || byte == 0xF0 && second < 0x90 || byte == 0xF4 && second >= 0x90
            {
                return index
            }
            index += length
        }
        return nil
    }

    /// What a comment in the first two lines says about the encoding (PEP 263).
    private static func declaredEncoding(_ bytes: [UInt8]) -> (String, Range<Int>)? {
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        for _ in 0..<2 {
            var end = start
            while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
            let line = bytes[start..<end].drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0C }
            if !line.isEmpty, line.first != UInt8(ascii: "#") { return nil }
            if let coding = bytes.firstRange(of: "coding", from: line.startIndex), coding.upperBound < end,
                let found = name(bytes, coding.upperBound, end)
            {
                return found
            }
            start = end + 1
            if start < bytes.count, bytes[start - 1] == 0x0D, bytes[start] == 0x0A { start += 1 }
            guard start < bytes.count else { return nil }
        }
        return nil
    }

    /// The name behind `coding:` or `coding=`.
    private static func name(_ bytes: [UInt8], _ colon: Int, _ end: Int) -> (String, Range<Int>)? {
        guard bytes[colon] == UInt8(ascii: ":") || bytes[colon] == UInt8(ascii: "=") else { return nil }
        var start = colon + 1
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        var stop = start
        while stop < end,
            PythonLexer.continuesName(bytes[stop]) || bytes[stop] == UInt8(ascii: "-")
                || bytes[stop] == UInt8(ascii: ".")
        { stop += 1 }
        guard stop > start else { return nil }
        return (String(decoding: bytes[start..<stop], as: UTF8.self).lowercased(), start..<stop)
    }

    /// Encodings in which every ASCII byte is that character and no other, so that code reads the same in all.
    private static func isPlain(_ name: String) -> Bool {
        let name = String(name.map { $0 == "_" ? "-" : $0 })
        return [
            "utf-8", "utf8", "u8", "ascii", "us-ascii", "latin-1", "latin1", "l1", "cp1252", "cp1251",
            "cp1250", "koi8-r", "koi8-u",
        ].contains(name)
            || name.hasPrefix("utf-8-") || name.hasPrefix("iso-8859-") || name.hasPrefix("iso8859-")
            || name.hasPrefix("latin-") || name.hasPrefix("windows-125")
    }
}
