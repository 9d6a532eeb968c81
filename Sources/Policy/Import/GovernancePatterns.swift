import YAML

private enum PatternField: String, CaseIterable { case pattern, type }
private enum PatternType: String, CaseIterable { case substring, regex, glob }

extension Decoder {
    /// `blocked_patterns`, each entry as a line of `scan.patterns`. Its engine matches without regard to case, in the
    /// text Python shows of a call's arguments; here the code itself is searched, and a glob is anchored nowhere.
    mutating func blockedPatterns(_ node: Node, _ checkPattern: (Pattern) -> String?) -> [String] {
        var lines: [String] = []
        for item in list(node, "blocked_patterns", example: "[password]") {
            guard let (text, type) = blockedPattern(item) else { continue }
            if text.isEmpty {
                fault(at: item.mark, "an empty pattern is found everywhere; leave it out")
                continue
            }
            let form = Self.form(text, type)
            if let why = checkPattern(Pattern(form: form, id: "imported")) {
                fault(at: item.mark, "the pattern '\(text.shown)' has no meaning here: \(why)")
                continue
            }
            lines.append(form.line)
        }
        return lines
    }

    /// A plain text, a mapping of `pattern` and `type`, or the pair of both that the dict form has.
    private mutating func blockedPattern(_ node: Node) -> (text: String, type: PatternType)? {
        if let pair = node.items {
            guard pair.count == 2, let text = text(pair[0], "a pattern is"),
                let type = word(pair[1], "its type is", as: PatternType.self)
            else {
                fault(
                    at: node.mark,
                    "a pattern is a list of \(pair.count); write a text, or a pattern and its type")
                return nil
            }
            return (text, type)
        }
        guard node.pairs != nil else {
            return text(node, "blocked_patterns has", not: "a pattern").map { ($0, .substring) }
        }
        var found: String?
        var type = PatternType.substring
        members(of: node, as: PatternField.self, under: "a pattern", example: "{pattern: a, type: regex}") {
            decoder, key, value in
            switch key {
            case .pattern: found = decoder.text(value, "pattern is")
            case .type: type = decoder.word(value, "type is", as: PatternType.self) ?? type
            }
        }
        if found == nil { fault(at: node.mark, "a pattern has no text; write {pattern: TEXT, type: regex}") }
        return found.map { ($0, type) }
    }

    private static func form(_ text: String, _ type: PatternType) -> Pattern.Form {
        switch type {
        case .substring where text.unicodeScalars.contains(where: { $0.properties.changesWhenCaseMapped }):
            .regex("(?i)" + literal(text))
        case .substring: .contains(text)
        // Python's \Z is RE2's \z.
        case .regex: .regex("(?i)" + replacingEnd(text))
        case .glob: .glob(inEitherCase(text))
        }
    }

    private static func literal(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if scalar.isASCII, !isLetter(UInt8(scalar.value)), !isDigit(UInt8(scalar.value)), scalar != " ",
                scalar.value > 0x20
            {
                out += "\\"
            }
            out.unicodeScalars.append(scalar)
        }
        return out
    }

    private static func replacingEnd(_ regex: String) -> String {
        var (out, isEscaped) = ("", false)
        for scalar in regex.unicodeScalars {
            out.unicodeScalars.append(isEscaped && scalar == "Z" ? "z" : scalar)
            isEscaped = !isEscaped && scalar == "\\"
        }
        return out
    }

    /// A glob with both cases of each letter: `*.[eE][xX][eE]`.
    private static func inEitherCase(_ glob: String) -> String {
        var out = ""
        var body: String?
        for scalar in glob.unicodeScalars {
            let (lower, upper) = (scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping)
            if let members = body {
                // A `]` that comes first belongs to the class.
                if scalar == "]", !members.isEmpty, members != "!" {
                    let swapped = members.hasPrefix("!") ? String(members.dropFirst()) : members
                    out +=
                        members
                        + (swapped.lowercased() == swapped ? swapped.uppercased() : swapped.lowercased())
                        + "]"
                    body = nil
                } else {
                    body = members + String(scalar)
                }
            } else if scalar == "[" {
                out += "["
                body = ""
            } else if lower != upper, lower.unicodeScalars.count == 1, upper.unicodeScalars.count == 1 {
                out += "[\(lower)\(upper)]"
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out + (body ?? "")
    }
}

extension Pattern.Form {
    /// As an entry of `scan.patterns`.
    fileprivate var line: String {
        switch self {
        case .contains(let text): "{contains: \(quote(text))}"
        case .glob(let text): "{glob: \(quote(text))}"
        case .regex(let text): "{regex: \(quote(text))}"
        }
    }
}
