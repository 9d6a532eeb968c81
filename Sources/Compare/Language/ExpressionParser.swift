/// Reads RE2's syntax. The expression has been compiled by RE2 before, so what is wrong with it does not matter here;
/// what has a meaning that is not kept here (Unicode's classes, single bytes, the cases of other alphabets) is refused.
struct ExpressionParser {
    /// The expression has no automaton here.
    struct Unsupported: Error {}

    private struct Flags {
        var foldsCase = false
        var dotIsAll = false
        var isMultiline = false
    }

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var flags = Flags()
    private var depth = 0

    static func parse(_ text: String) throws(Unsupported) -> Expression {
        var parser = ExpressionParser(scalars: Array(text.unicodeScalars))
        let expression = try parser.choice()
        guard parser.index == parser.scalars.count, expression.size <= Automaton.mostStatesOfOne else {
            throw Unsupported()
        }
        return expression
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        index += 1
        return true
    }

    private func isNext(_ text: String) -> Bool { scalars[index...].starts(with: text.unicodeScalars) }

    private mutating func choice() throws(Unsupported) -> Expression {
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw Unsupported() }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(Unsupported) -> Expression {
        var parts: [Expression] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            if isNext("\\Q") {
                parts += try quoted()
                continue
            }
            let part = try atom()
            parts.append(try repeated(part))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    /// `\Q…\E`; what follows may repeat its last character.
    private mutating func quoted() throws(Unsupported) -> [Expression] {
        index += 2
        var parts: [Expression] = []
        while let scalar = next, !isNext("\\E") {
            index += 1
            parts.append(try literal(scalar))
        }
        if isNext("\\E") { index += 2 }
        if let last = parts.popLast() { parts.append(try repeated(last)) }
        return parts
    }

    private mutating func repeated(_ part: Expression) throws(Unsupported) -> Expression {
        var part = part
        while let scalar = next {
            switch scalar {
            case "*": (part, index) = (.repeated(part, least: 0, most: nil), index + 1)
            case "+": (part, index) = (.repeated(part, least: 1, most: nil), index + 1)
            case "?": (part, index) = (.repeated(part, least: 0, most: 1), index + 1)
            case "{":
                guard let (least, most) = counts() else { return part }
                part = .repeated(part, least: least, most: most)
            default: return part
            }
            // Which match is preferred says nothing about whether there is one.
            _ = take("?")
            guard part.size <= Automaton.mostStatesOfOne else { throw Unsupported() }
        }
        return part
    }

    /// `{2}`, `{2,}` or `{2,5}`; anything else in braces stands for itself.
    private mutating func counts() -> (Int, Int?)? {
        guard let end = scalars[index...].firstIndex(of: "}"), end - index < 12 else { return nil }
        let text = String(String.UnicodeScalarView(scalars[(index + 1)..<end]))
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= 2, let least = Int(parts[0]), text.utf8.first != 0x2B, text.utf8.first != 0x2D
        else {
            return nil
        }
        guard parts.count == 2, !parts[1].isEmpty else {
            index = end + 1
            return (least, parts.count == 1 ? least : nil)
        }
        guard let most = Int(parts[1]), parts[1].utf8.first != 0x2B else { return nil }
        index = end + 1
        return (least, most)
    }

    private mutating func atom() throws(Unsupported) -> Expression {
        let scalar = scalars[index]
        index += 1
        switch scalar {
        case ".": return .set(flags.dotIsAll ? .all : ScalarSet.all.without(0x0A))
        case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
        case "(": return try group()
        case "[": return .set(try characterClass())
        case "\\": return try escape()
        default: return try literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) throws(Unsupported) -> Expression {
        .set(try fitted(ScalarSet(scalar)))
    }

    private func fitted(_ set: ScalarSet) throws(Unsupported) -> ScalarSet {
        guard flags.foldsCase else { return set }
        guard let folded = set.folded else { throw Unsupported() }
        return folded
    }

    /// What follows a `(`.
    private mutating func group() throws(Unsupported) -> Expression {
        let outer = flags
        if take("?") {
            if isNext("P<") || isNext("<") {
                guard let end = scalars[index...].firstIndex(of: ">") else { throw Unsupported() }
                index = end + 1
            } else if try !inlineFlags() {
                // `(?i)` holds to the end of the group it stands in.
                return .empty
            }
        }
        let inner = try choice()
        guard take(")") else { throw Unsupported() }
        flags = outer
        return inner
    }

    /// `i-s:`; whether a group follows.
    private mutating func inlineFlags() throws(Unsupported) -> Bool {
        var isOn = true
        while let scalar = next {
            index += 1
            switch scalar {
            case "i": flags.foldsCase = isOn
            case "s": flags.dotIsAll = isOn
            case "m": flags.isMultiline = isOn
            case "U": break
            case "-": isOn = false
            case ":": return true
            case ")": return false
            default: throw Unsupported()
            }
        }
        throw Unsupported()
    }

    /// What follows a backslash outside a class.
    private mutating func escape() throws(Unsupported) -> Expression {
        switch next {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordEdge)
        case "B": return assertion(.noWordEdge)
        default: return .set(try fitted(try escapedSet()))
        }
    }

    private mutating func assertion(_ kind: Expression.Assertion) -> Expression {
        index += 1
        return .assertion(kind)
    }

    /// A character or class after its backslash.
    private mutating func escapedSet() throws(Unsupported) -> ScalarSet {
        guard let scalar = next else { throw Unsupported() }
        index += 1
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet.digits.complement
        case "w": return .word
        case "W": return ScalarSet.word.complement
        case "s": return .space
        case "S": return ScalarSet.space.complement
        case "a": return ScalarSet("\u{07}")
        case "f": return ScalarSet("\u{0C}")
        case "t": return ScalarSet("\t")
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "v": return ScalarSet("\u{0B}")
        case "x": return try hexadecimal()
        case "0"..."7": return try octal(scalar)
        case _ where scalar.value < 0x80 && !ScalarSet.word.contains(scalar.value): return ScalarSet(scalar)
        default: throw Unsupported()
        }
    }

    private mutating func hexadecimal() throws(Unsupported) -> ScalarSet {
        let digits: ArraySlice<Unicode.Scalar>
        if take("{") {
            guard let end = scalars[index...].firstIndex(of: "}") else { throw Unsupported() }
            digits = scalars[index..<end]
            index = end + 1
        } else {
            digits = scalars[index...].prefix(2)
            index += digits.count
        }
        guard let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw Unsupported() }
        return ScalarSet(scalar)
    }

    /// Up to three octal digits, the first of which has been read.
    private mutating func octal(_ first: Unicode.Scalar) throws(Unsupported) -> ScalarSet {
        var value = first.value - 0x30
        var count = 1
        while count < 3, let digit = next, ("0"..."7").contains(digit) {
            (value, index, count) = (value * 8 + digit.value - 0x30, index + 1, count + 1)
        }
        guard first == "0" || count > 1, let scalar = Unicode.Scalar(value) else { throw Unsupported() }
        return ScalarSet(scalar)
    }

    /// What follows a `[`.
    private mutating func characterClass() throws(Unsupported) -> ScalarSet {
        let isNegated = take("^")
        var set = ScalarSet()
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            if isNext("[:"), let end = posixEnd() {
                set.formUnion(try posixClass(end))
                continue
            }
            let low = try member()
            guard let from = low.ranges.first, low.ranges.count == 1, from.count == 1, next == "-",
                index + 1 < scalars.count, scalars[index + 1] != "]"
            else {
                set.formUnion(low)
                continue
            }
            index += 1
            let high = try member()
            guard let to = high.ranges.first, high.ranges.count == 1, to.count == 1,
                from.lowerBound <= to.lowerBound
            else { throw Unsupported() }
            set.insert(from.lowerBound...to.lowerBound)
        }
        guard take("]") else { throw Unsupported() }
        set = try fitted(set)
        return isNegated ? set.complement : set
    }

    private mutating func member() throws(Unsupported) -> ScalarSet {
        guard let scalar = next else { throw Unsupported() }
        index += 1
        return scalar == "\\" ? try escapedSet() : ScalarSet(scalar)
    }

    /// Where the `:]` of a named class stands.
    private func posixEnd() -> Int? {
        scalars[index...].indices.dropFirst(2).dropLast().prefix(12).first {
            scalars[$0] == ":" && scalars[$0 + 1] == "]"
        }
    }

    private mutating func posixClass(_ end: Int) throws(Unsupported) -> ScalarSet {
        let isNegated = scalars[index + 2] == "^"
        let name = String(String.UnicodeScalarView(scalars[(index + (isNegated ? 3 : 2))..<end]))
        guard let set = ScalarSet.named(name) else { throw Unsupported() }
        index = end + 2
        return isNegated ? set.complement : set
    }
}
