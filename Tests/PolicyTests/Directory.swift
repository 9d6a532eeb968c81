import Foundation
import Linux
import Policy

/// The root of the project.
let projectRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A pattern checker that knows one bad pattern.
func checkPattern(_ pattern: Policy::Pattern) -> String? {
    pattern.form.text == "(bad" ? "missing )" : nil
}

/// A directory to load policies from, which goes away with its last user.
final class Directory {
    let url: URL
    private let isTemporary: Bool

    /// An empty one.
    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID().uuidString)")
        isTemporary = true
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// One of the project's.
    init(_ path: String) {
        url = projectRoot.appending(path: path)
        isTemporary = false
    }

    deinit {
        if isTemporary { try? FileManager.default.removeItem(at: url) }
    }

    var context: Policy.Context {
        Policy.Context(workingDirectory: Path(url.path).normalised, home: Path("/home/u"))
    }

    func write(_ text: String, to name: String) throws {
        try write(Array(text.utf8), to: name)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func load(_ reference: String, _ settings: [String] = []) throws(PolicyFaults) -> Policy.Loaded {
        try Policy.load(
            reference: reference, settings: settings, context: context, checkPattern: checkPattern)
    }

    /// The faults of a policy, a line each; what it loads to when there are none.
    func faults(_ reference: String, _ settings: [String] = []) -> [String] {
        do throws(PolicyFaults) {
            return ["loaded: \(try load(reference, settings).yaml)"]
        } catch {
            return error.faults.map(\.description)
        }
    }
}

/// The faults of one document that stands alone in `policy.yaml`, without the file's name.
func faults(in text: String) throws -> [String] {
    let directory = try Directory()
    try directory.write(text, to: "policy.yaml")
    return directory.faults("policy.yaml").map {
        $0.hasPrefix("policy.yaml:") ? String($0.dropFirst("policy.yaml:".count)) : $0
    }
}

/// What one document that stands alone loads to.
func policy(_ text: String) throws -> Policy {
    let directory = try Directory()
    try directory.write(text, to: "policy.yaml")
    return try directory.load("policy.yaml").policy
}
