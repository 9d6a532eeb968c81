import Event
import YAML

/// The keys of a policy document as a JSON Schema (draft 2020-12), for editors and for programs that write policies.
///
/// It accepts what the decoder reads in a document that stands alone. What two keys say together (a denied call that is
/// allowed too), what a base says, and what a pattern means are left to the decoder.
package enum PolicySchema {
    package static var json: JSON {
        var members: [JSON.Member] = [
            .init("$schema", "https://json-schema.org/draft/2020-12/schema"),
            .init("title", "A policy of guardrun"),
        ]
        members += MappingShape(entries: Section.entries, required: [Section.guardrun.rawValue]).schema
        members.append(.init("$defs", .object(definitions)))
        return .object(members)
    }

    /// What several keys share.
    private static var definitions: [JSON.Member] {
        let pattern = MappingShape(entries: PatternKey.entries, oneOf: PatternKey.forms)
        return [
            .init("time", amount("^[1-9][0-9]{0,18}(ms|s|m|h)$")),
            .init("size", amount("^[1-9][0-9]{0,18}(B|[kKMGT]B|[KMGT]iB)?$", orNumber: "integer")),
            .init("count", amount(nil, orNumber: "integer")),
            .init("money", amount(nil, orNumber: "number")),
            .init("pattern", ["anyOf": [["type": "string", "minLength": 1], .object(pattern.schema)]]),
        ] + TextShape.allCases.filter { $0 != .any }.map { .init($0.definition, .object($0.schema)) }
    }

    /// An amount above zero, or the word for none.
    private static func amount(_ pattern: String?, orNumber type: String? = nil) -> JSON {
        var forms: [JSON] = [["const": "unlimited"]]
        if let pattern { forms.append(["type": "string", "pattern": .string(pattern)]) }
        if let type { forms.append(["type": .string(type), "exclusiveMinimum": 0]) }
        return ["anyOf": .array(forms)]
    }
}

extension KeyEntry {
    /// The key as a property.
    fileprivate var property: JSON.Member {
        var members: [JSON.Member] = [.init("description", .string(meaning.sentence))]
        members += meaning.value.schema
        if let standard = meaning.standard.flatMap(JSON.init(yaml:)) {
            members.append(.init("default", standard))
        }
        if let example = JSON(yaml: meaning.example) { members.append(.init("examples", [example])) }
        return .init(name, .object(members))
    }
}

extension MappingShape {
    fileprivate var schema: [JSON.Member] {
        var members: [JSON.Member] = [
            .init("type", "object"), .init("properties", .object(entries.map { $0.property })),
            .init("additionalProperties", false),
        ]
        if !required.isEmpty { members.append(.init("required", .array(required.map(JSON.string)))) }
        if !oneOf.isEmpty {
            members.append(.init("oneOf", .array(oneOf.map { ["required": [.string($0)]] })))
        }
        return members
    }
}

extension ValueShape {
    /// The members of a schema for it.
    fileprivate var schema: [JSON.Member] {
        switch self {
        case .constant(let text): return [.init("const", JSON(yaml: text) ?? .null)]
        case .word(let words): return [.init("enum", .array(words.map(JSON.string)))]
        case .text(.any): return [.init("type", "string"), .init("minLength", 1)]
        case .text(let shape): return Self.reference(shape.definition)
        case .share: return [.init("type", "number"), .init("minimum", 0), .init("maximum", 1)]
        case .number: return [.init("type", "number")]
        case .truth: return [.init("type", "boolean")]
        case .time: return Self.reference("time")
        case .size: return Self.reference("size")
        case .count: return Self.reference("count")
        case .money: return Self.reference("money")
        case .scalar: return [.init("type", ["null", "boolean", "number", "string"])]
        case .list(let element):
            let list: JSON = [
                "type": "array", "maxItems": .number(Decoder.mostEntries), "items": .object(element.schema),
            ]
            let added: JSON = [
                "type": "object", "properties": ["+": list], "required": ["+"],
                "additionalProperties": false,
            ]
            return [.init("anyOf", [list, added])]
        case .mapping(let mapping): return mapping.schema
        case .named(let value):
            return [.init("type", "object"), .init("additionalProperties", .object(value.schema))]
        case .either(let shapes): return [.init("anyOf", .array(shapes.map { .object($0.schema) }))]
        case .nothing: return [.init("type", "object"), .init("maxProperties", 0)]
        case .pattern: return Self.reference("pattern")
        }
    }

    private static func reference(_ name: String) -> [JSON.Member] {
        [.init("$ref", .string("#/$defs/\(name)"))]
    }
}

extension TextShape {
    /// Its name among the definitions.
    fileprivate var definition: String {
        switch self {
        case .path: "path"
        case .endpoint: "destination"
        case .listening: "listening"
        case .systemCall: "system_call"
        case .tool: "tool"
        case .identifier: "identifier"
        case .name: "name"
        case .base: "base"
        case .keys: "keys"
        case .act: "act"
        case .any: "text"
        }
    }

    /// What is wrong by its form alone is refused; the rest is the decoder's.
    fileprivate var schema: [JSON.Member] {
        let places = "(tcp|udp)://[^/?#]+(/[0-9]+\\]?)?:[0-9*,-]+"
        switch self {
        // A bare ~ is null to other readers of YAML, and the home here.
        case .path: return [.init("type", ["string", "null"]), .init("pattern", "^[^*?]+$")]
        case .endpoint: return Self.matching("^(any|\(places)|unix:///.+)$")
        case .listening: return Self.matching("^(any|tcp://[^/?#]+(/[0-9]+\\]?)?:[0-9*,-]+)$")
        case .systemCall: return [.init("enum", .array(SyscallNames.all.sorted().map(JSON.string)))]
        case .tool: return Self.matching("^[A-Za-z0-9_.*?-]{1,128}$")
        case .identifier: return Self.matching("^[A-Za-z0-9_.-]{1,64}$")
        case .name: return Self.matching("^[^\\n]{1,128}$")
        case .base, .act, .any: return [.init("type", "string"), .init("minLength", 1)]
        case .keys: return [.init("enum", .array(Difference.paths.map(JSON.string)))]
        }
    }

    private static func matching(_ pattern: String) -> [JSON.Member] {
        [.init("type", "string"), .init("pattern", .string(pattern))]
    }
}

extension JSON {
    /// A value written as YAML; nil for what is no document.
    init?(yaml text: String) {
        guard let node = try? parse(Array(text.utf8), file: "") else { return nil }
        self.init(node)
    }

    /// What a node says, with the numbers and truth values of the core schema.
    init(_ node: Node) {
        switch node.content {
        case .sequence(let items): self = .array(items.map { JSON($0) })
        case .mapping(let pairs):
            self = .object(pairs.map { Member($0.key.scalar?.text ?? "", JSON($0.value)) })
        case .scalar(let scalar): self = scalar.json
        }
    }
}

extension Scalar {
    /// As JSON has it.
    var json: JSON {
        switch kind {
        case .null: .null
        case .bool: .bool(text.lowercased() == "true")
        case .integer: Int64(text).map(JSON.int) ?? .string(text)
        case .decimal: Double(text).map(JSON.fraction) ?? .string(text)
        case .text: .string(text)
        }
    }
}
