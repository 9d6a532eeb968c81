import Event
import YAML

extension Decoder {
    /// `tools`. `final_answer` belongs to the session protocol, and listing it says nothing.
    mutating func tools(_ node: Node) -> ToolRules {
        var rules = ToolRules()
        fields(of: node, as: ToolsKey.self, under: "tools", example: "tools: {allow: []}") {
            decoder, key, value in
            let isEmpty: Bool
            switch key {
            case .allow:
                rules.allow = decoder.toolNames(value, key.rawValue)
                isEmpty = rules.allow.allSatisfy { $0.value.description == "final_answer" }
            case .approve:
                rules.approve = decoder.toolNames(value, key.rawValue)
                isEmpty = rules.approve.isEmpty
            case .answerWithin:
                rules.answerWithin = decoder.quantity(value, key.rawValue, .nanoseconds) ?? .max
                isEmpty = false
            case .rules:
                rules.rules = decoder.toolRules(value)
                isEmpty = rules.rules.isEmpty
            case .servers: isEmpty = decoder.isEmptyMapping(value, "servers")
            }
            if !isEmpty { rules.declared.append(Located(key.rawValue, at: Origin(value.mark))) }
        }
        return rules
    }

    private mutating func toolNames(_ node: Node, _ name: String) -> [Located<ToolName>] {
        var names: [Located<ToolName>] = []
        for item in list(node, name, example: "[web_search]") {
            if let tool = toolName(item, "\(name) has") { names.append(Located(tool, at: Origin(item.mark))) }
        }
        return names
    }

    private mutating func toolName(_ node: Node, _ subject: String) -> ToolName? {
        guard let name = text(node, subject, not: "a tool's name") else { return nil }
        let isName = name.utf8.allSatisfy { isLetter($0) || isDigit($0) || "_.-*?".utf8.contains($0) }
        guard isName, (1...128).contains(name.utf8.count) else {
            fault(
                at: node.mark,
                "\(subject) '\(name.shown)'; write a tool's name, in which * is any text and ? one letter")
            return nil
        }
        return ToolName(name)
    }

    private mutating func toolRules(_ node: Node) -> [Located<ToolRule>] {
        let example = "[{tool: web_search, calls: 5}]"
        var rules: [Located<ToolRule>] = []
        for item in list(node, "rules", example: example) {
            var rule = ToolRule(tool: ToolName("*"))
            var isNamed = false
            let before = faults.count
            fields(of: item, as: ToolRuleKey.self, under: "a rule of tools", example: example) {
                decoder, key, value in
                switch key {
                case .tool:
                    isNamed = true
                    rule.tool = decoder.toolName(value, "tool is") ?? rule.tool
                case .calls: rule.calls = decoder.quantity(value, "calls", .pieces)
                case .rate: rule.rate = decoder.callRate(value)
                case .arguments: rule.arguments = decoder.argumentRules(value)
                case .refuse: rule.refuse = decoder.patterns(value, "refuse").map { $0.value }
                }
            }
            if !isNamed, faults.count == before {
                fault(at: item.mark, "a rule of tools names no tool; write \(example)")
            }
            rules.append(Located(rule, at: Origin(item.mark)))
        }
        return rules
    }

    private mutating func callRate(_ node: Node) -> CallRate? {
        var (calls, within): (UInt64?, UInt64?)
        let before = faults.count
        fields(of: node, as: RateKey.self, under: "rate", example: "rate: {calls: 10, within: 1m}") {
            decoder, key, value in
            switch key {
            case .calls: calls = decoder.quantity(value, "calls", .pieces)
            case .within: within = decoder.quantity(value, "within", .nanoseconds)
            }
        }
        guard faults.count == before else { return nil }
        guard let calls, let within, calls <= CallRate.most else {
            fault(
                at: node.mark,
                "a rate is how many calls, \(CallRate.most) at most, and a time; write {calls: 10, within: 1m}"
            )
            return nil
        }
        return CallRate(calls: calls, within: within)
    }

    private mutating func argumentRules(_ node: Node) -> [ArgumentRule] {
        guard let pairs = node.pairs else {
            wrongType(node, "arguments is", not: "a mapping", example: "arguments: {path: {type: string}}")
            return []
        }
        var rules: [ArgumentRule] = []
        for pair in pairs {
            guard let name = pair.key.scalar?.text else {
                fault(at: pair.key.mark, "an argument's name is a list or a mapping; it is a word")
                continue
            }
            if rules.contains(where: { $0.name == name }) {
                fault(at: pair.key.mark, "repeated argument '\(name.shown)'")
                continue
            }
            rules.append(argumentRule(name, pair.value))
        }
        return rules
    }

    private mutating func argumentRule(_ name: String, _ node: Node) -> ArgumentRule {
        var rule = ArgumentRule(name: name)
        let section = "arguments.\(name.shown)"
        fields(of: node, as: ArgumentKey.self, under: section, example: "{type: string}") {
            decoder, key, value in
            switch key {
            case .type: rule.type = decoder.word(value, "type is", as: ArgumentRule.Kind.self)
            case .values:
                rule.values = decoder.list(value, "values", example: "[daily, weekly]").compactMap {
                    decoder.plainValue($0)
                }
            case .minimum: rule.minimum = decoder.number(value, "minimum")
            case .maximum: rule.maximum = decoder.number(value, "maximum")
            case .maxLength: rule.maxLength = decoder.quantity(value, "max_length", .pieces)
            case .pattern:
                guard let text = decoder.text(value, "pattern is", not: "a regular expression") else {
                    return
                }
                rule.pattern = Pattern(form: .regex(text), id: "\(name)-pattern")
            case .language: rule.language = decoder.word(value, "language is", as: ArgumentRule.Code.self)
            case .required: rule.isRequired = decoder.truth(value, "required")
            }
        }
        return rule
    }

    /// A scalar as JSON has it.
    private mutating func plainValue(_ node: Node) -> JSON? {
        guard let scalar = node.scalar else {
            wrongType(node, "values has", not: "a plain value", example: nil)
            return nil
        }
        return scalar.json
    }

    private mutating func number(_ node: Node, _ name: String) -> Double? {
        if let scalar = node.scalar, scalar.kind == .integer || scalar.kind == .decimal,
            let number = Double(scalar.text), number.isFinite
        {
            return number
        }
        wrongType(node, "\(name) is", not: "a number", example: "\(name): 10")
        return nil
    }

    private mutating func truth(_ node: Node, _ name: String) -> Bool {
        if let scalar = node.scalar, scalar.kind == .bool { return scalar.text.lowercased() == "true" }
        wrongType(node, "\(name) is", not: "true or false", example: "\(name): true")
        return false
    }

    private mutating func isEmptyMapping(_ node: Node, _ name: String) -> Bool {
        guard let pairs = node.pairs else {
            wrongType(node, "\(name) is", not: "a mapping", example: "\(name): {}")
            return true
        }
        return pairs.isEmpty
    }
}
