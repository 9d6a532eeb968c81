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
            case .maxBytes: rules.maxBytes = decoder.quantity(value, key.rawValue, .bytes)
            case .checkpoints:
                guard decoder.quantity(value, key.rawValue, .pieces) != nil else { return }
                decoder.fault(
                    at: value.mark, "audit.checkpoints is not enforced by this version; take it out")
            }
        }
        return rules
    }
}
