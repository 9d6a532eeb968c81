/// A regular expression as a tree: what of RE2's syntax has a meaning that automata can hold.
indirect enum Expression: Sendable {
    case empty
    case set(ScalarSet)
    case sequence([Expression])
    case choice([Expression])
    /// - Parameter most: nil where there is no most.
    case repeated(Expression, least: Int, most: Int?)
    case assertion(Assertion)

    /// What is demanded of a place between two characters.
    enum Assertion: Sendable { case textStart, textEnd, lineStart, lineEnd, wordEdge, noWordEdge }

    /// The text that is found wherever it stands.
    init(literal text: String) { self = .sequence(text.unicodeScalars.map { .set(ScalarSet($0)) }) }

    /// Whether a match depends on what stands around it.
    var hasAssertion: Bool {
        switch self {
        case .empty, .set: false
        case .sequence(let parts), .choice(let parts): parts.contains { $0.hasAssertion }
        case .repeated(let part, _, _): part.hasAssertion
        case .assertion: true
        }
    }

    /// How many states an automaton for it has, at most.
    var size: Int {
        switch self {
        case .empty: 0
        case .set, .assertion: 1
        case .sequence(let parts), .choice(let parts):
            parts.reduce(parts.count) { min($0 + $1.size, 1 << 30) }
        case .repeated(let part, let least, let most):
            min((part.size + 1) * max(most ?? least + 1, 1) + 1, 1 << 30)
        }
    }

    /// A shortest text that it matches, its assertions left out; nil where no text does.
    var sample: [UInt32]? {
        switch self {
        case .empty, .assertion: return []
        case .set(let set): return set.ranges.isEmpty ? nil : [Alphabet.representative(of: set.ranges)]
        case .sequence(let parts):
            var out: [UInt32] = []
            for part in parts {
                guard let text = part.sample else { return nil }
                out += text
            }
            return out
        case .choice(let parts): return parts.compactMap { $0.sample }.min { $0.count < $1.count }
        case .repeated(let part, let least, _):
            if least == 0 { return [] }
            return part.sample.map { text in Array((0..<least).map { _ in text }.joined()) }
        }
    }
}
