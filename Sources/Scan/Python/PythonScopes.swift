/// What names are bound to where the code is read, by their numbers. An inner scope hides what an outer one binds
/// until it is left.
struct PythonScopes {
    private struct Hidden {
        let symbol: Int32
        let value: Value?
        let depth: Int32
    }

    private var values: [Value?] = []
    /// How deep the scope is that bound the name as it is now.
    private var depths: [Int32] = []
    private var hidden: [Hidden] = []
    private var marks: [Int] = []

    /// The value that a name is bound to; nil when it is to none.
    func value(_ symbol: Int32) -> Value? { Int(symbol) < values.count ? values[Int(symbol)] : nil }

    mutating func bind(_ symbol: Int32, _ value: Value) {
        let index = Int(symbol)
        if index >= values.count {
            let more = max(index + 1 - values.count, values.count)
            values += repeatElement(nil, count: more)
            depths += repeatElement(0, count: more)
        }
        let depth = Int32(marks.count)
        if depth > 0, depths[index] != depth || values[index] == nil {
            hidden.append(Hidden(symbol: symbol, value: values[index], depth: depths[index]))
        }
        depths[index] = depth
        values[index] = value
    }

    mutating func enter() { marks.append(hidden.count) }

    mutating func leave() {
        guard let mark = marks.popLast() else { return }
        while hidden.count > mark {
            let last = hidden.removeLast()
            values[Int(last.symbol)] = last.value
            depths[Int(last.symbol)] = last.depth
        }
    }

    var isOuter: Bool { marks.isEmpty }

    /// The names that are bound here, and what to.
    var bound: [(symbol: Int32, value: Value)] {
        values.indices.compactMap { index in values[index].map { (Int32(index), $0) } }
    }

    /// Those that the innermost scope bound.
    var boundHere: [(symbol: Int32, value: Value)] {
        let depth = Int32(marks.count)
        return bound.filter { depths[Int($0.symbol)] == depth }
    }
}
