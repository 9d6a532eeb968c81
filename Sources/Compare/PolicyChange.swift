import Linux
import Policy

/// What a policy would have to say in order to allow something that it refused, tried on the policy itself.
package struct PolicyChange: Sendable {
    package let amendments: [DeniedAct.Amendment]
    /// What the policy allows then and does not now, by a comparison of the two.
    package let loosened: [Comparison.Difference]
    /// Why somebody should think twice, as sentences; empty where nothing is touched that is guarded.
    package let guarded: [String]

    /// The paths that a policy laid over this one has to list under `loosen`.
    package var loosens: [String] {
        loosened.map { $0.path }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}

extension DeniedAct.Amendment {
    /// What `--set` takes.
    package var setting: String { "\(path)=\(flow)" }

    private var flow: String {
        switch value {
        case .adding(let entries): "{+: [\(entries.map(Policy.quoted).joined(separator: ", "))]}"
        case .list(let entries): "[\(entries.map(Policy.quoted).joined(separator: ", "))]"
        case .scalar(let text): text
        }
    }

    /// Several as the lines of a policy: each section once, its keys below it.
    package static func lines(_ amendments: [DeniedAct.Amendment]) -> [String] {
        var lines: [String] = []
        var above: [String] = []
        for amendment in joined(amendments).sorted(by: { $0.path < $1.path }) {
            let keys = amendment.path.split(separator: ".").map(String.init)
            let shared = zip(above, keys).prefix { $0 == $1 }.count
            for depth in shared..<(keys.count - 1) {
                lines.append(String(repeating: "  ", count: depth) + keys[depth] + ":")
            }
            let indent = String(repeating: "  ", count: keys.count - 1)
            lines.append("\(indent)\(keys[keys.count - 1]): \(amendment.flow)")
            above = Array(keys.dropLast())
        }
        return lines
    }

    /// Amendments of the same key as one: their entries together, or the shorter list, which leaves more out.
    package static func joined(_ amendments: [DeniedAct.Amendment]) -> [DeniedAct.Amendment] {
        var joined: [DeniedAct.Amendment] = []
        for amendment in amendments {
            guard let index = joined.firstIndex(where: { $0.path == amendment.path }) else {
                joined.append(amendment)
                continue
            }
            switch (joined[index].value, amendment.value) {
            case (.adding(let old), .adding(let new)):
                joined[index] = .init(amendment.path, .adding(old + new.filter { !old.contains($0) }))
            case (.list(let old), .list(let new)):
                joined[index] = .init(amendment.path, .list(old.filter { new.contains($0) }))
            default: joined[index] = amendment
            }
        }
        return joined
    }
}
