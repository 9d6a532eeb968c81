import Event
import Foundation
import Policy
import Testing

/// A key of the schema with its path in a document: `limits`, `wall`; `[]` is an entry of a list, `*` any name.
private struct Property {
    let path: [String]
    let schema: JSON
    /// What has to stand beside it.
    let beside: [[JSON.Member]]

    /// A document with that value there.
    func document(_ value: JSON) -> JSON {
        let inner = zip(path, beside).reversed().reduce(value) { value, step in
            step.0 == "[]" ? .array([value]) : .object([.init(step.0, value)] + step.1)
        }
        return .object([.init("guardrun", 1)] + (inner.members ?? []))
    }
}

private func properties(_ schema: JSON, at path: [String] = [], beside: [[JSON.Member]] = []) -> [Property] {
    var found: [Property] = []
    let members = schema["properties"]?.members ?? []
    func example(_ name: String) -> [JSON.Member] {
        members.first { $0.name == name }?.value["examples"]?.elements?.first.map { [.init(name, $0)] } ?? []
    }
    let choices = (schema["oneOf"]?.elements ?? []).compactMap {
        $0["required"]?.elements?.first?.stringValue
    }
    let required = (schema["required"]?.elements ?? []).compactMap { $0.stringValue }
    for member in members where member.name != "+" {
        var others = path.isEmpty ? [] : required.filter { $0 != member.name }.flatMap(example)
        if !choices.isEmpty, !choices.contains(member.name) { others += example(choices[0]) }
        let place = (path + [member.name], beside + [others])
        found.append(Property(path: place.0, schema: member.value, beside: place.1))
        found += properties(member.value, at: place.0, beside: place.1)
    }
    if let name = schema["$ref"]?.stringValue?.split(separator: "/").last,
        let target = PolicySchema.json["$defs"]?[String(name)]
    {
        found += properties(target, at: path, beside: beside)
    }
    for choice in schema["anyOf"]?.elements ?? [] { found += properties(choice, at: path, beside: beside) }
    if let items = schema["items"] { found += properties(items, at: path + ["[]"], beside: beside + [[]]) }
    if let any = schema["additionalProperties"], any.members != nil {
        found += properties(any, at: path + ["*"], beside: beside + [[]])
    }
    return found
}

@Suite("The schema of policies")
struct SchemaTests {
    @Test("Every key of the schema is decoded, with its example and with its default")
    func examples() throws {
        let all = properties(PolicySchema.json)
        #expect(all.count > 90)
        let directory = try Directory()
        for property in all where property.path != ["guardrun"] {
            for value in (property.schema["examples"]?.elements ?? [])
                + [property.schema["default"]].compactMap({ $0 })
            {
                try directory.write(property.document(value).encoded, to: "policy.yaml")
                let context = Policy.Context(
                    workingDirectory: directory.context.workingDirectory, home: directory.context.home,
                    hasSession: true)
                do throws(PolicyFaults) {
                    _ = try Policy.load(
                        reference: "policy.yaml", settings: [], context: context, checkPattern: checkPattern)
                } catch {
                    Issue.record("\(property.path.joined(separator: ".")): \(error)")
                }
            }
        }
    }

    @Test("Every key has a sentence, an example, and a shape")
    func complete() {
        for property in properties(PolicySchema.json) {
            let name = property.path.joined(separator: ".")
            let sentence = property.schema["description"]?.stringValue ?? ""
            #expect(sentence.hasSuffix("."), "\(name)")
            #expect(property.schema["examples"]?.elements?.isEmpty == false, "\(name)")
            let says = ["type", "enum", "const", "$ref", "anyOf"].contains { property.schema[$0] != nil }
            #expect(says, "\(name)")
        }
    }

    @Test("Every key that a policy can hold is in the schema")
    func known() throws {
        let text = try String(
            contentsOf: projectRoot.appending(path: "fixtures/policy/good/every-key.yaml"), encoding: .utf8)
        let alone = text.replacing("extends: [python-data]\n", with: "")
        let known = Set(properties(PolicySchema.json).map { $0.path })
        func check(_ value: JSON, _ path: [String]) {
            for member in value.members ?? [] {
                let here = path + [member.name]
                #expect(known.contains(here), "\(here.joined(separator: "."))")
                check(member.value, here)
                for item in member.value.elements ?? [] { check(item, here + ["[]"]) }
            }
        }
        check(try policy(alone).document, [])
    }

    @Test("The decoder refuses, mapping by mapping, what the schema has no key for")
    func unknown() throws {
        for property in properties(PolicySchema.json) where property.schema["properties"] != nil {
            let text = property.document(.object([.init("zzz", 1)])).encoded
            let found = try faults(in: String(decoding: text, as: UTF8.self))
            #expect(found.contains { $0.contains("unknown key 'zzz'") }, "\(property.path) \(found)")
        }
    }

    @Test("docs/policy.md is what `guardrun policy schema --format markdown` prints")
    func page() throws {
        let page = try String(contentsOf: projectRoot.appending(path: "docs/policy.md"), encoding: .utf8)
        #expect(page == PolicyReference.page, "write it again: make reference")
    }

    @Test("The policies on the page load")
    func blocks() throws {
        let parts = PolicyReference.page.components(separatedBy: "```yaml\n").dropFirst()
        #expect(parts.count > 6)
        for part in parts {
            let block = part.components(separatedBy: "```")[0]
            guard !block.contains("guardrun: 1") else { continue }
            let directory = try Directory()
            try directory.write("guardrun: 1\n" + block, to: "policy.yaml")
            let context = Policy.Context(
                workingDirectory: directory.context.workingDirectory, home: directory.context.home,
                hasSession: true)
            #expect(throws: Never.self) {
                try Policy.load(
                    reference: "policy.yaml", settings: [], context: context, checkPattern: checkPattern)
            }
        }
    }
}
