import Event
import Policy

/// What two policies say differently under keys that no comparison knows: that is not equal, and which is looser nobody
/// can tell. It stands guard for keys that are new.
enum UnknownKeys {
    private static let compared: Set<String> = [
        "guardrun", "name", "scan.patterns", "scan.threats", "scan.confidence", "files.read", "files.write",
        "files.deny", "files.exec", "files.workspace", "network.allow", "network.listen", "syscalls.profile",
        "syscalls.allow",
        "syscalls.deny", "syscalls.on_violation", "tools.allow", "tools.approve", "tools.rules", "require",
        "audit.denials", "audit.code", "audit.max_bytes", "visibility",
        // Grants nothing and refuses nothing.
        "audit.checkpoints",
    ]

    static func differences(_ a: Policy, _ b: Policy) -> [Comparison.Difference] {
        let (ours, theirs) = (leaves(a), leaves(b))
        let paths = (ours + theirs).map { $0.path }.reduce(into: [String]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        return paths.compactMap { path in
            let (a, b) = (ours.first { $0.path == path }?.text, theirs.first { $0.path == path }?.text)
            guard a != b else { return nil }
            return Comparison.Difference(path, a ?? "not said", b ?? "not said", .unknown, nil)
        }
    }

    /// The keys that are not known here, with their values. Limits are all known by name.
    private static func leaves(_ policy: Policy) -> [(path: String, text: String)] {
        let limits = Set(Policy::Limit.allCases.map { $0.rawValue } + SessionCap.allCases.map { $0.rawValue })
        var found: [(path: String, text: String)] = []
        for section in policy.document.members ?? [] where !compared.contains(section.name) {
            guard let members = section.value.members else {
                found.append((section.name, String(decoding: section.value.encoded, as: UTF8.self)))
                continue
            }
            for member in members {
                let path = "\(section.name).\(member.name)"
                if compared.contains(path) || section.name == "limits" && limits.contains(member.name) {
                    continue
                }
                found.append((path, String(decoding: member.value.encoded, as: UTF8.self)))
            }
        }
        let others = policy.limits.session.map { $0.value }.filter { text in
            !limits.contains(String(text.prefix { $0 != ":" }))
        }
        return found + others.map { ("limits.\($0.prefix { $0 != ":" })", $0) }
    }
}
