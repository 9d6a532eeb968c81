import Event
import YAML

extension Policy.Loaded {
    /// The effective policy as a document that loads to the same policy, with a comment behind each line that
    /// says where it was written: what `guardrun policy show` prints.
    package var yaml: String {
        var lines: [String] = []
        show(policy.document, node: root, indent: 0, into: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    /// The members of `value`, a key a line, the third level in one line.
    private func show(_ value: JSON, node: Node?, indent: Int, into lines: inout [String]) {
        let space = String(repeating: " ", count: indent)
        for member in value.members ?? [] {
            let child = node?[member.name]
            switch member.value {
            case .object where indent < 4:
                lines.append("\(space)\(member.name):")
                show(member.value, node: child, indent: indent + 2, into: &lines)
            case .array(let items) where !items.isEmpty:
                lines.append("\(space)\(member.name):")
                let nodes = child?.items ?? child?.appended?.items ?? []
                for (index, item) in items.enumerated() {
                    let origin = comment(index < nodes.count ? nodes[index] : nil)
                    lines.append("\(space)  - \(inline(item))\(origin)")
                }
            case let other:
                let text = member.name == "confidence" ? other.stringValue ?? "" : inline(other)
                lines.append("\(space)\(member.name): \(text)\(comment(child))")
            }
        }
    }

    private func comment(_ node: Node?) -> String {
        node.map { "  # \(Origin($0.mark))" } ?? "  # default"
    }

    /// A value in flow style.
    private func inline(_ value: JSON) -> String {
        switch value {
        case .array(let items): return "[" + items.map(inline).joined(separator: ", ") + "]"
        case .object(let members):
            return "{" + members.map { "\($0.name): \(inline($0.value))" }.joined(separator: ", ") + "}"
        case .string(let text):
            // A size or a time, 512MiB, needs no quotes; quote(_:) does not know them from numbers.
            let isWord = text.utf8.allSatisfy { isLetter($0) || isDigit($0) }
            return isWord && Scalar(text, isPlain: true).kind == .text ? text : quote(text)
        case .int(let number): return String(number)
        case .fraction: return String(decoding: value.encoded, as: UTF8.self)
        case .bool(let flag): return String(flag)
        case .null: return "null"
        }
    }
}
