/// Whether every text in which one expression is found holds one of some others too.
enum Inclusion: Equatable, Sendable {
    case inside
    /// A text in which it is found and none of the others is.
    case witness([UInt32])
    /// More states or steps than one question may take.
    case unknown

    /// The bounds of one question: positions of the product automaton, and states looked at.
    static let mostPositions = 10_000
    static let mostWork = 400_000

    /// A search, shortest text first, through the product of the automata. It ends: with every position seen, with a
    /// witness, or at the bound.
    static func of(_ expression: Expression, in others: [Expression]) -> Inclusion {
        guard others.reduce(expression.size, { $0 + $1.size }) <= Automaton.mostStatesOfOne else {
            return .unknown
        }
        var automaton = Automaton([expression] + others)
        var places = [Place(position: automaton.start, isFound: false)]
        var origins: [(from: Int, symbol: Int)] = [(-1, -1)]
        var known: Set<Place> = [places[0]]
        var index = 0
        while index < places.count {
            let place = places[index]
            let last = automaton.step(place.position, nil)
            if place.isFound || last.found.contains(0), !last.found.contains(where: { $0 > 0 }) {
                return .witness(text(to: index, origins, automaton.alphabet))
            }
            for symbol in automaton.alphabet.order {
                let step = automaton.step(place.position, symbol)
                if step.found.contains(where: { $0 > 0 }) { continue }
                let isFound = place.isFound || step.found.contains(0)
                let position = isFound ? automaton.leaving(0, step.position) : step.position
                let next = Place(position: position, isFound: isFound)
                guard known.insert(next).inserted else { continue }
                places.append(next)
                origins.append((index, symbol))
            }
            guard places.count <= mostPositions, automaton.work <= mostWork else { return .unknown }
            index += 1
        }
        return .inside
    }

    private struct Place: Hashable {
        let position: Automaton.Position
        /// The expression has been found on the way here.
        let isFound: Bool
    }

    private static func text(
        to place: Int, _ origins: [(from: Int, symbol: Int)], _ alphabet: Alphabet
    ) -> [UInt32] {
        var text: [UInt32] = []
        var place = place
        while place > 0 {
            text.append(alphabet.representatives[origins[place].symbol])
            place = origins[place].from
        }
        return text.reversed()
    }
}
