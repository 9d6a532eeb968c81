import YAML

/// Turns nodes into what a policy says, and collects every fault on the way.
///
/// A method returns what could be read; where something could not, it has noted a fault and returns a
/// stand-in, so that one mistake does not hide the next. Each section of the document has a file of its own,
/// `Decode….swift`.
struct Decoder {
    /// What relative paths and `~` mean.
    let context: Policy.Context
    private(set) var faults: [Fault] = []

    /// The most entries a list may have: some checks compare each entry of a list with each of another.
    static let mostEntries = 4_096

    init(context: Policy.Context) { self.context = context }

    mutating func fault(at mark: Mark, _ sentence: String, didYouMean suggestion: String? = nil) {
        faults.append(Fault(at: Origin(mark), sentence, didYouMean: suggestion))
    }

    /// Gives `body` the entries of a mapping of a policy, whose keys the schema has.
    ///
    /// - Parameters:
    ///   - section: what the mapping is called: `limits`; empty for the whole document.
    ///   - example: how one is written.
    mutating func fields<Key: DocumentKey>(
        of node: Node, as keys: Key.Type, under section: String, example: String,
        _ body: (inout Decoder, Key, Node) -> Void
    ) {
        members(of: node, as: keys, under: section, example: example, body)
    }

    /// The same of a mapping in another tool's document: its entries in the order written, without those that `keys`
    /// does not have and without repeats, both of which are faults.
    mutating func members<Key>(
        of node: Node, as keys: Key.Type, under section: String, example: String,
        _ body: (inout Decoder, Key, Node) -> Void
    ) where Key: CaseIterable & RawRepresentable, Key.RawValue == String {
        guard let pairs = node.pairs else {
            wrongType(
                node, "\(section.isEmpty ? "the document" : section) is", not: "a mapping", example: example)
            return
        }
        var place: String { section.isEmpty ? "" : " under \(section)" }
        // Known keys only, so there are few. A list and no dictionary: this runs before every launch, and the
        // run-time metadata of one dictionary type takes longer to make than all the rest.
        var seen: [Node] = []
        for pair in pairs {
            guard let text = pair.key.scalar?.text else {
                fault(at: pair.key.mark, "a key\(place) is a list or a mapping; a key is a word")
                continue
            }
            guard let key = Key(rawValue: text) else {
                let known = faults.count > 100 ? [] : Key.allCases.map { $0.rawValue }
                let meant = suggestion(for: text, among: known)
                fault(at: pair.key.mark, "unknown key '\(text.shown)'\(place)", didYouMean: meant)
                continue
            }
            if let first = seen.first(where: { $0.scalar?.text == text }) {
                let place = "\(place); the first is on line \(first.mark.line), column \(first.mark.column)"
                fault(at: pair.key.mark, "repeated key '\(text)'\(place)")
                continue
            }
            seen.append(pair.key)
            body(&self, key, pair.value)
        }
    }

    /// The entries of a list; of `{+: […]}` too, which adds to a base's list or to nothing.
    mutating func list(_ node: Node, _ name: String, example: String) -> [Node] {
        guard let items = node.items ?? node.appended?.items else {
            if let added = node.appended {
                wrongType(added, "what {+: …} adds to \(name) is", not: "a list", example: "{+: \(example)}")
            } else {
                wrongType(node, "\(name) is", not: "a list", example: "\(name): \(example)")
            }
            return []
        }
        guard items.count <= Self.mostEntries else {
            fault(at: node.mark, "\(name) has \(items.count) entries; a list may have \(Self.mostEntries)")
            return []
        }
        return items
    }

    /// The text of a scalar that is no number, truth value or null.
    ///
    /// - Parameters:
    ///   - subject: how the sentence begins: `id is`, `read has`.
    ///   - wanted: what it should be: `a path`.
    ///   - example: what to write; where it is `nil`, what stands there in quotes.
    mutating func text(
        _ node: Node, _ subject: @autoclosure () -> String, not wanted: String = "text",
        example: String? = nil
    ) -> String? {
        if let scalar = node.scalar, scalar.kind == .text { return scalar.text }
        let quoted = node.scalar.flatMap { $0.text.isEmpty ? nil : quote($0.text).shown }
        wrongType(node, subject(), not: wanted, example: example ?? quoted)
        return nil
    }

    /// The entry of `Word` that a scalar names.
    mutating func word<Word>(
        _ node: Node, _ subject: @autoclosure () -> String, as words: Word.Type
    ) -> Word?
    where Word: CaseIterable & RawRepresentable, Word.RawValue == String {
        if let scalar = node.scalar, scalar.kind == .text, let word = Word(rawValue: scalar.text) {
            return word
        }
        let known = Word.allCases.map { $0.rawValue }
        let choice = known.dropLast().joined(separator: ", ") + " or " + (known.last ?? "")
        guard let scalar = node.scalar, scalar.kind == .text else {
            wrongType(node, subject(), not: choice, example: nil)
            return nil
        }
        let meant = suggestion(for: scalar.text, among: known)
        let why = meant != nil && known.count > 6 ? "is not known" : "is not \(choice)"
        fault(at: node.mark, "\(subject()) '\(scalar.text.shown)', which \(why)", didYouMean: meant)
        return nil
    }

    /// Says that `node` is of another type than what is wanted there.
    mutating func wrongType(_ node: Node, _ subject: String, not wanted: String, example: String?) {
        let found = described(node, isEntry: subject.hasSuffix(" has"))
        let hint = example.map { "; write \($0)" } ?? ""
        fault(at: node.mark, "\(subject) \(found), not \(wanted)\(hint)")
    }

    private func described(_ node: Node, isEntry: Bool) -> String {
        switch node.content {
        case .sequence: return "a list"
        case .mapping: return "a mapping"
        case .scalar(let scalar):
            return switch scalar.kind {
            case .null where scalar.text.isEmpty: isEntry ? "an empty entry" : "empty"
            case .null: "null"
            case .bool: "the truth value \(scalar.text)"
            case .integer, .decimal: "the number \(scalar.text.shown)"
            case .text: "the text '\(scalar.text.shown)'"
            }
        }
    }
}

extension Node {
    /// What `{+: X}` adds: the X.
    var appended: Node? {
        guard let pairs, pairs.count == 1, let only = pairs.first, only.key.scalar?.text == "+" else {
            return nil
        }
        return only.value
    }
}
