/// A stretch of source. Lines and columns count from 1, columns in Unicode code points; `end` points behind the last
/// character. A byte that is not UTF-8 counts as one column.
package struct Span: Hashable, Sendable {
    /// Offsets into the source's bytes.
    package let bytes: Range<Int>
    package let line: Int
    package let column: Int
    package let endLine: Int
    package let endColumn: Int
}

/// The lines and columns of a set of byte offsets, found in one pass over the source.
///
/// One pass, because a line may be as long as the file: counting columns anew for each finding would be quadratic.
package struct Positions: Sendable {
    /// What a column is.
    package enum Unit: Sendable {
        case codePoints
        /// As SARIF and editors count: a character beyond U+FFFF is two.
        case utf16
    }

    private let offsets: [Int]
    private let places: [(line: Int, column: Int)]

    /// `\n`, `\r\n` and a lone `\r` end a line.
    package init(of offsets: [Int], in bytes: [UInt8], counting unit: Unit = .codePoints) {
        let sorted = offsets.sorted()
        var unique: [Int] = []
        var places: [(line: Int, column: Int)] = []
        var (at, line, column) = (0, 1, 1)
        for offset in sorted where offset != unique.last {
            while at < min(offset, bytes.count) {
                let byte = bytes[at]
                if byte == 0x0A || byte == 0x0D && !(at + 1 < bytes.count && bytes[at + 1] == 0x0A) {
                    (line, column) = (line + 1, 1)
                } else if byte & 0xC0 != 0x80 || !Positions.continues(at, in: bytes) {
                    column += unit == .utf16 && Positions.isBeyondBasicPlane(at, in: bytes) ? 2 : 1
                }
                at += 1
            }
            unique.append(offset)
            places.append((line, column))
        }
        self.offsets = unique
        self.places = places
    }

    /// Whether a character of four bytes begins at `index`.
    private static func isBeyondBasicPlane(_ index: Int, in bytes: [UInt8]) -> Bool {
        bytes[index] >= 0xF0 && bytes[index] <= 0xF4 && index + 3 < bytes.count
            && (1...3).allSatisfy { bytes[index + $0] & 0xC0 == 0x80 }
    }

    /// Whether the continuation byte at `index` belongs to a character that began before it.
    private static func continues(_ index: Int, in bytes: [UInt8]) -> Bool {
        for back in 1...3 {
            guard index - back >= 0 else { return false }
            let lead = bytes[index - back]
            if lead & 0xC0 == 0x80 { continue }
            return lead >= 0xC2 && lead <= 0xF4 && back < (lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4)
        }
        return false
    }

    /// The span of a range whose both ends were among the offsets.
    package func span(_ range: Range<Int>) -> Span {
        let (start, end) = (place(range.lowerBound), place(range.upperBound))
        return Span(
            bytes: range, line: start.line, column: start.column, endLine: end.line, endColumn: end.column)
    }

    private func place(_ offset: Int) -> (line: Int, column: Int) {
        var (low, high) = (0, offsets.count)
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] < offset { low = middle + 1 } else { high = middle }
        }
        return low < places.count ? places[low] : (1, 1)
    }
}
