import Event
import Linux
import Policy
import Sandbox
import Scan

/// The smallest readable policy for what a run did: an extension of `strict`.
struct LearnedPolicy {
    /// An entry of a list, and why nobody should grant it unseen; nil where there is nothing to ask.
    struct Entry {
        /// The list, by its path of keys.
        let key: String
        let text: String
        let doubt: String?
    }

    let name: String
    private(set) var entries: [Entry] = []
    private var limits: [(name: String, text: String)] = []
    private var threats: [Threat] = []

    init(
        _ observed: Observed, _ command: Command, context: Policy.Context, earlier: [Policy],
        names: (String) -> [String]
    ) {
        name = Self.name(command, observed)
        let files = LearnedFiles(observed, command, context: context, earlier: earlier.map { $0.files })
        let granted = Set(earlier.flatMap { Self.paths($0) })
        for (key, paths) in [
            ("files.read", files.read), ("files.write", files.write), ("files.exec", files.execute),
        ] {
            entries += paths.map { path in
                let doubt = granted.contains(path) ? nil : Self.doubt(path, key, context)
                return Entry(key: key, text: context.written(path), doubt: doubt)
            }
        }
        entries += files.deny.map { Entry(key: "files.deny", text: context.written($0), doubt: nil) }
        entries += LearnedNetwork(observed, earlier: earlier.map { $0.network }, names: names).entries
        let calls = observed.refusedCalls.filter { !SyscallTable.isUnsafe($0) }
        let known = earlier.flatMap { $0.syscalls.allow.map { $0.value } }
        entries += (known + calls.filter { !known.contains($0) }).map {
            Entry(key: "syscalls.allow", text: $0, doubt: nil)
        }
        limits = LearnedLimits(observed, context, earlier: earlier.map { $0.limits }).rows
        threats = Threat.allCases.filter { threat in
            observed.threats.contains(threat)
                || earlier.contains { $0.scan.action(for: threat, .block) < .ask }
        }
    }

    private static func paths(_ policy: Policy) -> [Path] {
        (policy.files.read + policy.files.write + policy.files.exec).map { $0.value }
    }

    /// Why a path is not granted without a question.
    private static func doubt(_ path: Path, _ key: String, _ context: Policy.Context) -> String? {
        let place = (try? Settled(path).path) ?? path
        if SecretPlace.holds(path) || SecretPlace.holds(place) { return "secrets are kept there" }
        let isWork = context.workingDirectory.contains(place) && !context.isBroad(context.workingDirectory)
        if isWork { return nil }
        if context.home.contains(place) || Path("/home").contains(place) {
            return "it is in a home directory"
        }
        let isDirectory = (try? place.status())?.kind == .directory
        if isDirectory, context.isBroad(place) { return "it is everything in \(place)" }
        let first = place.components.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
        if key == "files.write", ["bin", "boot", "etc", "lib", "lib64", "sbin", "sys", "usr"].contains(first)
        {
            return "it is a part of the system"
        }
        return nil
    }

    /// After the script, or for want of one the program.
    private static func name(_ command: Command, _ observed: Observed) -> String {
        let path = observed.scanned.first.flatMap { (try? $0.status()) != nil ? $0 : nil } ?? command.program
        let word = path.name.split(separator: ".").first.map(String.init) ?? ""
        let isPlain = word.utf8.allSatisfy {
            (0x30...0x7A).contains($0) && ($0 | 0x20 >= 0x61 || $0 <= 0x39) || $0 == 0x2D
        }
        return isPlain && !word.isEmpty ? word : "learned"
    }

    // MARK: The document

    /// - Parameters:
    ///   - head: comment lines.
    ///   - isGranted: whether an entry with a doubt is granted all the same.
    func text(head: [String], isGranted: (Entry) -> Bool) -> String {
        var granted: [Entry] = []
        var left: [Entry] = []
        for entry in entries {
            if entry.doubt == nil || isGranted(entry) { granted.append(entry) } else { left.append(entry) }
        }
        var lines = head.map { "# \($0)" } + ["guardrun: 1", "name: \(name)", "extends: [strict]"]
        let loosened =
            granted.map { $0.key }.filter { $0 != "files.deny" }
            + threats.map { "scan.threats.\($0.rawValue)" }
            + limits.map { "limits.\($0.name)" }
        if !loosened.isEmpty { lines.append("loosen: [\(Self.distinct(loosened).joined(separator: ", "))]") }
        if !threats.isEmpty {
            lines += ["scan:", "  threats:"] + threats.map { "    \($0.rawValue): warn" }
        }
        lines += Self.lists(granted)
        if !limits.isEmpty { lines += ["limits:"] + limits.map { "  \($0.name): \($0.text)" } }
        if !left.isEmpty {
            lines.append(
                "# Left out, because nobody said yes. To grant one, move it up and name its list under `loosen`:"
            )
            lines += Self.lists(left).map { "# \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Each list once, in the order of the reference.
    private static func lists(_ entries: [Entry]) -> [String] {
        var lines: [String] = []
        var section = ""
        for key in distinct(entries.map { $0.key }) {
            let keys = key.split(separator: ".").map(String.init)
            if keys[0] != section { lines.append("\(keys[0]):") }
            section = keys[0]
            lines.append("  \(keys[1]):")
            for entry in entries where entry.key == key {
                lines.append("    - \(Policy.quoted(entry.text))" + (entry.doubt.map { "  # \($0)" } ?? ""))
            }
        }
        return lines
    }

    private static func distinct(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
