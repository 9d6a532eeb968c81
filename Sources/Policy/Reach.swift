/// Everything that a list of endpoints lets a run reach, or be reached on.
package struct Reach {
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
    package init(_ endpoints: [Located<Endpoint>], listens: Bool) {
        isEverything = endpoints.contains { $0.value == .any }
        texts = Set(endpoints.map { $0.value.description })
        places = endpoints.compactMap {
            guard case .network(let transport, let host, let ports) = $0.value else { return nil }
            return Place(transport: transport, host: host, ports: ports)
        }
        self.listens = listens
    }

    /// A destination that the endpoint reaches and the list does not, if there is one: a name or one address, with one
    /// port. What a name leads to is not known, so only itself and everything reach it.
    package func gap(in endpoint: Endpoint) -> Endpoint? {
        // `any` shares the host's network, not its files: a local socket is granted by itself.
        if texts.contains(endpoint.description) { return nil }
        guard case .network(let transport, let host, let ports) = endpoint else {
            return endpoint == .any ? elsewhere : endpoint
        }
        if isEverything { return nil }
        let near = places.filter { $0.transport == transport }
        for range in ports.ranges {
            for port in Self.starts(range, near) {
                let others = near.filter { $0.ports.contains(port) }.map { $0.host }
                if let host = gap(in: host, others) { return .network(transport, host, Ports([port...port])) }
            }
        }
        return nil
    }

    /// A destination that is not in the list, if possible at an address that is nobody's (RFC 5737) and else one that
    /// belongs to no block.
    private var elsewhere: Endpoint {
        for address: [UInt8] in [[192, 0, 2, 1], [127, 0, 0, 1], [169, 254, 169, 254]] {
            for transport in listens ? [.tcp] : Transport.allCases {
                let all = Endpoint.network(
                    transport, .block(AddressBlock(address)), Ports([443...UInt16.max]))
                if let found = gap(in: all) { return found }
            }
        }
        return .any
    }

    /// The ports of a range at which the list may begin or cease to reach something.
    private static func starts(_ range: ClosedRange<UInt16>, _ places: [Place]) -> [UInt16] {
        var starts: Set<UInt16> = [range.lowerBound]
        for other in places.lazy.flatMap({ $0.ports.ranges }) {
            if range.contains(other.lowerBound) { starts.insert(other.lowerBound) }
            if other.upperBound < range.upperBound, range.contains(other.upperBound + 1) {
                starts.insert(other.upperBound + 1)
            }
        }
        return starts.sorted()
    }

    private func gap(in host: Host, _ others: [Host]) -> Host? {
        let blocks = others.flatMap { host -> [AddressBlock] in
            guard case .block(let block) = host else { return [] }
            return listens ? block.listening : [block]
        }
        switch host {
        case .name(let name):
            // A name leads to no inner address, but for this one.
            let isAnywhere = !listens && name != "localhost"
            let isCovered =
                others.contains(host)
                || isAnywhere && AddressBlock.everywhere.allSatisfy { $0.gap(beside: blocks) == nil }
            return isCovered ? nil : host
        case .block(let block):
            let gap =
                listens
                ? block.listening.lazy.compactMap { $0.gap(beside: blocks) }.first
                : block.grantedGap(beside: blocks)
            return gap.map(Host.block)
        }
    }
}
