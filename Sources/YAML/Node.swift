/// A value of a YAML document and the place it was written at.
///
/// What a plain scalar means (a number, a truth value, text) is for whoever decodes it: a node holds the
/// text.
package struct Node: Equatable, Sendable {
    /// What was written.
    package enum Content: Equatable, Sendable {
        case scalar(Scalar)
        case sequence([Node])
        /// Pairs in the order written; keys may repeat.
        case mapping([Pair])
    }

    /// One key and its value.
    package struct Pair: Equatable, Sendable {
        package let key: Node
        package let value: Node

        package init(key: Node, value: Node) {
            self.key = key
            self.value = value
        }
    }

    package let content: Content
    package let mark: Mark

    package init(_ content: Content, at mark: Mark) {
        self.content = content
        self.mark = mark
    }

    /// The text and style, when this is a scalar.
    package var scalar: Scalar? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar
    }

    /// The elements, when this is a sequence.
    package var items: [Node]? {
        guard case .sequence(let items) = content else { return nil }
        return items
    }

    /// The keys and values, when this is a mapping.
    package var pairs: [Pair]? {
        guard case .mapping(let pairs) = content else { return nil }
        return pairs
    }

    /// The value of the first key whose text is `key`, when this is a mapping that has it.
    package subscript(_ key: String) -> Node? {
        pairs?.first { $0.key.scalar?.text == key }?.value
    }
}

/// Text, and whether it stood there plainly: `yes` is plain; `'yes'`, `"yes"` and block text are not.
package struct Scalar: Equatable, Sendable {
    package let text: String
    package let isPlain: Bool

    package init(_ text: String, isPlain: Bool) {
        self.text = text
        self.isPlain = isPlain
    }
}

/// A place in a document. Lines and columns count from 1, columns in Unicode scalars.
package struct Mark: Hashable, Sendable, CustomStringConvertible {
    /// The document as messages call it.
    package let file: String
    package let line: Int
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    package var description: String { "\(file):\(line):\(column)" }
}
