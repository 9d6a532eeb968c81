/// How far one text has moved from another: by the runs of three words (shingles, Broder 1997) that both have. It takes time
/// in the length of both texts, and a little for sorting.
package enum Drift {
    /// Words in a run.
    private static let width = 3

    /// From 0, where all runs of words are in both, to 1, where none is; two texts without a word have not moved.
    package static func distance(_ a: some Sequence<UInt8>, _ b: some Sequence<UInt8>) -> Double {
        let (ours, theirs) = (shingles(of: a), shingles(of: b))
        guard !ours.isEmpty || !theirs.isEmpty else { return 0 }
        var (i, j, shared) = (0, 0, 0)
        while i < ours.count, j < theirs.count {
            if ours[i] == theirs[j] { shared += 1 }
            let (x, y) = (ours[i], theirs[j])
            if x <= y { i += 1 }
            if y <= x { j += 1 }
        }
        return 1 - Double(shared) / Double(ours.count + theirs.count - shared)
    }

    /// The hashes of all runs of words, each once and in order. A text of fewer words is one run.
    private static func shingles(of text: some Sequence<UInt8>) -> [UInt64] {
        var words: [UInt64] = []
        var found: [UInt64] = []
        each(wordOf: text) { word in
            words.append(word)
            if words.count >= width { found.append(words.suffix(width).reduce(basis, mix)) }
        }
        if found.isEmpty, !words.isEmpty { found = [words.reduce(basis, mix)] }
        found.sort()
        var distinct: [UInt64] = []
        distinct.reserveCapacity(found.count)
        for hash in found where hash != distinct.last { distinct.append(hash) }
        return distinct
    }

    /// Letters, digits and what lies beyond ASCII make words, in either case; every other character but space is one.
    private static func each(wordOf text: some Sequence<UInt8>, _ take: (UInt64) -> Void) {
        var word: UInt64?
        for byte in text {
            let isLetter = (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte >= 0x80
            if isLetter || byte == 0x5F {
                let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                word = mix(word ?? basis, UInt64(lower))
                continue
            }
            if let ended = word { take(ended) }
            word = nil
            if byte > 0x20 { take(mix(basis, UInt64(byte))) }
        }
        if let word { take(word) }
    }

    private static let basis: UInt64 = 0xCBF2_9CE4_8422_2325

    /// One step of FNV-1a, over 64 bits at once, and a turn so that high bits count too.
    private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value) &* 0x100_0000_01B3
        return product ^ product >> 29
    }
}
