/// Looks for all atoms in one pass. There are few and they begin with few pairs of bytes, so a table of those and a
/// comparison do: making a larger machine anew in each process would take longer than the search in most sources.
struct AtomSearch {
    static let everywhere = AtomSearch(Atom.everywhere)
    static let inUnread = AtomSearch(Atom.inUnread)

    /// By first byte.
    private let atoms: [Atom]
    /// For each byte the first of the atoms that begin with it; those of the next byte follow.
    private let starts: [UInt8]
    /// Whether an atom begins with the two bytes that make this number.
    private let pairs: [Bool]

    private init(_ atoms: [Atom]) {
        var counts = [Int](repeating: 0, count: 257)
        for atom in atoms { counts[Int(atom.byte(0)) + 1] += 1 }
        for byte in 1...256 { counts[byte] += counts[byte - 1] }
        var pairs = [Bool](repeating: false, count: 1 << 16)
        for atom in atoms { pairs[Int(atom.byte(0)) << 8 | Int(atom.byte(1))] = true }
        self.pairs = pairs
        starts = counts.map { UInt8($0) }
        var places = counts
        var sorted = atoms
        for atom in atoms {
            sorted[places[Int(atom.byte(0))]] = atom
            places[Int(atom.byte(0))] += 1
        }
        self.atoms = sorted
    }

    /// Calls `found` with each atom that occurs in `bytes` and where. All atoms' lengths together bound the work that
    /// one byte can cause.
    func scan(_ bytes: [UInt8], _ found: (Atom, Range<Int>) -> Void) {
        var pair = 0
        for next in bytes.indices {
            pair = (pair << 8 | Int(bytes[next])) & 0xFFFF
            guard pairs[pair], next > 0 else { continue }
            let (byte, index) = (pair >> 8, next - 1)
            for number in starts[byte]..<starts[byte + 1] {
                let atom = atoms[Int(number)]
                if let range = atom.range(in: bytes, at: index) { found(atom, range) }
            }
        }
    }
}

extension Atom {
    fileprivate func byte(_ index: Int) -> UInt8 { unsafe text.utf8Start[index] }

    /// Where the whole of it stands when it begins at `start`, its tail included.
    fileprivate func range(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        let count = text.utf8CodeUnitCount
        var end = start + count
        guard end <= bytes.count else { return nil }
        for index in 1..<max(count, 1) where bytes[start + index] != byte(index) { return nil }
        let (least, most): (Int, Int)
        switch tail {
        case .nothing: return start..<end
        case .token(let count): (least, most) = (count, 200)
        case .capitals(let count): (least, most) = (count, count)
        }
        while end < bytes.count, end - start - count < most, isTail(bytes[end]) { end += 1 }
        return end - start - count >= least ? start..<end : nil
    }

    private func isTail(_ byte: UInt8) -> Bool {
        let isCapital =
            byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
            || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        if case .capitals = tail { return isCapital }
        return isCapital || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}

extension Analysis {
    /// The byte layer: known texts, in every source or, where code could not be read, all of them.
    func searchBytes(_ bytes: [UInt8]) {
        let isUnread = limits.contains { if case .findings = $0 { false } else { true } }
        (isUnread ? AtomSearch.inUnread : .everywhere).scan(bytes) { atom, range in
            report(atom.meaning.rule, at: range, atom.meaning == .word ? "`\(atom.text)` stands here." : "")
        }
    }
}
