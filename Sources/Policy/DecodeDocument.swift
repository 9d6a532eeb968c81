import YAML

/// What a file says about itself; none of it is inherited.
struct Header {
    var name: String?
    /// Names of profiles and paths.
    var extends: [Located<String>] = []
    /// Prefixes of the dotted paths that may become looser than in the base.
    var loosen: [Located<String>] = []
    /// What the policy does about some acts, as whoever wrote it means it.
    var examples: [Policy.Example] = []
}

extension Decoder {
    /// Everything a document grants and limits. `guardrun`, `extends` and `loosen` are left to `header`.
    mutating func policy(_ root: Node) -> Policy {
        var policy = Policy(name: "")
        fields(of: root, as: Section.self, under: "", example: "guardrun: 1") { decoder, section, node in
            switch section {
            case .guardrun, .extends, .loosen, .examples: break
            case .name: policy.name = decoder.name(node) ?? ""
            case .scan: policy.scan = decoder.scan(node)
            case .files: policy.files = decoder.files(node)
            case .network: policy.network = decoder.network(node)
            case .syscalls: policy.syscalls = decoder.syscalls(node)
            case .limits: policy.limits = decoder.limits(node)
            case .tools: policy.tools = decoder.tools(node)
            case .require: policy.require = decoder.require(node)
            case .audit: policy.audit = decoder.audit(node)
            case .visibility:
                policy.visibility = decoder.word(node, "visibility is", as: Visibility.self) ?? .full
            }
        }
        return policy
    }

    /// What a file must say about itself (the version) and may say (what it extends).
    mutating func header(_ root: Node) -> Header {
        var header = Header()
        guard root.pairs != nil else { return header }
        header.name = root[Section.name.rawValue]?.scalar?.text
        if let version = root[Section.guardrun.rawValue] {
            self.version(version)
        } else {
            fault(at: root.mark, "the key guardrun is missing; a policy begins with guardrun: 1")
        }
        if let bases = root[Section.extends.rawValue] {
            header.extends = texts(bases, "extends", wanted: "a profile or a path", example: "[python]")
        }
        if let paths = root[Section.loosen.rawValue] {
            header.loosen = texts(paths, "loosen", wanted: "a path of keys", example: "[limits.wall]")
        }
        if let rows = root[Section.examples.rawValue] { header.examples = examples(rows) }
        return header
    }

    private mutating func examples(_ node: Node) -> [Policy.Example] {
        let example = "{deny: open /etc/shadow r}"
        var examples: [Policy.Example] = []
        for row in list(node, "examples", example: "[\(example)]") {
            let before = examples.count
            let faultsBefore = faults.count
            fields(of: row, as: Action.self, under: "an example", example: example) {
                decoder, action, value in
                guard let act = decoder.text(value, "\(action.rawValue) is", not: "an act") else { return }
                examples.append(Policy.Example(action: action, act: Located(act, at: Origin(value.mark))))
            }
            if examples.count != before + 1, faults.count == faultsBefore {
                fault(at: row.mark, "an example has one act; write \(example)")
            }
        }
        return examples
    }

    private mutating func version(_ node: Node) {
        guard let scalar = node.scalar, scalar.kind == .integer else {
            wrongType(node, "guardrun is", not: "a version number", example: "guardrun: 1")
            return
        }
        guard scalar.text != "1" else { return }
        let found = scalar.text.shown
        fault(
            at: node.mark,
            "guardrun is \(found), a version of the policy language that is not known; write guardrun: 1")
    }

    private mutating func name(_ node: Node) -> String? {
        guard let name = text(node, "name is") else { return nil }
        guard !name.isEmpty, name.utf8.count <= 128, name.shown == name else {
            fault(at: node.mark, "name is '\(name.shown)'; write 1 to 80 characters on one line")
            return nil
        }
        return name
    }

    private mutating func texts(
        _ node: Node, _ name: String, wanted: String, example: String
    ) -> [Located<String>] {
        var texts: [Located<String>] = []
        for item in list(node, name, example: example) {
            if let text = text(item, "\(name) has", not: wanted) {
                texts.append(Located(text, at: Origin(item.mark)))
            }
        }
        return texts
    }
}
