import Policy

/// The options of one command, read by one rule: `--name VALUE`, `--name=VALUE`, `-n VALUE`, and `--` before
/// operands that look like options.
struct Flags {
    struct Known {
        let name: String
        let short: String?
        /// What follows it; nil when nothing does.
        let value: String?

        init(_ name: String, short: String? = nil, takes value: String? = nil) {
            self.name = name
            self.short = short
            self.value = value
        }
    }

    private var given: [(name: String, value: String?)] = []
    private(set) var operands: [[UInt8]] = []

    /// - Parameter stopsAtOperand: what follows the first operand belongs to it, as for a command to run.
    init(_ words: [[UInt8]], _ known: [Known], stopsAtOperand: Bool = false) throws(UsageError) {
        var rest = words[...]
        while let word = rest.popFirst() {
            let text = String(decoding: word, as: UTF8.self)
            if text == "--" {
                operands += rest
                return
            }
            guard text.hasPrefix("-"), text != "-" else {
                operands.append(word)
                if stopsAtOperand {
                    operands += rest
                    return
                }
                continue
            }
            try take(text, &rest, known)
        }
    }

    private mutating func take(_ word: String, _ rest: inout ArraySlice<[UInt8]>, _ known: [Known])
        throws(UsageError)
    {
        let equals = word.hasPrefix("--") ? word.firstIndex(of: "=") : nil
        let name = equals.map { String(word[..<$0]) } ?? word
        let attached = equals.map { String(word[word.index(after: $0)...]) }
        guard let option = known.first(where: { $0.name == name || $0.short == name }) else {
            let near = suggestion(for: name, among: known.map { $0.name })
            throw UsageError(
                description: "unknown option '\(inert(name))'\(near.map { "; did you mean \($0)?" } ?? "")")
        }
        guard let wanted = option.value else {
            if attached != nil { throw UsageError(description: "\(name) takes no value") }
            given.append((option.name, nil))
            return
        }
        if let attached {
            given.append((option.name, attached))
        } else if let next = rest.popFirst() {
            given.append((option.name, String(decoding: next, as: UTF8.self)))
        } else {
            throw UsageError(description: "\(name) needs \(wanted) after it")
        }
    }

    /// The options that were given, by their long names.
    var names: [String] { given.map { $0.name } }
    func has(_ name: String) -> Bool { given.contains { $0.name == name } }
    func all(_ name: String) -> [String] { given.filter { $0.name == name }.compactMap { $0.value } }
    func last(_ name: String) -> String? { all(name).last }

    /// Whether `--format` asks for JSON; text is the default, and there is nothing else.
    func wantsJSON() throws(UsageError) -> Bool {
        switch last("--format") {
        case nil, "text": return false
        case "json": return true
        case let other?:
            throw UsageError(description: "--format takes 'text' or 'json', not '\(inert(other))'")
        }
    }

    /// The operands as text.
    var words: [String] { operands.map { String(decoding: $0, as: UTF8.self) } }
}
