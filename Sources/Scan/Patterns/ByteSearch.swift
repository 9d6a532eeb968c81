/// Finds one sequence of bytes in another in linear time, whatever the two are (Knuth, Morris and Pratt).
struct ByteSearch: Sendable {
    let wanted: [UInt8]
    /// For each prefix of `wanted`, how long its longest proper prefix is that also ends it.
    private let borders: [Int]

    init(_ wanted: [UInt8]) {
        self.wanted = wanted
        var borders = [Int](repeating: 0, count: wanted.count)
        var length = 0
        for index in wanted.indices.dropFirst() {
            while length > 0, wanted[index] != wanted[length] { length = borders[length - 1] }
            if wanted[index] == wanted[length] { length += 1 }
            borders[index] = length
        }
        self.borders = borders
    }

    /// The first occurrence that begins at or after `start` and ends at or before `end`.
    func first(in bytes: [UInt8], from start: Int, to end: Int) -> Range<Int>? {
        guard let opening = wanted.first else { return nil }
        var (index, matched) = (start, 0)
        while index < end {
            let byte = bytes[index]
            if matched == 0, byte != opening {
                index += 1
                continue
            }
            while matched > 0, byte != wanted[matched] { matched = borders[matched - 1] }
            if byte == wanted[matched] { matched += 1 }
            index += 1
            if matched == wanted.count { return (index - matched)..<index }
        }
        return nil
    }
}

extension [UInt8] {
    /// Every occurrence of `from`, or the first alone, replaced by `to`.
    func replacing(_ from: [UInt8], with to: [UInt8], once: Bool = false) -> [UInt8] {
        let search = ByteSearch(from)
        var out: [UInt8] = []
        var index = 0
        while let found = search.first(in: self, from: index, to: count) {
            out += self[index..<found.lowerBound]
            out += to
            index = found.upperBound
            if once || out.count > Decoding.longest { break }
        }
        return out + self[index...]
    }
}

extension String {
    /// Whether a word stands anywhere in it, byte for byte.
    func mentions(_ word: String) -> Bool {
        let bytes = Array(utf8)
        return ByteSearch(Array(word.utf8)).first(in: bytes, from: 0, to: bytes.count) != nil
    }
}
