import Policy

/// A user's pattern, compiled.
struct PatternMatcher: Sendable {
    /// Matches that are listed of one pattern.
    static let mostMatches = 100
    /// Bytes that one pattern may read in one source: each look for a further match may read to the end.
    static let mostBytes = 64 << 20

    private enum Engine: Sendable {
        case bytes(ByteSearch)
        /// With its text, from which it is compiled again to read bytes one by one where a source is not UTF-8.
        case regex(Regex, text: String)
    }

    let pattern: Pattern
    private let engine: Engine

    init(_ pattern: Pattern) throws(Regex.Problem) {
        self.pattern = pattern
        switch pattern.form {
        case .contains(let text): engine = .bytes(ByteSearch(Array(text.utf8)))
        case .glob(let glob):
            if let text = Glob.literal(glob) {
                engine = .bytes(ByteSearch(Array(text.utf8)))
            } else {
                let regex = Glob.regex(glob)
                engine = .regex(try Regex(regex), text: regex)
            }
        case .regex(let text): engine = .regex(try Regex(text), text: text)
        }
    }

    /// Where it matches, and whether there were more matches than are listed.
    func matches(in bytes: [UInt8], _ stretches: [Range<Int>], isText: Bool) -> (
        ranges: [Range<Int>], more: Bool
    ) {
        switch engine {
        case .bytes(let search):
            return PatternMatcher.collect(stretches) { stretch, start in
                search.first(in: bytes, from: start, to: stretch.upperBound)
            }
        case .regex(let regex, let text):
            var found = PatternMatcher.collect(stretches) { regex.first(in: bytes[$0], from: $1) }
            guard !isText, let bytewise = try? Regex(text, latin1: true) else { return found }
            let more = PatternMatcher.collect(stretches) { bytewise.first(in: bytes[$0], from: $1) }
            found.ranges += more.ranges.filter { !found.ranges.contains($0) }
            return (Array(found.ranges.prefix(PatternMatcher.mostMatches)), found.more || more.more)
        }
    }

    private static func collect(
        _ stretches: [Range<Int>], _ first: (Range<Int>, Int) -> Range<Int>?
    ) -> (ranges: [Range<Int>], more: Bool) {
        var ranges: [Range<Int>] = []
        var budget = mostBytes
        for stretch in stretches {
            var start = stretch.lowerBound
            while start <= stretch.upperBound, let range = first(stretch, start) {
                // A pattern that matches nothing matches everywhere; that is one finding.
                guard ranges.count < mostMatches, budget > 0 else { return (ranges, true) }
                budget -= stretch.upperBound - range.lowerBound
                ranges.append(range)
                start = max(range.upperBound, range.lowerBound + 1)
            }
        }
        return (ranges, false)
    }
}
