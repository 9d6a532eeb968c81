import Linux
import Policy

/// Where a run may connect and listen, with every name already resolved: nothing is looked up while it runs, so an
/// answer that changes later (DNS rebinding) changes nothing.
package struct Destinations: Equatable, Sendable {
    /// A name of the policy and the addresses it had when the run began.
    package struct Pinned: Equatable, Sendable {
        package let name: String
        /// Four or sixteen bytes each.
        package let addresses: [[UInt8]]

        package init(name: String, addresses: [[UInt8]]) {
            self.name = name
            self.addresses = addresses
        }
    }

    struct Entry: Equatable, Sendable {
        let transport: Transport
        let blocks: [AddressBlock]
        let ports: Ports
    }

    package private(set) var pinned: [Pinned] = []
    private var connect: [Entry] = []
    private var listen: [Entry] = []
    package private(set) var connectsAnywhere = false
    package private(set) var listensAnywhere = false
    /// What whoever reads the trail should know: where the names led.
    package private(set) var notes: [String] = []

    package init() {}

    /// Resolves what a policy names.
    ///
    /// - Parameter resolve: tells the addresses of a name.
    package init(
        _ rules: NetworkRules,
        resolve: (String) -> Result<[[UInt8]], ResolutionError> = NameResolution.addresses(of:)
    ) throws(Unenforceable) {
        var faults: [Unenforceable.Fault] = []
        connectsAnywhere = rules.allowsAny
        listensAnywhere = rules.listen.contains { $0.value == .any }
        connect = entries(rules.allow, resolve, &faults)
        listen = entries(rules.listen, resolve, &faults).map {
            Entry(transport: $0.transport, blocks: $0.blocks.flatMap { $0.listening }, ports: $0.ports)
        }
        if !faults.isEmpty { throw Unenforceable(faults: faults) }
        notes = pinned.map { pinned in
            let texts = pinned.addresses.map {
                SocketAddress.text(of: $0) + (isInner($0, of: pinned) ? " (which no name grants)" : "")
            }
            return "\(pinned.name) is \(texts.joined(separator: ", ")) for this run"
        }
    }

    private mutating func entries(
        _ endpoints: [Located<Endpoint>], _ resolve: (String) -> Result<[[UInt8]], ResolutionError>,
        _ faults: inout [Unenforceable.Fault]
    ) -> [Entry] {
        var entries: [Entry] = []
        for endpoint in endpoints {
            guard case .network(let transport, let host, let ports) = endpoint.value else { continue }
            switch host {
            case .block(let block): entries.append(Entry(transport: transport, blocks: [block], ports: ports))
            case .name(let name):
                switch pin(name, resolve) {
                case .failure(let error):
                    faults.append(.init("\(endpoint.origin)", "\(name) cannot be resolved: \(error)"))
                case .success(let pinned):
                    let granted = pinned.addresses.filter { !isInner($0, of: pinned) }
                    entries.append(
                        Entry(transport: transport, blocks: granted.map { AddressBlock($0) }, ports: ports))
                }
            }
        }
        return entries
    }

    /// Each name is asked for once. That of this machine is not asked for at all (RFC 6761 section 6.3).
    private mutating func pin(
        _ name: String, _ resolve: (String) -> Result<[[UInt8]], ResolutionError>
    ) -> Result<Pinned, ResolutionError> {
        if let known = pinned.first(where: { $0.name == name }) { return .success(known) }
        let answer = name == Self.ownName ? .success(Self.ownAddresses) : resolve(name)
        return answer.map { addresses in
            let new = Pinned(name: name, addresses: addresses)
            pinned.append(new)
            return new
        }
    }

    private static let ownName = "localhost"
    private static let ownAddresses: [[UInt8]] = [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]]

    /// Whether a name leads to this machine, to its link or to a cloud's metadata service, which no name grants.
    private func isInner(_ address: [UInt8], of pinned: Pinned) -> Bool {
        pinned.name != Self.ownName && InnerAddresses.contain(address)
    }

    /// Whether anything is granted that a run with a network namespace of its own has to be given.
    package var connectsSomewhere: Bool { !connect.isEmpty }

    /// Whether reaching this address is granted.
    package func allows(_ transport: Transport, _ address: SocketAddress) -> Bool {
        connectsAnywhere
            || Self.has(address, transport, connect) { entry, bytes in
                entry.blocks.contains { $0.grants(bytes) }
            }
    }

    /// Whether listening on this address is granted.
    package func listens(on address: SocketAddress) -> Bool {
        listensAnywhere
            || Self.has(address, .tcp, listen) { entry, bytes in entry.blocks.contains { $0.contains(bytes) }
            }
    }

    private static func has(
        _ address: SocketAddress, _ transport: Transport, _ entries: [Entry],
        _ reaches: (Entry, [UInt8]) -> Bool
    ) -> Bool {
        guard let bytes = address.bytes, let port = address.port else { return false }
        return entries.contains {
            $0.transport == transport && $0.ports.contains(port) && reaches($0, bytes)
        }
    }

    /// The names of the policy that lead to an address.
    package func names(of address: SocketAddress) -> [String] {
        guard let bytes = address.bytes else { return [] }
        return pinned.filter { $0.addresses.contains(bytes) }.map { $0.name }
    }

    /// The addresses that a name has for the run; nil for a name that is not granted.
    package func addresses(of name: String) -> [[UInt8]]? {
        pinned.first { $0.name == name }?.addresses ?? (name == Self.ownName ? Self.ownAddresses : nil)
    }

    /// What the run knows of names: itself and the granted ones (hosts(5)), and a name server that is the supervisor, or
    /// not there at all, so that a question is refused and not a wait (resolv.conf(5)).
    var files: [View.Sealed] {
        let own = Pinned(name: Self.ownName, addresses: Array(Self.ownAddresses.prefix(1)))
        let known = pinned.contains { $0.name == Self.ownName } ? pinned : [own] + pinned
        let hosts = known.flatMap { entry in
            entry.addresses.map { "\(SocketAddress.text(of: $0)) \(entry.name)\n" }
        }.joined()
        let resolver = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"
        return [
            View.Sealed(path: Path("/etc/hosts"), bytes: Array(hosts.utf8), mode: 0o444),
            View.Sealed(path: Path("/etc/resolv.conf"), bytes: Array(resolver.utf8), mode: 0o444),
        ]
    }
}
