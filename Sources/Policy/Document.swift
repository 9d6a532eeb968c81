import Event

extension Policy {
    /// The effective policy in the shape of its own document, every key written out and in one order: what
    /// digests are made of, and what `guardrun policy show --format json` prints.
    ///
    /// Numbers that have a unit are text, as in a policy, and so is `confidence`: this JSON has no fractions.
    package var document: JSON {
        // What only a session has is left out where it is not said, so that it is no news to a run.
        guard tools.isEmpty else {
            var members = plainDocument.members ?? []
            let place = members.firstIndex { $0.name == "require" } ?? members.endIndex
            members.insert(.init("tools", tools.document), at: place)
            return .object(members)
        }
        return plainDocument
    }

    private var plainDocument: JSON {
        [
            "guardrun": 1,
            "name": .string(name),
            "scan": scan.document,
            "files": [
                "read": .list(files.read), "write": .list(files.write), "deny": .list(files.deny),
                "exec": .list(files.exec), "workspace": .string(files.workspace.rawValue),
            ],
            "network": ["allow": .list(network.allow), "listen": .list(network.listen)],
            "syscalls": [
                "profile": .string(syscalls.base.rawValue),
                "allow": .list(syscalls.allow), "deny": .list(syscalls.deny),
                "on_violation": .string(syscalls.onViolation.rawValue),
            ],
            "limits": limits.document,
            "require": .array(require.map { .string($0.value.rawValue) }),
            "audit": audit.document,
            "visibility": .string(visibility.rawValue),
        ]
    }
}

extension AuditRules {
    fileprivate var document: JSON {
        .object(
            [
                .init("denials", .string(denials.rawValue)), .init("code", .string(code.rawValue)),
                .init("max_bytes", .string(maxBytes.map(Quantity.size) ?? "unlimited")),
            ] + (checkpoints.map { [.init("checkpoints", .number($0.value))] } ?? []))
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
            "patterns": .array(patterns.map { $0.value.document }),
            "threats": .object(threats),
            "confidence": .string(confidenceText),
            "comments": .string(comments.rawValue),
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
            } + sessionCaps.members)
    }
}

extension SessionCaps {
    fileprivate var members: [JSON.Member] {
        SessionCap.allCases.compactMap { cap in
            guard let value = self[cap] else { return nil }
            switch cap {
            case .toolCalls, .tokens: return .init(cap.rawValue, .number(value))
            case .costUSD: return .init(cap.rawValue, .fraction(Double(value) / 1_000_000))
            case .sessionWall, .idle: return .init(cap.rawValue, .string(cap.text(value)))
            }
        }
    }
}

extension ToolRules {
    fileprivate var isEmpty: Bool {
        allow.isEmpty && approve.isEmpty && rules.isEmpty && answerWithin == Self.standardPatience
    }

    fileprivate var document: JSON {
        let wait: [JSON.Member] =
            answerWithin == Self.standardPatience
            ? []
            : [
                .init(
                    "answer_within",
                    .string(answerWithin == .max ? "unlimited" : Quantity.duration(answerWithin)))
            ]
        return .object(
            [.init("allow", .list(allow)), .init("approve", .list(approve))] + wait + [
                .init("rules", .array(rules.map { $0.value.document }))
            ])
    }
}

extension ToolRule {
    /// Every key that says something, in one order.
    package var document: JSON {
        var members = [JSON.Member("tool", .string(tool.description))]
        if let calls { members.append(.init("calls", .number(calls))) }
        if let rate {
            members.append(
                .init(
                    "rate",
                    ["calls": .number(rate.calls), "within": .string(Quantity.duration(rate.within))]))
        }
        if !arguments.isEmpty {
            members.append(.init("arguments", .object(arguments.map { .init($0.name, $0.document) })))
        }
        if !refuse.isEmpty { members.append(.init("refuse", .array(refuse.map({ $0.document })))) }
        return .object(members)
    }
}

extension ArgumentRule {
    fileprivate var document: JSON {
        var members: [JSON.Member] = []
        if let type { members.append(.init("type", .string(type.rawValue))) }
        if let values { members.append(.init("values", .array(values))) }
        if let minimum { members.append(.init("minimum", .fraction(minimum))) }
        if let maximum { members.append(.init("maximum", .fraction(maximum))) }
        if let maxLength { members.append(.init("max_length", .number(maxLength))) }
        if let pattern { members.append(.init("pattern", .string(pattern.form.text))) }
        if let language { members.append(.init("language", .string(language.rawValue))) }
        if isRequired { members.append(.init("required", .bool(true))) }
        return .object(members)
    }
}

extension JSON {
    fileprivate static func list(_ values: [Located<some CustomStringConvertible>]) -> JSON {
        .array(values.map { .string($0.value.description) })
    }
}
