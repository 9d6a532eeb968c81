/// Everything that a list of endpoints lets a run reach, or be reached on.
struct Reach {
    private let isEverything: Bool
    private let texts: Set<String>
    private let places: [Place]
    private let listens: Bool

    private struct Place {
        let transport: Transport
        let host: Host
        let ports: Ports
    }

    /// - Parameter listens: whether the endpoints are to listen on, where other addresses include each other.
    init(_ endpoints: [Located<Endpoint>], listens: Bool) {
        isEverything = endpoints.contains { $0.value == .any }
        texts = Set(endpoints.map(\.value.description))
        places = endpoints.compactMap {
            guard case .network(let transport, let host, let ports) = $0.value else { return nil }
            return Place(transport: transport, host: host, ports: ports)
        }
        self.listens = listens
    }

    /// Whether all that this endpoint reaches is reached by the list. What a name leads to is not known: only itself
    /// and everything reach it.
    func contains(_ endpoint: Endpoint) -> Bool {
        // `any` shares the host's network, not its files: a local socket is granted by itself.
        if texts.contains(endpoint.description) { return true }
        guard case .network(let transport, let host, let ports) = endpoint else { return false }
        if isEverything { return true }
        let near = places.filter { $0.transport == transport }
        return ports.ranges.allSatisfy { range in
            Self.starts(range, near).allSatisfy { port in
                covers(host, near.filter { $0.ports.contains(port) }.map(\.host))
            }
        }
    }

    /// The ports of a range at which the list may begin or cease to reach something.
    private static func starts(_ range: ClosedRange<UInt16>, _ places: [Place]) -> Set<UInt16> {
        var starts: Set<UInt16> = [range.lowerBound]
        for other in places.lazy.flatMap(\.ports.ranges) {
            if range.contains(other.lowerBound) { starts.insert(other.lowerBound) }
            if other.upperBound < range.upperBound, range.contains(other.upperBound + 1) {
                starts.insert(other.upperBound + 1)
            }
        }
        return starts
    }

    private func covers(_ host: Host, _ others: [Host]) -> Bool {
        let blocks = others.flatMap { host -> [AddressBlock] in
            guard case .block(let block) = host else { return [] }
            return listens ? block.listening : [block]
        }
        switch host {
        case .name(let name):
            // A name leads to no inner address, but for this one.
            let isAnywhere = !listens && name != "localhost"
            return others.contains(host)
                || isAnywhere && AddressBlock.everywhere.allSatisfy { $0.isCovered(by: blocks) }
        case .block(let block):
            return listens
                ? block.listening.allSatisfy { $0.isCovered(by: blocks) } : block.isGranted(by: blocks)
        }
    }
}
