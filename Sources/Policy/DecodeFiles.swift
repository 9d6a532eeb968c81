import Linux
import YAML

extension Decoder {
    /// `files`
    mutating func files(_ node: Node) -> FileRules {
        var rules = FileRules()
        let example = "files: {read: [.]}"
        fields(of: node, as: FilesKey.self, under: "files", example: example) { decoder, key, value in
            switch key {
            case .read: rules.read = decoder.paths(value, "read", example: "[.]")
            case .write: rules.write = decoder.paths(value, "write", example: "[./out]")
            case .deny: rules.deny = decoder.paths(value, "deny", example: "[~/.ssh]")
            case .exec: rules.exec = decoder.paths(value, "exec", example: "[/usr/bin]")
            case .workspace:
                rules.workspace = decoder.word(value, "workspace is", as: Workspace.self) ?? .direct
            }
        }
        return rules
    }

    private mutating func paths(_ node: Node, _ name: String, example: String) -> [Located<Path>] {
        located(list(node, name, example: example), name, wanted: "a path") {
            [context] text throws(Misread) in
            try context.path(text)
        }
    }

    /// `network`
    mutating func network(_ node: Node) -> NetworkRules {
        var rules = NetworkRules()
        let example = "network: {allow: []}"
        fields(of: node, as: NetworkKey.self, under: "network", example: example) { decoder, key, value in
            switch key {
            case .allow:
                rules.allow = decoder.endpoints(value, "allow", example: "[tcp://example.com:443]") {
                    text throws(Misread) in try Endpoint(parsing: text)
                }
            case .listen:
                rules.listen = decoder.endpoints(value, "listen", example: "[tcp://127.0.0.1:8080]") {
                    text throws(Misread) in try Endpoint(listening: text)
                }
            }
        }
        return rules
    }

    private mutating func endpoints(
        _ node: Node, _ name: String, example: String, read: (String) throws(Misread) -> Endpoint
    ) -> [Located<Endpoint>] {
        let items = list(node, name, example: example)
        return located(items, name, wanted: "an endpoint", example: "tcp://HOST:PORT", read: read)
    }

    /// Each text of a list read by `read`; those that it cannot read are faults.
    mutating func located<Value>(
        _ items: [Node], _ name: String, wanted: String, example: String? = nil,
        read: (String) throws(Misread) -> Value
    ) -> [Located<Value>] {
        var values: [Located<Value>] = []
        for item in items {
            guard let text = text(item, "\(name) has", not: wanted, example: example) else { continue }
            do throws(Misread) {
                values.append(Located(try read(text), at: Origin(item.mark)))
            } catch {
                fault(at: item.mark, "\(name) has '\(text.shown)'\(error.why)")
            }
        }
        return values
    }
}
