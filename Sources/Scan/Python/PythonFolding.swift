// What operators make of values that are known.

enum PythonFolding {
    /// What is folded grows no longer than this.
    static let longest = 1 << 20
    /// Elements from which on making them is an act of its own.
    private static let huge = 500_000_000
    /// Repetitions from which on a value is `many`.
    static let many = 10_000

    static func negative(_ number: Int) -> Int? {
        let (value, overflow) = (0).subtractingReportingOverflow(number)
        return overflow ? nil : value
    }

    /// `left sign right`. `spend` is asked for the work of long texts. A product that is too large to make, and a
    /// shift that is too long, come back unknown with the label `endless`.
    static func combine(_ left: Value, _ sign: PythonToken.Word, _ right: Value, _ spend: (Int) -> Bool)
        -> Value
    {
        let labels = left.labels.union(right.labels).subtracting(.endless)
        switch sign {
        case .plus: return sum(left, right, labels, spend)
        case .star: return product(left, right, labels)
        case .percent:
            if let format = left.text {
                return PythonFormat.percent(format, right.elements ?? [right], labels)
            }
        case .slash:
            if case .path(let base) = left.known { return .path(join([base, right.asText]), labels) }
        case .kOr: return left.known.isNothing ? right.labelled(labels) : left.labelled(labels)
        case .kAnd: return right.labelled(labels)
        case .bar where labels.contains(.executable): return .unknown(labels)
        default: break
        }
        if let a = left.integer, let b = right.integer {
            return integers(a, sign, b).map { $0.labelled(labels) } ?? .unknown(labels)
        }
        return .unknown(labels)
    }

    private static func sum(_ left: Value, _ right: Value, _ labels: Labels, _ spend: (Int) -> Bool) -> Value
    {
        if let a = left.integer, let b = right.integer {
            let (value, overflow) = a.addingReportingOverflow(b)
            return overflow ? .unknown(labels) : .integer(value, labels)
        }
        if let a = left.elements, let b = right.elements { return .list(a + b, labels) }
        // Text and something unknown make text with a hole.
        guard left.text != nil || right.text != nil else { return .unknown(labels) }
        let (a, b) = (left.asText, right.asText)
        guard a.bytes.count + b.bytes.count <= longest, spend(a.bytes.count / 64) else {
            return .unknown(labels)
        }
        return .text(a + b, labels)
    }

    private static func product(_ left: Value, _ right: Value, _ labels: Labels) -> Value {
        if let a = left.integer, let b = right.integer {
            let (value, overflow) = a.multipliedReportingOverflow(by: b)
            return overflow ? .unknown(labels) : .integer(value, labels)
        }
        guard let count = left.integer ?? right.integer, count > 0 else { return .unknown(labels) }
        let other = left.integer == nil ? left : right
        guard let size = other.text?.bytes.count ?? other.elements?.count else { return .unknown(labels) }
        // Nothing, however often, is nothing, and is not to be put together a billion times.
        guard size > 0 else { return other.labelled(labels) }
        let (total, overflow) = size.multipliedReportingOverflow(by: count)
        if overflow || total > huge { return .unknown(labels.union(.endless)) }
        let labels = total >= many && count >= 1_000 ? labels.union(.many) : labels
        guard total <= 100_000 else { return .unknown(labels) }
        if let text = other.text {
            return .text(Text(repeatElement(text.bytes, count: count).joined()), labels)
        }
        if let elements = other.elements {
            return .list(Array(repeatElement(elements, count: count).joined()), labels)
        }
        return .unknown(labels)
    }

    private static func integers(_ a: Int, _ sign: PythonToken.Word, _ b: Int) -> Value? {
        switch sign {
        case .minus:
            let (value, overflow) = a.subtractingReportingOverflow(b)
            return overflow ? nil : .integer(value)
        case .percent: return b == 0 || b == -1 ? nil : .integer(((a % b) &+ b) % b)
        case .doubleSlash:
            guard b != 0, b != -1 else { return nil }
            return .integer(a % b != 0 && (a < 0) != (b < 0) ? a / b - 1 : a / b)
        case .ampersand: return .integer(a & b)
        case .bar: return .integer(a | b)
        case .caret: return .integer(a ^ b)
        case .shiftRight: return b < 0 ? nil : .integer(b > 62 ? (a < 0 ? -1 : 0) : a >> b)
        case .shiftLeft:
            if b > 1_000_000_000, a != 0 { return .unknown(.endless) }
            return b < 0 || b > 62 || a.magnitude > 1 << (62 - b) ? nil : .integer(a << b)
        default: return nil
        }
    }

    /// `base ** exponent`; one whose digits nobody can hold comes back with the label `endless`.
    static func power(_ base: Value, _ exponent: Value) -> Value {
        let labels = base.labels.union(exponent.labels)
        if exponent.labels.contains(.endless), base.integer.map({ $0.magnitude > 1 }) ?? false {
            return .unknown(.endless)
        }
        guard let a = base.integer, let b = exponent.integer, b >= 0 else {
            return .unknown(labels.subtracting(.endless))
        }
        if a.magnitude > 1, b > 10_000_000 { return .unknown(.endless) }
        if a.magnitude <= 1 { return .integer(a == 0 ? (b == 0 ? 1 : 0) : b % 2 == 0 ? 1 : a, labels) }
        var value = 1
        for _ in 0..<b {
            let (next, overflow) = value.multipliedReportingOverflow(by: a)
            // Too large to hold here: what matters is whether a further power of it is too large for anyone.
            if overflow { return b > 1_000_000 ? .unknown(.endless) : .unknown(labels.subtracting(.endless)) }
            value = next
        }
        return .integer(value, labels)
    }

    /// `object[from:to:step]`
    static func slice(_ object: Value, _ parts: [Value?]) -> Value {
        let labels = object.labels
        let numbers = parts.map { $0?.integer }
        guard zip(parts, numbers).allSatisfy({ $0 == nil || $1 != nil }) else { return .unknown(labels) }
        let step = numbers.count > 2 ? numbers[2] ?? 1 : 1
        let (from, to) = (numbers.first ?? nil, numbers.count > 1 ? numbers[1] : nil)
        // Taking text backwards or with gaps hides it.
        let hides: Labels = step == 1 ? [] : .assembled
        if let text = object.text, let indexes = indexes(from, to, step, text.bytes.count) {
            return .text(Text(indexes.map { text.bytes[$0] }), labels.union(hides))
        }
        if let values = object.elements, let indexes = indexes(from, to, step, values.count) {
            return .list(indexes.map { values[$0] }, labels.union(hides))
        }
        return .unknown(labels)
    }

    private static func indexes(_ from: Int?, _ to: Int?, _ step: Int, _ count: Int) -> [Int]? {
        guard step != 0, step != Int.min else { return nil }
        func place(_ index: Int) -> Int {
            index < 0 ? max(step < 0 ? -1 : 0, index &+ count) : min(index, step < 0 ? count - 1 : count)
        }
        let start = from.map(place) ?? (step < 0 ? count - 1 : 0)
        let end = to.map(place) ?? (step < 0 ? -1 : count)
        return Array(stride(from: start, to: end, by: step)).filter { $0 >= 0 && $0 < count }
    }

    /// The single things that going through a constant gives.
    static func items(of value: Value) -> [Value]? {
        switch value.known {
        case .list(let values): values
        case .text(let text) where !text.hasHoles && !value.labels.contains(.found):
            // Bytes go through as numbers, text as letters; both read the same further on.
            text.bytes.count <= 4_096 ? text.bytes.map { .text(Text([$0])) } : nil
        default: nil
        }
    }

    /// Joins path parts as os.path.join does: an absolute part begins anew.
    static func join(_ parts: [Text]) -> Text {
        var joined: [UInt8] = []
        for part in parts {
            if part.bytes.first == 0x2F {
                joined = part.bytes
            } else {
                if !joined.isEmpty, joined.last != 0x2F { joined.append(0x2F) }
                joined += part.bytes
            }
            guard joined.count <= longest else { return .unknown }
        }
        return Text(joined)
    }
}
