import Event
import Policy

/// Which tools each policy lets a session call, decided on names: allowed, put before a person, or refused.
struct ToolComparison {
    private let a: ToolRules
    private let b: ToolRules

    static func differences(_ a: ToolRules, _ b: ToolRules) -> [Comparison.Difference] {
        let comparison = ToolComparison(a: a, b: b)
        return comparison.names + comparison.rules
    }

    /// One for each way in which names are answered differently.
    private var names: [Comparison.Difference] {
        guard let names = tellingNames else {
            return [.init("tools", "tools.allow and approve", "too many patterns to tell", .unknown, nil)]
        }
        var said: Set<String> = []
        return names.compactMap { name in
            let (ours, theirs) = (a.answer(name), b.answer(name))
            guard ours != theirs else { return nil }
            let path = ours == .deny || theirs == .deny ? "tools.allow" : "tools.approve"
            // What grants it stands for all the names that it means.
            let (freer, other) = ours < theirs ? (a, b) : (b, a)
            let list = path == "tools.allow" ? freer.allow : other.approve
            let pattern = list.first { $0.value.matches(name) }?.value.description ?? name
            guard said.insert("\(path) \(pattern) \(ours) \(theirs)").inserted else { return nil }
            return Comparison.Difference(
                path, "\(pattern): \(ours.rawValue)", "\(pattern): \(theirs.rawValue)",
                ours < theirs ? .looser : .stricter, .tool(name))
        }
    }

    /// A name for each set of patterns that one name can match at once: what is answered depends on that set alone.
    /// Nil where there are too many.
    private var tellingNames: [String]? {
        let patterns = Set((a.allow + a.approve + b.allow + b.approve).map { $0.value.description }).sorted()
        guard patterns.contains(where: { $0.contains { "*?".contains($0) } }) else { return patterns }
        var automaton = Automaton(patterns.map(Expression.init(name:)))
        var names: [String] = []
        var seen: Set<[Int32]> = []
        var positions: [(Automaton.Position, String)] = [(automaton.start, "")]
        var known: Set<Automaton.Position> = [automaton.start]
        var index = 0
        while index < positions.count {
            let (position, text) = positions[index]
            let matched = automaton.step(position, nil).found
            if !text.isEmpty, seen.insert(matched).inserted { names.append(text) }
            for symbol in automaton.alphabet.order {
                guard let scalar = Unicode.Scalar(automaton.alphabet.representatives[symbol]), scalar.isASCII,
                    scalar.value > 0x20
                else { continue }
                let next = automaton.step(position, symbol).position
                guard known.insert(next).inserted else { continue }
                positions.append((next, text + String(scalar)))
            }
            guard positions.count <= Inclusion.mostPositions, automaton.work <= Inclusion.mostWork else {
                return nil
            }
            index += 1
        }
        return names
    }

    /// What a rule demands of arguments is not compared: rules that only one policy has leave the answer open, unless it
    /// allows none of the tools that they are about.
    private var rules: [Comparison.Difference] {
        func identities(_ rules: ToolRules) -> Set<[UInt8]> {
            Set(rules.rules.map { $0.value.document.encoded })
        }
        let (ours, theirs) = (identities(a), identities(b))
        guard ours != theirs, !(a.allow.isEmpty && b.allow.isEmpty) else { return [] }
        return [
            .init("tools.rules", "\(a.rules.count) rules", "\(b.rules.count) other rules", .unknown, nil)
        ]
    }
}

extension ToolRules {
    /// What becomes of a call of that name whose arguments break no rule.
    func answer(_ name: String) -> Answer {
        guard allow.contains(where: { $0.value.matches(name) }) else { return .deny }
        return approve.contains { $0.value.matches(name) } ? .ask : .allow
    }
}

extension Expression {
    /// The names that a pattern of names means, as a whole.
    fileprivate init(name: String) {
        let parts = name.unicodeScalars.map { scalar -> Expression in
            switch scalar {
            case "*": .repeated(.set(.all), least: 0, most: nil)
            case "?": .set(.all)
            default: .set(ScalarSet(scalar))
            }
        }
        self = .sequence([.assertion(.textStart)] + parts + [.assertion(.textEnd)])
    }
}
