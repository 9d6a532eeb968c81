import Policy

/// What must be there and what is written down: less evidence is looser.
enum EvidenceComparison {
    static func differences(_ a: Policy, _ b: Policy) -> [Comparison.Difference] {
        required(a, b) + trail(a.audit, b.audit) + seen(a.visibility, b.visibility)
    }

    private static func required(_ a: Policy, _ b: Policy) -> [Comparison.Difference] {
        Mechanism.allCases.compactMap { mechanism in
            let ours = a.require.contains { $0.value == mechanism }
            let theirs = b.require.contains { $0.value == mechanism }
            guard ours != theirs else { return nil }
            func words(_ isRequired: Bool) -> String {
                "\(mechanism.rawValue) is \(isRequired ? "required" : "not required")"
            }
            return Comparison.Difference(
                "require", words(ours), words(theirs), ours ? .stricter : .looser, .without(mechanism))
        }
    }

    private static func trail(_ a: AuditRules, _ b: AuditRules) -> [Comparison.Difference] {
        var found: [Comparison.Difference] = []
        if a.denials != b.denials {
            let relation: Relation = a.denials == .written ? .looser : .stricter
            found.append(
                .init("audit.denials", a.denials.rawValue, b.denials.rawValue, relation, .powerCut))
        }
        if a.code != b.code {
            let relation: Relation = a.code.isLess(than: b.code) ? .looser : .stricter
            let more = a.code.isLess(than: b.code) ? b.code : a.code
            found.append(
                .init("audit.code", a.code.rawValue, b.code.rawValue, relation, .forgottenCode(more)))
        }
        if a.maxBytes != b.maxBytes {
            let relation: Relation = a.maxBytes ?? .max > b.maxBytes ?? .max ? .looser : .stricter
            // A trail has the unit of a limit of bytes.
            found.append(
                .init(
                    "audit.max_bytes", Limit.disk.text(a.maxBytes), Limit.disk.text(b.maxBytes), relation,
                    .trail(LimitComparison.between(a.maxBytes, b.maxBytes))))
        }
        return found
    }

    private static func seen(_ a: Visibility, _ b: Visibility) -> [Comparison.Difference] {
        guard a != b else { return [] }
        return [.init("visibility", a.rawValue, b.rawValue, a == .fast ? .looser : .stricter, .unseenOpen)]
    }
}
