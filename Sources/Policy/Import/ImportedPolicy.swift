import YAML

/// A policy of another tool as one of guardrun's, and what became of each thing that it said.
package struct ImportedPolicy: Equatable, Sendable {
    /// What became of one field.
    package struct Row: Equatable, Sendable {
        package let field: String
        /// The key of the policy that holds it now; nil where none does.
        package let key: String?
        package let sentence: String
    }

    /// The policy, as a document.
    package let text: String
    /// In the order of the source.
    package let rows: [Row]
}

/// Puts an imported policy together, key by key. It extends nothing: what the other tool does not limit is not limited.
struct ImportedDocument {
    private let source: String
    var name: String?
    private var lists: [(key: String, entries: [String])] = []
    private var scalars: [(key: String, text: String)] = []
    private var rows: [ImportedPolicy.Row] = []

    /// - Parameter source: what it was, for the comment at the head: `a bubblewrap command line`.
    init(of source: String) { self.source = source }

    /// Adds an entry to a list, and says so.
    mutating func add(_ entry: String, to key: String, for field: String, _ sentence: String = "kept") {
        let index = lists.firstIndex { $0.key == key } ?? lists.endIndex
        if index == lists.endIndex { lists.append((key, [])) }
        if !lists[index].entries.contains(entry) { lists[index].entries.append(entry) }
        rows.append(.init(field: field, key: key, sentence: sentence))
    }

    /// Takes an entry back that something later contradicts.
    mutating func remove(_ entry: String, from key: String) {
        guard let index = lists.firstIndex(where: { $0.key == key }) else { return }
        lists[index].entries.removeAll { $0 == entry }
    }

    func entries(of key: String) -> [String] { lists.first { $0.key == key }?.entries ?? [] }

    mutating func set(_ key: String, _ text: String, for field: String, _ sentence: String = "kept") {
        scalars.removeAll { $0.key == key }
        scalars.append((key, text))
        rows.append(.init(field: field, key: key, sentence: sentence))
    }

    /// Says why something is nowhere in the policy.
    mutating func leave(_ field: String, _ sentence: String) {
        rows.append(.init(field: field, key: nil, sentence: sentence))
    }

    /// The same for what makes a difference.
    mutating func cannot(_ field: String, _ sentence: String) {
        leave(field, "CANNOT carry over: \(sentence)")
    }

    var imported: ImportedPolicy {
        var lines = ["# Imported from \(source).", "guardrun: 1"]
        if let name, !name.isEmpty, name.utf8.count <= 128, name.shown == name {
            lines.append("name: \(quote(name))")
        }
        for section in Section.allCases {
            let prefix = section.rawValue + "."
            var body: [String] = []
            for (key, text) in scalars where key.hasPrefix(prefix) {
                body.append("  \(key.dropFirst(prefix.utf8.count)): \(text)")
            }
            for (key, entries) in lists where key.hasPrefix(prefix) && !entries.isEmpty {
                body.append("  \(key.dropFirst(prefix.utf8.count)):")
                body += entries.map { "    - \(quote($0))" }
            }
            if !body.isEmpty { lines += ["\(section.rawValue):"] + body }
        }
        return ImportedPolicy(text: lines.joined(separator: "\n") + "\n", rows: rows)
    }
}

extension ImportedDocument {
    /// A path as a policy writes it, with what other tools call the home and the working directory; nil for a pattern or
    /// a variable that only they know, which is said.
    mutating func path(_ text: String, for field: String) -> String? {
        var path = text
        for (name, place) in Self.variables {
            for form in ["$" + name, "${" + name + "}"] where path == form || path.hasPrefix(form + "/") {
                path = place + path.dropFirst(form.utf8.count)
            }
        }
        if path == "$(pwd)" || path == "`pwd`" { path = "." }
        if path.utf8.contains(where: { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B }) {
            cannot(field, "'\(text.shown)' is a pattern, and a path here is none; name the directory")
            return nil
        }
        if path.utf8.contains(where: { $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "`") }) {
            cannot(field, "what '\(text.shown)' stands for is not known here")
            return nil
        }
        if path.isEmpty || path.utf8.contains(0) {
            cannot(field, "'\(text.shown)' is no path")
            return nil
        }
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        let isPlain = path.hasPrefix("/") || path.hasPrefix("~") || path.hasPrefix(".")
        return isPlain ? path : "./" + path
    }

    private static let variables = [
        ("HOME", "~"), ("PWD", "."), ("WORKDIR", "."), ("XDG_CONFIG_HOME", "~/.config"),
        ("XDG_CACHE_HOME", "~/.cache"), ("XDG_DATA_HOME", "~/.local/share"),
        ("XDG_STATE_HOME", "~/.local/state"), ("TMPDIR", "/tmp"),
    ]

    /// A destination of connections as a policy writes it; nil where it has none, which is said.
    mutating func destination(_ text: String, port: String = "*", for field: String) -> String? {
        if text.utf8.contains(UInt8(ascii: "*")) {
            cannot(field, "'\(text.shown)' is a wildcard; list each host")
            return nil
        }
        do throws(Misread) {
            return try Endpoint(parsing: "tcp://\(text):\(port)").description
        } catch {
            cannot(field, "'\(text.shown)'\(error.why)")
            return nil
        }
    }
}
