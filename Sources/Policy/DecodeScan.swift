import Event
import YAML

extension Decoder {
    /// `scan`
    mutating func scan(_ node: Node) -> ScanRules {
        var rules = ScanRules()
        let example = "scan: {confidence: 0.6}"
        fields(of: node, as: ScanKey.self, under: "scan", example: example) { decoder, key, value in
            switch key {
            case .patterns: rules.patterns = decoder.patterns(value)
            case .threats: rules.threats = decoder.threats(value)
            case .confidence: rules.confidence = decoder.confidence(value)
            case .comments:
                if let word = decoder.word(value, "comments is", as: ScanRules.Comments.self) {
                    rules.comments = word
                }
            }
        }
        return rules
    }

    /// A threat's value is one word, which is for the block level, or a mapping of levels.
    private mutating func threats(_ node: Node) -> [ThreatActions] {
        let example = "threats: {code_execution: warn}"
        var threats: [ThreatActions] = []
        fields(of: node, as: Threat.self, under: "scan.threats", example: example) { decoder, threat, value in
            guard value.pairs != nil else {
                guard let action = decoder.word(value, "\(threat.rawValue) is", as: Action.self) else {
                    return
                }
                threats.append(ThreatActions(threat: threat, actions: LevelActions(upTo: action)))
                return
            }
            var actions = LevelActions.standard
            let section = "scan.threats.\(threat.rawValue)"
            decoder.fields(of: value, as: Level.self, under: section, example: "") { decoder, level, value in
                guard let action = decoder.word(value, "\(level.rawValue) is", as: Action.self) else {
                    return
                }
                actions[level] = action
            }
            threats.append(ThreatActions(threat: threat, actions: actions))
        }
        return threats
    }

    /// From 0 to 1, with at most four decimals, so that there is one way to write each.
    private mutating func confidence(_ node: Node) -> Double {
        guard let scalar = node.scalar, scalar.kind == .decimal || scalar.kind == .integer else {
            wrongType(node, "confidence is", not: "a number", example: "confidence: 0.6")
            return 0
        }
        let isShort = scalar.text.utf8.count <= 6 && scalar.text.utf8.allSatisfy { isDigit($0) || $0 == 0x2E }
        guard isShort, let number = Double(scalar.text), (0...1).contains(number) else {
            let found = scalar.text.shown
            fault(at: node.mark, "confidence is \(found); write a number from 0 to 1, such as 0.6")
            return 0
        }
        return number
    }

    /// Patterns of `scan`, or of another list that has them.
    mutating func patterns(_ node: Node, _ name: String = "patterns") -> [Located<Pattern>] {
        var patterns: [Located<Pattern>] = []
        var places: [String: Mark] = [:]
        for item in list(node, name, example: "['rm -rf /']") {
            guard let read = pattern(item) else { continue }
            var pattern = read.pattern
            if let first = places[pattern.id], read.isNamed {
                fault(
                    at: item.mark, "repeated pattern id '\(pattern.id)'; the first is on line \(first.line)")
                continue
            }
            let id = pattern.id
            var turn = patterns.count + 1
            while places[pattern.id] != nil {
                pattern.id = "\(id)-\(turn)"
                turn += 1
            }
            places[pattern.id] = item.mark
            patterns.append(Located(pattern, at: Origin(item.mark)))
        }
        return patterns
    }

    /// One pattern, and whether its id was written.
    private mutating func pattern(_ node: Node) -> (pattern: Pattern, isNamed: Bool)? {
        guard node.pairs != nil else {
            guard let text = lookedFor(node, "patterns has") else { return nil }
            return (Pattern(form: .contains(text), id: Self.identifier(text)), false)
        }
        var forms: [Pattern.Form?] = []
        var pattern = Pattern(form: .contains(""), id: "")
        var id: String?
        let faultsBefore = faults.count
        fields(of: node, as: PatternKey.self, under: "a pattern", example: "") { decoder, key, value in
            switch key {
            case .contains: forms.append(decoder.lookedFor(value, "contains is").map { .contains($0) })
            case .glob: forms.append(decoder.lookedFor(value, "glob is").map { .glob($0) })
            case .regex: forms.append(decoder.lookedFor(value, "regex is").map { .regex($0) })
            case .in: pattern.place = decoder.word(value, "in is", as: Pattern.Place.self) ?? .any
            case .id: id = decoder.identifier(value)
            case .threat: pattern.threat = decoder.word(value, "threat is", as: Threat.self) ?? pattern.threat
            case .level: pattern.level = decoder.word(value, "level is", as: Level.self) ?? pattern.level
            }
        }
        guard forms.count == 1, let only = forms.first else {
            // A misspelt key has been said already.
            if forms.isEmpty, faults.count > faultsBefore { return nil }
            let found = forms.isEmpty ? "none" : "\(forms.count)"
            fault(at: node.mark, "a pattern has one of contains, glob and regex; this has \(found)")
            return nil
        }
        guard let form = only else { return nil }
        pattern.form = form
        pattern.id = id ?? Self.identifier(form.text)
        return (pattern, id != nil)
    }

    /// The text of a pattern, which is not empty.
    private mutating func lookedFor(_ node: Node, _ subject: String) -> String? {
        guard let text = text(node, subject, not: "text to look for") else { return nil }
        guard text.isEmpty else { return text }
        fault(at: node.mark, "an empty pattern is found everywhere; write the text to look for")
        return nil
    }

    private mutating func identifier(_ node: Node) -> String? {
        guard let id = text(node, "id is") else { return nil }
        let isWord = id.utf8.allSatisfy { isLetter($0) || isDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) }
        guard isWord, (1...64).contains(id.utf8.count) else {
            fault(
                at: node.mark,
                "id is '\(id.shown)'; write 1 to 64 letters, digits, hyphens, dots or underscores")
            return nil
        }
        return id
    }

    /// An id from the letters and digits of a pattern: `rm-rf` for `rm -rf /`.
    private static func identifier(_ text: String) -> String {
        let words = text.utf8.split { !isLetter($0) && !isDigit($0) }
        let id = words.prefix(6).map { String(decoding: $0.prefix(16), as: UTF8.self) }.joined(separator: "-")
        return id.isEmpty ? "pattern" : id.lowercased()
    }
}

extension LevelActions {
    /// What one word means: it is the block level's, and the levels below keep what is standard there, but
    /// never more than the word.
    init(upTo action: Action) {
        let standard = LevelActions.standard
        self.init(
            capability: min(standard.capability, action), review: min(standard.review, action), block: action)
    }
}
