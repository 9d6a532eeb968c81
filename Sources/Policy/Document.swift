import Event

extension Policy {
    /// The effective policy in the shape of its own document, every key written out and in one order: what
    /// digests are made of, and what `guardrun policy show --format json` prints.
    ///
    /// Numbers that have a unit are text, as in a policy, and so is `confidence`: this JSON has no fractions.
    package var document: JSON {
        [
            "guardrun": 1,
            "name": .string(name),
            "scan": scan.document,
            "files": [
                "read": .list(files.read), "write": .list(files.write), "deny": .list(files.deny),
                "exec": .list(files.exec),
            ],
            "network": ["allow": .list(network.allow), "listen": .list(network.listen)],
            "syscalls": [
                "profile": .string(syscalls.base.rawValue),
                "allow": .list(syscalls.allow), "deny": .list(syscalls.deny),
                "on_violation": .string(syscalls.onViolation.rawValue),
            ],
            "limits": limits.document,
            "require": .array(require.map { .string($0.value.rawValue) }),
            "audit": [
                "denials": .string(audit.denials.rawValue),
                "max_bytes": .string(audit.maxBytes.map(Quantity.size) ?? "unlimited"),
            ],
            "visibility": .string(visibility.rawValue),
        ]
    }
}

extension ScanRules {
    /// `0.6`, `0`, `1`.
    var confidenceText: String {
        let text = "\(confidence)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    fileprivate var document: JSON {
        let threats = Threat.allCases.map { threat in
            JSON.Member(
                threat.rawValue,
                .object(Level.allCases.map { .init($0.rawValue, .string(action(for: threat, $0).rawValue)) }))
        }
        return [
            "patterns": .array(patterns.map(\.value.document)),
            "threats": .object(threats),
            "confidence": .string(confidenceText),
        ]
    }
}

extension Pattern {
    fileprivate var document: JSON {
        let form: JSON.Member =
            switch form {
            case .contains(let text): .init("contains", .string(text))
            case .glob(let text): .init("glob", .string(text))
            case .regex(let text): .init("regex", .string(text))
            }
        return .object([
            form, .init("in", .string(place.rawValue)), .init("id", .string(id)),
            .init("threat", .string(threat.rawValue)), .init("level", .string(level.rawValue)),
        ])
    }
}

extension Limits {
    fileprivate var document: JSON {
        .object(
            Limit.allCases.map { limit in
                guard limit.unit == .pieces, let value = self[limit] else {
                    return .init(limit.rawValue, .string(limit.text(self[limit])))
                }
                return .init(limit.rawValue, .number(value))
            })
    }
}

extension JSON {
    fileprivate static func list(_ values: [Located<some CustomStringConvertible>]) -> JSON {
        .array(values.map { .string($0.value.description) })
    }
}
