import Policy

/// Where each policy lets a run connect and listen.
///
/// A name stands for itself: two names are two hosts, and a name is no address, whatever they resolve to.
enum NetworkComparison {
    static func differences(_ a: NetworkRules, _ b: NetworkRules) -> [Comparison.Difference] {
        differences("network.allow", a.allow, b.allow, Attempt.connect)
            + differences("network.listen", a.listen, b.listen, Attempt.listen)
    }

    private static func differences(
        _ path: String, _ a: [Located<Endpoint>], _ b: [Located<Endpoint>], _ attempt: (Endpoint) -> Attempt
    ) -> [Comparison.Difference] {
        beyond(path, a, b, attempt) + beyond(path, b, a, attempt).map(\.reversed)
    }

    /// What `a` grants and `b` does not.
    private static func beyond(
        _ path: String, _ a: [Located<Endpoint>], _ b: [Located<Endpoint>], _ attempt: (Endpoint) -> Attempt
    ) -> [Comparison.Difference] {
        let known = Set(b.map(\.value.description))
        if known.contains(Endpoint.any.description) { return [] }
        var said: Set<String> = []
        return a.compactMap { endpoint in
            let text = endpoint.value.description
            guard !known.contains(text), said.insert(text).inserted else { return nil }
            return Comparison.Difference(
                path, text, "not \(text)", .looser,
                attempt(endpoint.value == .any ? elsewhere(known) : endpoint.value))
        }
    }

    /// A destination that is not among those known, at an address that is nobody's (RFC 5737).
    private static func elsewhere(_ known: Set<String>) -> Endpoint {
        let ports = (443...UInt16.max).lazy.map { Endpoint.tcp(host: "192.0.2.1", port: $0) }
        return ports.first { !known.contains($0.description) } ?? .any
    }
}
