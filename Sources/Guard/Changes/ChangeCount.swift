import Changes

/// Changes in numbers: `2 added, 1 modified`.
enum ChangeCount {
    static func text(_ contents: Kept.Contents) -> String {
        let counts = Change.Kind.allCases.compactMap { kind -> String? in
            let count = contents.changes.count { $0.kind == kind }
            return count == 0 ? nil : "\(count) \(kind == .mode ? "with another mode" : kind.rawValue)"
        }
        let more = contents.isCut ? ", and more than can be listed" : ""
        return (counts.isEmpty ? "nothing" : counts.joined(separator: ", ")) + more
    }
}
