import Event

/// The keys of a policy document as a page for people: what `guardrun policy schema --format markdown` prints and
/// `docs/policy.md` holds.
package enum PolicyReference {
    package static var page: String {
        var page = """
            # The policy document

            Every key, made by `guardrun policy schema --format markdown` from what the decoder knows; a test keeps this page
            current. `guardrun policy schema` prints the same as a JSON Schema. An editor with a YAML language server takes it from
            a comment at the head of a policy:

            ```yaml
            # yaml-language-server: $schema=policy.schema.json
            guardrun: 1
            ```

            A time is a whole number with `ms`, `s`, `m` or `h`; a size a number of bytes, or one with `B`, `KB`, `MB`, `GB`,
            `TB`, `KiB`, `MiB`, `GiB` or `TiB`. `unlimited` is no limit. Wherever a list may stand, `{+: [...]}` adds to that of
            the base. What is not listed is denied.

            ## The document


            """
        page += table(Section.entries, hasSections: true)
        for entry in Section.entries {
            guard case .mapping(let shape) = entry.meaning.value else { continue }
            page += "\n## `\(entry.name)`\n\n\(entry.meaning.sentence)\n\n" + table(shape.entries)
            page += "\n```yaml\n\(entry.name):\n"
            page += shape.entries.map { "  \($0.name): \($0.meaning.example)\n" }.joined() + "```\n"
        }
        page +=
            "\n## Patterns\n\nA pattern has one of `contains`, `glob` and `regex`.\n\n"
            + table(PatternKey.entries)
        page += "\n## Threats\n\n" + table(Threat.entries)
        page += "\n## Levels of findings\n\n" + table(Level.entries)
        page += "\n## Rules of tools\n\n" + table(ToolRuleKey.entries)
        page += "\n## Arguments of tools\n\n" + table(ArgumentKey.entries)
        page += "\n## Rows of `examples`\n\nEach is one act behind what is meant to become of it.\n\n"
        return page + table(Action.entries)
    }

    /// - Parameter hasSections: mappings have a section of the page, and their examples stand there.
    private static func table(_ entries: [KeyEntry], hasSections: Bool = false) -> String {
        var table = "| key | value | without it | example | |\n| --- | --- | --- | --- | --- |\n"
        for entry in entries {
            let meaning = entry.meaning
            var example = code(meaning.example)
            if case .mapping = meaning.value, hasSections { example = "" }
            let standard = meaning.standard.map(code) ?? ""
            table += "| `\(entry.name)` | \(cell(meaning.value.inWords)) | \(standard) | \(example) "
            table += "| \(cell(meaning.sentence)) |\n"
        }
        return table
    }

    private static func code(_ text: String) -> String { "`\(cell(text))`" }

    /// A bar would end the cell.
    private static func cell(_ text: String) -> String {
        text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
    }
}

extension ValueShape {
    /// What a table calls it.
    fileprivate var inWords: String {
        switch self {
        case .constant(let text): "`\(text)`"
        case .word(let words):
            words.map { "`\($0)`" }.joined(separator: ", ")
        case .text(let shape): shape.inWords
        case .share: "number from 0 to 1"
        case .number: "number"
        case .truth: "`true`, `false`"
        case .time: "time"
        case .size: "size"
        case .count: "number"
        case .money: "dollars"
        case .scalar: "plain value"
        case .list(let element): "list of: \(element.inWords)"
        case .mapping: "mapping"
        case .named: "mapping by name"
        case .either(let shapes): shapes.map { $0.inWords }.joined(separator: "; or ")
        case .nothing: "`{}`"
        case .pattern: "pattern"
        }
    }
}
