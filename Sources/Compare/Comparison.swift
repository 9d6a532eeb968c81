import Policy

/// How one policy stands to another: what the first allows, held against what the second does.
package enum Relation: String, CaseIterable, Sendable {
    case equal, stricter, looser, incomparable, unknown

    /// What single differences come to. Two that are certain and point both ways are `incomparable`, whatever else is
    /// not known.
    package init(of relations: some Sequence<Relation>) {
        let seen = Set(relations)
        let (looser, stricter) = (seen.contains(.looser), seen.contains(.stricter))
        if seen.contains(.incomparable) || looser && stricter {
            self = .incomparable
        } else if seen.contains(.unknown) {
            self = .unknown
        } else {
            self = looser ? .looser : stricter ? .stricter : .equal
        }
    }

    /// The same from the other side.
    package var reversed: Relation {
        switch self {
        case .stricter: .looser
        case .looser: .stricter
        default: self
        }
    }
}

/// Two policies held against each other by what they mean: which acts each allows, and what is written down of them.
/// Names, comments and the order of lists are no part of it.
package struct Comparison: Sendable {
    /// One thing that the policies say differently.
    package struct Difference: Sendable {
        /// The dotted path of keys that it is about: `limits.wall`.
        package let path: String
        /// What each says there, in a few words.
        package let a: String
        package let b: String
        /// A's to B.
        package let relation: Relation
        /// What one allows and the other does not; nil where that is not known.
        package let witness: Attempt?

        init(_ path: String, _ a: String, _ b: String, _ relation: Relation, _ witness: Attempt?) {
            self.path = path
            self.a = a
            self.b = b
            self.relation = relation
            self.witness = witness
        }

        /// The same from the other side.
        var reversed: Difference { Difference(path, b, a, relation.reversed, witness) }
    }

    /// In the order of the document.
    package let differences: [Difference]

    package init(_ a: Policy, _ b: Policy) {
        differences =
            ScanComparison.differences(a.scan, b.scan) + FileComparison(a, b).differences
            + WorkspaceComparison.differences(a.files, b.files)
            + NetworkComparison.differences(a.network, b.network) + SyscallComparison(a, b).differences
            + LimitComparison.differences(a.limits, b.limits)
            + ToolComparison.differences(a.tools, b.tools) + EvidenceComparison.differences(a, b)
            + UnknownKeys.differences(a, b)
    }

    /// A's to B.
    package var relation: Relation { Relation(of: differences.map { $0.relation }) }

    /// Whether B allows something that A does not, or that cannot be told.
    package var isPerhapsLooser: Bool {
        differences.contains { [.stricter, .unknown, .incomparable].contains($0.relation) }
    }

    /// The sections of a policy that are held against each other.
    package static let parts = [
        "scan", "files", "network", "syscalls", "limits", "tools", "require", "audit", "visibility",
    ]

    /// A's to B in one section.
    package func relation(in part: String) -> Relation {
        Relation(
            of: differences.filter { $0.path == part || $0.path.hasPrefix(part + ".") }.map { $0.relation })
    }
}
