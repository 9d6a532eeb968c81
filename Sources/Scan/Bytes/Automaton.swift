/// Looks for the beginnings of all atoms at once, in one step a byte (Aho and Corasick 1975); whoever asks checks the
/// rest. Beginnings of four bytes keep the table small enough to be made anew in each process.
struct Automaton: Sendable {
    static let shared = Automaton(Atom.all)

    private static let prefix = 4

    let atoms: [Atom]
    /// Bytes that no atom's beginning holds are one class.
    private var classes = [UInt8](repeating: 0, count: 256)
    private var width = 1
    /// The state after each state and class.
    private var next: [UInt16] = []
    /// The atoms whose beginnings end in a state.
    private var ends: [[Int]] = []

    init(_ atoms: [Atom]) {
        self.atoms = atoms
        for atom in atoms {
            for byte in atom.text.prefix(Automaton.prefix) where classes[Int(byte)] == 0 {
                classes[Int(byte)] = UInt8(width)
                width += 1
            }
        }
        addState()
        for (index, atom) in atoms.enumerated() { insert(atom.text.prefix(Automaton.prefix), index) }
        link()
    }

    private mutating func addState() {
        next += repeatElement(0, count: width)
        ends.append([])
    }

    private mutating func insert(_ bytes: ArraySlice<UInt8>, _ atom: Int) {
        var state = 0
        for byte in bytes {
            let edge = state * width + Int(classes[Int(byte)])
            if next[edge] == 0 {
                addState()
                next[edge] = UInt16(ends.count - 1)
            }
            state = Int(next[edge])
        }
        ends[state].append(atom)
    }

    /// Fills in, breadth first, where to go on when a beginning does not go on: at its longest ending that begins one.
    private mutating func link() {
        var fallback = [Int](repeating: 0, count: ends.count)
        var queue = (0..<width).compactMap { next[$0] == 0 ? nil : Int(next[$0]) }
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            ends[state] += ends[fallback[state]]
            for letter in 0..<width {
                let edge = state * width + letter
                let other = Int(next[fallback[state] * width + letter])
                if next[edge] == 0 {
                    next[edge] = UInt16(other)
                } else {
                    fallback[Int(next[edge])] = other
                    queue.append(Int(next[edge]))
                }
            }
        }
    }

    /// Calls `found` with each atom that occurs in `bytes` and where. All atoms' lengths together bound the work that
    /// one byte can cause.
    func scan(_ bytes: [UInt8], _ found: (Atom, Range<Int>) -> Void) {
        var state = 0
        for index in bytes.indices {
            state = Int(next[state * width + Int(classes[Int(bytes[index])])])
            guard !ends[state].isEmpty else { continue }
            for number in ends[state] {
                let atom = atoms[number]
                let start = index + 1 - min(atom.text.count, Automaton.prefix)
                if let range = atom.range(in: bytes, at: start) { found(atom, range) }
            }
        }
    }
}

extension Atom {
    /// Where the whole of it stands when it begins at `start`, its tail included.
    fileprivate func range(in bytes: [UInt8], at start: Int) -> Range<Int>? {
        var end = start + text.count
        guard end <= bytes.count, bytes[start..<end].elementsEqual(text) else { return nil }
        let (least, most): (Int, Int)
        switch tail {
        case .nothing: return start..<end
        case .token(let count): (least, most) = (count, 200)
        case .capitals(let count): (least, most) = (count, count)
        }
        while end < bytes.count, end - start - text.count < most, isTail(bytes[end]) { end += 1 }
        return end - start - text.count >= least ? start..<end : nil
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
        Automaton.shared.scan(bytes) { atom, range in
            guard isUnread || atom.scope == .everySource else { return }
            let shown =
                atom.scope == .unreadSource
                ? "`\(String(decoding: atom.text, as: UTF8.self))` stands here." : ""
            report(atom.rule, at: range, shown)
        }
    }
}
