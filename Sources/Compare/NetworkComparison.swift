import Policy

/// Where each policy lets a run connect and listen.
///
/// A name stands for itself: two names are two hosts, and a name is no address, whatever they resolve to.
enum NetworkComparison {
    static func differences(_ a: NetworkRules, _ b: NetworkRules) -> [Comparison.Difference] {
        differences("network.allow", a.allow, b.allow, listens: false)
            + differences("network.listen", a.listen, b.listen, listens: true)
    }

    private static func differences(
        _ path: String, _ a: [Located<Endpoint>], _ b: [Located<Endpoint>], listens: Bool
    ) -> [Comparison.Difference] {
        beyond(path, a, b, listens: listens) + beyond(path, b, a, listens: listens).map { $0.reversed }
    }

    /// What `a` grants and `b` does not.
    private static func beyond(
        _ path: String, _ a: [Located<Endpoint>], _ b: [Located<Endpoint>], listens: Bool
    ) -> [Comparison.Difference] {
        if a.isEmpty { return [] }
        let known = Reach(b, listens: listens)
        var said: Set<String> = []
        return a.compactMap { endpoint in
            let text = endpoint.value.description
            guard let gap = known.gap(in: endpoint.value), said.insert(text).inserted else { return nil }
            return Comparison.Difference(
                path, text, gap == endpoint.value ? "not \(text)" : "not all of \(text)", .looser,
                listens ? .listen(gap) : .connect(gap))
        }
    }
}
