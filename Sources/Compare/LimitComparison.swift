import Policy

/// Limits are ordered: less is stricter, and none is the loosest.
enum LimitComparison {
    static func differences(_ a: Limits, _ b: Limits) -> [Comparison.Difference] {
        Limit.allCases.compactMap { limit in
            let (ours, theirs) = (a[limit], b[limit])
            guard ours != theirs else { return nil }
            let isLooser = ours ?? .max > theirs ?? .max
            return Comparison.Difference(
                "limits.\(limit.rawValue)", limit.text(ours), limit.text(theirs),
                isLooser ? .looser : .stricter,
                .use(limit, between(ours, theirs)))
        }
            + SessionCap.allCases.compactMap { cap -> Comparison.Difference? in
                let (ours, theirs) = (a.sessionCaps[cap], b.sessionCaps[cap])
                guard ours != theirs else { return nil }
                return Comparison.Difference(
                    "limits.\(cap.rawValue)", cap.text(ours), cap.text(theirs),
                    ours ?? .max > theirs ?? .max ? .looser : .stricter, .cap(cap, between(ours, theirs)))
            }
    }

    /// An amount that only the larger one allows: the larger itself, or just more than the smaller where the larger has
    /// no end.
    static func between(_ a: UInt64?, _ b: UInt64?) -> UInt64 {
        guard let a else { return (b ?? 0) + 1 }
        guard let b else { return a + 1 }
        return max(a, b)
    }
}
