import Foundation
import Linux
import Policy

@testable import Compare

/// A directory outside /tmp, of which every run has one of its own, with a few levels of directories, files and links.
final class World {
    let root: Path
    /// What policies and acts name: existing paths, some by way of links or `..`.
    let paths: [String]

    init() throws {
        let url = URL(filePath: "/var/tmp/guardrun-compare-\(UUID().uuidString)")
        var paths: [String] = []
        for a in ["a", "b"] {
            for b in ["a", "b", "ab"] {
                let directory = url.appending(path: "\(a)/\(b)")
                try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
                try Data().write(to: directory.appending(path: "f"))
                try Data().write(to: directory.appending(path: "g"))
                paths += ["\(a)/\(b)", "\(a)/\(b)/f", "\(a)/\(b)/g", "b/../\(a)/\(b)"]
            }
            paths.append(a)
        }
        for (link, target) in [("toA", "a"), ("toF", "a/b/f"), ("toTo", "toA/b")] {
            try FileManager.default.createSymbolicLink(
                atPath: url.appending(path: link).path, withDestinationPath: target)
            paths.append(link)
        }
        root = Path(url.path)
        self.paths = paths
    }

    deinit { try? FileManager.default.removeItem(atPath: root.description) }

    var context: Policy.Context { Policy.Context(workingDirectory: root, home: root, hasSession: true) }

    /// What a document comes to.
    func policy(_ text: String) throws -> Policy {
        let file = root.appending("policy-\(UUID().uuidString).yaml").description
        try Data("guardrun: 1\n\(text)\n".utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        return try Policy.load(reference: file, settings: [], context: context, checkPattern: { _ in nil })
            .policy
    }

    func trial(_ policy: Policy) throws -> Trial {
        try Trial(policy)
    }

    /// The comparison of two documents.
    func compare(_ a: String, _ b: String) throws -> Comparison { Comparison(try policy(a), try policy(b)) }
}
