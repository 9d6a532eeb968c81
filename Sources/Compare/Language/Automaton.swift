/// Several expressions as one automaton that says which of them are found somewhere in a text (Thompson, 1968). It goes
/// through a text once and remembers a set of states, so that no expression takes more than linear time.
struct Automaton {
    /// The most states one expression may have, and the most steps that are spent on one question about languages.
    static let mostStatesOfOne = 20_000

    private enum Node {
        case set(Int, next: Int32)
        case split(Int32, Int32)
        case assertion(Expression.Assertion, next: Int32)
        case accept
    }

    /// A set of states between two characters. Beginning anew at each character is left out of it.
    struct Position: Hashable {
        fileprivate var states: [Int32] = []
        fileprivate(set) var before = Alphabet.Kind.edge
    }

    /// What one character leads to.
    struct Step {
        var position: Position
        /// The expressions found on the way, in order.
        var found: [Int32]
    }

    private(set) var alphabet = Alphabet(telling: [])
    private var nodes: [Node] = []
    /// The expression a node belongs to.
    private var owners: [Int32] = []
    private var begins: [Int32] = []
    private var sets: [ScalarSet] = []
    private var setIndexes: [ScalarSet: Int] = [:]
    /// For each set, which classes of the alphabet are in it.
    private var members: [[Bool]] = []
    /// What beginning anew leads to, by the kind before and the class read; the end of the text stands last.
    private var fresh: [Step?] = []
    private var seen: [UInt32] = []
    private var turn: UInt32 = 0
    /// States looked at so far.
    private(set) var work = 0

    init(_ expressions: [Expression]) {
        for (index, expression) in expressions.enumerated() {
            let accept = add(.accept, Int32(index))
            begins.append(build(expression, to: accept, Int32(index)))
        }
        let alphabet = Alphabet(telling: sets)
        members = sets.map { set in alphabet.representatives.map(set.contains) }
        fresh = Array(repeating: nil, count: 4 * (alphabet.count + 1))
        seen = Array(repeating: 0, count: nodes.count)
        self.alphabet = alphabet
    }

    /// Where every text begins.
    var start: Position { Position() }

    /// The expressions found in a text, as soon as there is one.
    mutating func first(in text: [UInt32]) -> [Int32] {
        var position = start
        for scalar in text {
            let step = step(position, alphabet.index(of: scalar))
            if !step.found.isEmpty { return step.found }
            position = step.position
        }
        return step(position, nil).found
    }

    /// Reads a character of the class `symbol`, or the end of the text.
    mutating func step(_ position: Position, _ symbol: Int?) -> Step {
        let slot = position.before.rawValue * (alphabet.count + 1) + (symbol ?? alphabet.count)
        let anew: Step
        if let known = fresh[slot] {
            anew = known
        } else {
            anew = walk(begins, position.before, symbol)
            fresh[slot] = anew
        }
        guard !position.states.isEmpty else { return anew }
        var step = walk(position.states, position.before, symbol)
        step.position.states = Self.merged(step.position.states, anew.position.states)
        step.found = Self.merged(step.found, anew.found)
        return step
    }

    /// `position` without the states of one expression: it has been found, and how often says nothing.
    func leaving(_ expression: Int32, _ position: Position) -> Position {
        var position = position
        position.states.removeAll { owners[Int($0)] == expression }
        return position
    }

    private mutating func walk(_ states: [Int32], _ before: Alphabet.Kind, _ symbol: Int?) -> Step {
        let after = symbol.map { alphabet.kinds[$0] } ?? .edge
        turn += 1
        var open = states
        var (next, found): ([Int32], [Int32]) = ([], [])
        while let state = open.popLast() {
            guard seen[Int(state)] != turn else { continue }
            seen[Int(state)] = turn
            work += 1
            switch nodes[Int(state)] {
            case .split(let a, let b):
                open.append(a)
                open.append(b)
            case .assertion(let assertion, let to): if assertion.holds(before, after) { open.append(to) }
            case .accept: found.append(owners[Int(state)])
            case .set(let set, let to): if let symbol, members[set][symbol] { next.append(to) }
            }
        }
        return Step(
            position: Position(states: Self.merged(next.sorted(), []), before: after), found: found.sorted())
    }

    /// Two sorted lists as one without repeats.
    private static func merged(_ a: [Int32], _ b: [Int32]) -> [Int32] {
        var out: [Int32] = []
        out.reserveCapacity(a.count + b.count)
        var (i, j) = (0, 0)
        while i < a.count || j < b.count {
            let next = j == b.count || i < a.count && a[i] <= b[j] ? a[i] : b[j]
            while i < a.count, a[i] == next { i += 1 }
            while j < b.count, b[j] == next { j += 1 }
            out.append(next)
        }
        return out
    }

    private mutating func add(_ node: Node, _ owner: Int32) -> Int32 {
        nodes.append(node)
        owners.append(owner)
        return Int32(nodes.count - 1)
    }

    private mutating func build(_ expression: Expression, to next: Int32, _ owner: Int32) -> Int32 {
        switch expression {
        case .empty: return next
        case .set(let set):
            let index = setIndexes[set] ?? sets.count
            if index == sets.count {
                sets.append(set)
                setIndexes[set] = index
            }
            return add(.set(index, next: next), owner)
        case .sequence(let parts): return parts.reversed().reduce(next) { build($1, to: $0, owner) }
        case .choice(let parts):
            var begin = build(parts[parts.count - 1], to: next, owner)
            for part in parts.dropLast().reversed() {
                let branch = build(part, to: next, owner)
                begin = add(.split(branch, begin), owner)
            }
            return begin
        case .assertion(let assertion): return add(.assertion(assertion, next: next), owner)
        case .repeated(let part, let least, let most):
            var begin = next
            if let most {
                for _ in 0..<max(0, most - least) {
                    let inner = build(part, to: begin, owner)
                    begin = add(.split(inner, next), owner)
                }
            } else {
                begin = add(.split(next, next), owner)
                let inner = build(part, to: begin, owner)
                nodes[Int(begin)] = .split(inner, next)
            }
            for _ in 0..<least { begin = build(part, to: begin, owner) }
            return begin
        }
    }
}

extension Expression.Assertion {
    /// Whether it holds between a character of one kind and one of another.
    fileprivate func holds(_ before: Alphabet.Kind, _ after: Alphabet.Kind) -> Bool {
        switch self {
        case .textStart: before == .edge
        case .textEnd: after == .edge
        case .lineStart: before == .edge || before == .newline
        case .lineEnd: after == .edge || after == .newline
        case .wordEdge: (before == .word) != (after == .word)
        case .noWordEdge: (before == .word) == (after == .word)
        }
    }
}
