import Linux
import YAML

extension Policy.Context {
    /// Whether a grant of that directory would be one of many things that have nothing to do with each other: the root,
    /// what lies right below it, a home, what holds homes, or the configuration in one.
    package func isBroad(_ path: Path) -> Bool {
        if path.components.count <= 1 || path.contains(home) { return true }
        let shared = [".config", ".local", ".local/share", ".local/state", ".cache"].map {
            home.appending($0)
        }
        return (shared + Self.shared).contains(path)
    }

    private static let shared = [
        "/usr/local", "/usr/share", "/usr/lib", "/var/lib", "/var/cache", "/var/log",
    ]
    .map { Path($0) }

    /// The path as a policy would write it: relative to the working directory, or to the home.
    package func written(_ path: Path) -> String {
        func below(_ directory: Path, _ prefix: String) -> String? {
            guard !directory.isRoot, directory.contains(path) else { return nil }
            let rest = path.bytes.dropFirst(directory.bytes.count + 1)
            return rest.isEmpty ? prefix : prefix + "/" + String(decoding: rest, as: UTF8.self)
        }
        return below(workingDirectory, ".") ?? below(home, "~") ?? path.description
    }
}

extension Policy {
    /// Text as a document has it, in quotes where it could be read as something else.
    package static func quoted(_ text: String) -> String { quote(text) }
}
