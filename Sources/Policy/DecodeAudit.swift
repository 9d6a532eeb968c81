import YAML

extension Decoder {
    /// `require`
    mutating func require(_ node: Node) -> [Located<Mechanism>] {
        var mechanisms: [Located<Mechanism>] = []
        for item in list(node, "require", example: "[landlock]") {
            guard let mechanism = word(item, "require has", as: Mechanism.self) else { continue }
            mechanisms.append(Located(mechanism, at: Origin(item.mark)))
        }
        return mechanisms
    }

    /// `audit`
    mutating func audit(_ node: Node) -> AuditRules {
        var rules = AuditRules()
        let example = "audit: {denials: sync}"
        fields(of: node, as: AuditKey.self, under: "audit", example: example) { decoder, key, value in
            switch key {
            case .denials:
                rules.denials = decoder.word(value, "denials is", as: AuditRules.Durability.self) ?? .written
            case .code:
                rules.code = decoder.word(value, "code is", as: AuditRules.Code.self) ?? .excerpt
            case .maxBytes: rules.maxBytes = decoder.quantity(value, key.rawValue, .bytes)
            case .checkpoints:
                guard let calls = decoder.quantity(value, key.rawValue, .pieces) else { return }
                guard calls > 0 else {
                    return decoder.fault(
                        at: value.mark,
                        "checkpoints is 0; write after how many calls of tools one is made, 1 or more")
                }
                rules.checkpoints = Located(calls, at: Origin(value.mark))
            }
        }
        return rules
    }
}
