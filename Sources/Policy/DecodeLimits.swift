import YAML

extension Decoder {
    /// `limits`
    mutating func limits(_ node: Node) -> Limits {
        var limits = Limits()
        let example = "limits: {wall: 30s}"
        fields(of: node, as: LimitsKey.self, under: "limits", example: example) { decoder, key, value in
            if let limit = Limit(rawValue: key.rawValue) {
                limits[limit] = decoder.quantity(value, key.rawValue, limit.unit)
            } else {
                guard let cap = decoder.sessionCap(value, key) else { return }
                let written = "\(key.rawValue): \(value.scalar?.text ?? "")"
                limits.session.append(Located(written, at: Origin(value.mark)))
                if let name = SessionCap(rawValue: key.rawValue) { limits.sessionCaps[name] = cap }
            }
        }
        return limits
    }

    /// A sound cap of a session other than `unlimited`; a sum of money in millionths.
    private mutating func sessionCap(_ node: Node, _ key: LimitsKey) -> UInt64? {
        switch key {
        case .sessionWall, .idle: quantity(node, key.rawValue, .nanoseconds)
        case .costUSD: money(node, key.rawValue)
        default: quantity(node, key.rawValue, .pieces)
        }
    }

    /// A size, time or count above zero; `nil` for `unlimited`.
    mutating func quantity(_ node: Node, _ name: String, _ unit: Limit.Unit) -> UInt64? {
        guard let scalar = node.scalar, scalar.kind != .null, scalar.kind != .bool else {
            let (wanted, example) = unit.inWords
            wrongType(node, "\(name) is", not: wanted, example: "\(name): \(example)")
            return nil
        }
        if scalar.text == "unlimited" { return nil }
        if unit == .pieces, !scalar.isPlain, scalar.text.utf8.allSatisfy(isDigit) {
            fault(
                at: node.mark, "\(name) is the text '\(scalar.text.shown)'; write the number without quotes")
            return nil
        }
        do throws(Misread) {
            let value = try unit.amount(scalar.text)
            if value == 0 { throw Misread("; a limit is above zero, and for none write unlimited") }
            return value
        } catch {
            fault(at: node.mark, "\(name) is '\(scalar.text.shown)'\(error.why)")
            return nil
        }
    }

    private mutating func money(_ node: Node, _ name: String) -> UInt64? {
        guard let scalar = node.scalar, scalar.kind != .null, scalar.kind != .bool else {
            wrongType(node, "\(name) is", not: "a sum of money", example: "\(name): 1.00")
            return nil
        }
        if scalar.text == "unlimited" { return nil }
        guard scalar.isPlain, let sum = SessionCap.millionths(scalar.text), sum > 0 else {
            fault(at: node.mark, "\(name) is '\(scalar.text.shown)'; write a sum above zero, such as 1.00")
            return nil
        }
        return sum
    }
}

extension Limit.Unit {
    fileprivate var inWords: (name: String, example: String) {
        switch self {
        case .nanoseconds: ("a time", "30s")
        case .bytes: ("a size", "512MiB")
        case .pieces: ("a whole number", "32")
        }
    }
}
