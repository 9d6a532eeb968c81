/// Many expressions, asked whether one of them is found wherever a further one is.
struct Coverage {
    private let expressions: [Expression]
    private var automaton: Automaton

    init(_ expressions: [Expression]) {
        self.expressions = expressions
        automaton = Automaton(expressions)
    }

    /// Rounds of taking one more expression in before the answer is `unknown`.
    private static let mostRounds = 32

    /// Whether every text with `expression` in it has one of these expressions in it.
    ///
    /// A text with it alone comes first: where none of these is found there, that is the witness. Else the one that was
    /// found is held against it, and the next text is one without that, so that few automata are ever multiplied.
    mutating func covers(_ expression: Expression) -> Inclusion {
        guard let sample = expression.sample else { return .inside }
        var found = automaton.first(in: sample)
        if !expression.hasAssertion {
            if found.isEmpty { return .witness(sample) }
            // A text that holds a literal holds whatever is found in that, wherever it stands.
            if expression.isLiteral, found.contains(where: { !expressions[Int($0)].hasAssertion }) {
                return .inside
            }
        }
        var taken: [Int32] = []
        for _ in 0..<Self.mostRounds {
            if let new = found.first(where: { !taken.contains($0) }) { taken.append(new) }
            let answer = Inclusion.of(expression, in: taken.map { expressions[Int($0)] })
            guard case .witness(let text) = answer else { return answer }
            found = automaton.first(in: text)
            if found.isEmpty { return answer }
        }
        return .unknown
    }
}

extension Expression {
    /// Whether it matches one text alone.
    fileprivate var isLiteral: Bool {
        switch self {
        case .empty: true
        case .set(let set): set.ranges.count == 1 && set.ranges[0].count == 1
        case .sequence(let parts): parts.allSatisfy { $0.isLiteral }
        case .choice, .repeated, .assertion: false
        }
    }
}
