/// A set of Unicode scalars, as ranges in order with a gap between any two.
struct ScalarSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []

    static let highest: UInt32 = 0x10FFFF
    static let all = ScalarSet(0...highest)

    init() {}
    init(_ range: ClosedRange<UInt32>) { ranges = [range] }
    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }
    init(_ ranges: [ClosedRange<UInt32>]) { self = ranges.reduce(into: ScalarSet()) { $0.insert($1) } }

    func contains(_ value: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if value > ranges[middle].upperBound { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }

    mutating func insert(_ range: ClosedRange<UInt32>) {
        var (low, high) = (range.lowerBound, range.upperBound)
        var kept: [ClosedRange<UInt32>] = []
        for other in ranges {
            if other.upperBound &+ 1 < low || other.lowerBound > high &+ 1 {
                kept.append(other)
            } else {
                (low, high) = (min(low, other.lowerBound), max(high, other.upperBound))
            }
        }
        let place = kept.firstIndex { $0.lowerBound > high } ?? kept.endIndex
        kept.insert(low...high, at: place)
        ranges = kept
    }

    mutating func formUnion(_ other: ScalarSet) { for range in other.ranges { insert(range) } }

    var complement: ScalarSet {
        var out = ScalarSet()
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { out.ranges.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= Self.highest { out.ranges.append(next...Self.highest) }
        return out
    }

    func without(_ value: UInt32) -> ScalarSet {
        var outside = complement
        outside.insert(value...value)
        return outside.complement
    }

    // Classes of RE2's syntax; all are of ASCII alone.
    static let digits = ScalarSet(0x30...0x39)
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([0x09...0x0A, 0x0C...0x0D, 0x20...0x20])

    /// A class by its POSIX name (`[[:alpha:]]`); nil where there is none of that name.
    static func named(_ name: String) -> ScalarSet? {
        switch name {
        case "alnum": ScalarSet([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
        case "alpha": ScalarSet([0x41...0x5A, 0x61...0x7A])
        case "ascii": ScalarSet(0...0x7F)
        case "blank": ScalarSet([0x09...0x09, 0x20...0x20])
        case "cntrl": ScalarSet([0...0x1F, 0x7F...0x7F])
        case "digit": digits
        case "graph": ScalarSet(0x21...0x7E)
        case "lower": ScalarSet(0x61...0x7A)
        case "print": ScalarSet(0x20...0x7E)
        case "punct": ScalarSet([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
        case "space": ScalarSet([0x09...0x0D, 0x20...0x20])
        case "upper": ScalarSet(0x41...0x5A)
        case "word": word
        case "xdigit": ScalarSet([0x30...0x39, 0x41...0x46, 0x61...0x66])
        default: nil
        }
    }

    /// With both cases of every letter, as RE2 folds them; nil where that takes Unicode's tables, which are not
    /// repeated here. Two letters outside ASCII fold into it: ſ to s and the Kelvin sign to k.
    var folded: ScalarSet? {
        var out = self
        for range in ranges {
            for value in range.lowerBound...min(max(range.lowerBound, 0x7F), range.upperBound)
            where value < 0x80 {
                guard ScalarSet.letters.contains(value) else { continue }
                out.insert((value ^ 0x20)...(value ^ 0x20))
                if value | 0x20 == 0x6B { out.insert(0x212A...0x212A) }
                if value | 0x20 == 0x73 { out.insert(0x17F...0x17F) }
            }
            guard range.upperBound >= 0x80 else { continue }
            let high = max(range.lowerBound, 0x80)...range.upperBound
            // Everything beyond ASCII folds into itself but for those two.
            guard high == 0x80...Self.highest || high.count <= 256 && !high.contains(where: Self.hasCase)
            else {
                return nil
            }
            if high.contains(0x212A) { out.formUnion(ScalarSet([0x4B...0x4B, 0x6B...0x6B])) }
            if high.contains(0x17F) { out.formUnion(ScalarSet([0x53...0x53, 0x73...0x73])) }
        }
        return out
    }

    private static let letters = ScalarSet([0x41...0x5A, 0x61...0x7A])

    private static func hasCase(_ value: UInt32) -> Bool {
        guard value != 0x212A, value != 0x17F, let properties = Unicode.Scalar(value)?.properties else {
            return false
        }
        return properties.changesWhenCaseMapped || properties.changesWhenCaseFolded
    }
}
