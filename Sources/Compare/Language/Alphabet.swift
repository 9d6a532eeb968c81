/// The characters that some patterns tell apart, in classes: within one, no pattern sees a difference.
struct Alphabet: Sendable {
    /// What assertions see of a character, or of the end of the text where there is none.
    enum Kind: Int, Sendable { case edge, newline, word, other }

    /// The lowest scalar of each class.
    private let starts: [UInt32]
    /// A scalar of each class that reads well.
    let representatives: [UInt32]
    let kinds: [Kind]
    /// The classes, those first whose representatives read best.
    let order: [Int]

    init(telling sets: [ScalarSet]) {
        var cuts: Set<UInt32> = [0, 0xD800, 0xE000]
        for set in sets + [.word, ScalarSet("\n")] {
            for range in set.ranges {
                cuts.insert(range.lowerBound)
                if range.upperBound < ScalarSet.highest { cuts.insert(range.upperBound + 1) }
            }
        }
        starts = cuts.sorted()
        let starts = starts
        let ends = starts.dropFirst().map { $0 - 1 } + [ScalarSet.highest]
        representatives = zip(starts, ends).map { Self.representative(of: [$0...$1]) }
        kinds = representatives.map(Self.kind)
        let shown = representatives
        // No text holds a surrogate.
        order = starts.indices.filter { !(0xD800...0xDFFF).contains(starts[$0]) }
            .sorted { (Self.rank(shown[$0]), $0) < (Self.rank(shown[$1]), $1) }
    }

    var count: Int { starts.count }

    /// The class of a scalar.
    func index(of value: UInt32) -> Int {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    static func kind(_ value: UInt32) -> Kind {
        if value == 0x0A { return .newline }
        return ScalarSet.word.contains(value) ? .word : .other
    }

    /// The scalar of some ranges that reads best.
    static func representative(of ranges: [ClosedRange<UInt32>]) -> UInt32 {
        for wanted in readable {
            if let range = ranges.first(where: { $0.overlaps(wanted) }) {
                return max(range.lowerBound, wanted.lowerBound)
            }
        }
        return ranges.first?.lowerBound ?? 0
    }

    private static let readable: [ClosedRange<UInt32>] = [
        0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F...0x5F, 0x2D...0x2F, 0x20...0x7E, 0xA1...0xAC,
        0xAE...0xD7FF,
        0x0A...0x0A, 0x09...0x09,
    ]

    private static func rank(_ value: UInt32) -> Int {
        readable.firstIndex { $0.contains(value) } ?? readable.count
    }
}
