import Linux
import YAML

extension Policy {
    /// What relative paths and `~` stand for in a policy. Both paths are absolute.
    package struct Context: Sendable {
        package let workingDirectory: Path
        package let home: Path
        /// Whether keys that only a session enforces may be there.
        package let hasSession: Bool

        package init(workingDirectory: Path, home: Path, hasSession: Bool = false) {
            self.workingDirectory = workingDirectory
            self.home = home
            self.hasSession = hasSession
        }
    }

    /// An act that a document names with what its policy does about it; `guardrun policy check` decides them.
    package struct Example: Sendable {
        package let action: Action
        /// As `guardrun policy test` reads it.
        package let act: Located<String>
    }

    /// A policy and where it comes from.
    package struct Loaded: Sendable {
        package let policy: Policy
        /// What is odd but no error, in the order of faults.
        package let warnings: [Fault]
        /// The documents that were composed, the first base first, the named one and then the settings last.
        package let chain: [String]
        /// What the named document says that its policy decides; only read where it is asked for.
        package let examples: [Example]
        /// What the named document lets be looser than its bases.
        package let loosen: [Located<String>]
        /// The composed document.
        let root: Node
        /// What its relative paths mean.
        let context: Context

        /// Where the value at a dotted path of keys (`limits.wall`) was written; `nil` when no document has
        /// it.
        package func origin(of path: String) -> Origin? {
            var node = root
            for key in path.split(separator: ".") {
                guard let next = node[String(key)] else { return nil }
                node = next
            }
            return Origin(node.mark)
        }
    }

    /// Reads a policy, composes it with what it extends, and lays the settings over it.
    ///
    /// - Parameters:
    ///   - reference: the name of a shipped profile, or the path of a file: what holds a `/` or ends in
    ///     `.yaml` or `.yml` is a path, and so is a name that no profile has when there is such a file.
    ///   - settings: what followed each `--set`, `limits.wall=30s`: the operator's own word, which may
    ///     loosen.
    ///   - checkPattern: why a pattern does not compile; `nil` when it does.
    ///   - readsExamples: whether a profile's examples are read.
    /// - Throws: everything that is wrong, in all documents at once.
    package static func load(
        reference: String, settings: [String], context: Context, checkPattern: @escaping (Pattern) -> String?,
        readsExamples: Bool = false
    ) throws(PolicyFaults) -> Loaded {
        var loader = Loader(context: context, checkPattern: checkPattern, readsExamples: readsExamples)
        let composition = loader.compose(reference)
        let overlays = settings.compactMap { loader.setting($0) }
        guard loader.faults.isEmpty, let composition else { throw loader.faultsInOrder }
        let root = overlays.reduce(composition.root) { $0.merged(with: $1.root) }
        var policy = loader.decode(root)
        policy.name = overlays.last { $0.root["name"] != nil }?.root["name"]?.scalar?.text ?? composition.name
        guard loader.faults.isEmpty else { throw loader.faultsInOrder }
        return Loaded(
            policy: policy, warnings: loader.warnings,
            chain: composition.chain + overlays.map { $0.origin.file },
            examples: composition.examples, loosen: composition.loosen, root: root,
            context: context)
    }
}
