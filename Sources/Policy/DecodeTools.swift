import YAML

private enum ToolsKey: String, CaseIterable { case allow, approve, rules, servers }
private enum AuditKey: String, CaseIterable {
    case denials
    case maxBytes = "max_bytes"
    case checkpoints
}

extension Decoder {
    /// `tools`: only whether a key says anything is kept. `final_answer` belongs to the session protocol, and
    /// listing it says nothing.
    mutating func tools(_ node: Node) -> ToolRules {
        var rules = ToolRules()
        fields(of: node, as: ToolsKey.self, under: "tools", example: "tools: {allow: []}") {
            decoder, key, value in
            let isEmpty =
                switch key {
                case .allow, .approve:
                    decoder.toolNames(value, key.rawValue).allSatisfy { $0 == "final_answer" }
                case .rules: decoder.list(value, "rules", example: "[]").isEmpty
                case .servers: decoder.isEmptyMapping(value, "servers")
                }
            if !isEmpty { rules.declared.append(Located(key.rawValue, at: Origin(value.mark))) }
        }
        return rules
    }

    private mutating func toolNames(_ node: Node, _ name: String) -> [String] {
        var names: [String] = []
        for item in list(node, name, example: "[web_search]") {
            if let tool = text(item, "\(name) has", not: "a tool's name") { names.append(tool) }
        }
        return names
    }

    private mutating func isEmptyMapping(_ node: Node, _ name: String) -> Bool {
        guard let pairs = node.pairs else {
            wrongType(node, "\(name) is", not: "a mapping", example: "\(name): {}")
            return true
        }
        return pairs.isEmpty
    }

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
                    at: value.mark, "audit.checkpoints needs a session, which this version does not have")
            }
        }
        return rules
    }
}
