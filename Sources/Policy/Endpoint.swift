import Linux

/// A place on the network that a policy names.
package enum Endpoint: Equatable, Sendable {
    case any
    /// `tcp://HOST:PORTS` or `udp://HOST:PORTS`.
    case network(Transport, Host, Ports)
    /// `unix://PATH`: a local socket of the host.
    case unix(Path)
}

extension Endpoint {
    /// Nil for what is more or less than one.
    package var transport: Transport? {
        if case .network(let transport, _, _) = self { transport } else { nil }
    }
}

/// What is carried: connections or datagrams.
package enum Transport: String, CaseIterable, Sendable { case tcp, udp }

/// Ports from 1 to 65535, in the one form that lists them: ascending, without neighbours.
package struct Ports: Equatable, Sendable, CustomStringConvertible {
    package let ranges: [ClosedRange<UInt16>]

    package static let all = Ports([1...UInt16.max])

    package init(_ ranges: [ClosedRange<UInt16>]) {
        var merged: [ClosedRange<UInt16>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    package func contains(_ port: UInt16) -> Bool { ranges.contains { $0.contains(port) } }

    /// `443`, `80,443,8000-8080` or `*`.
    package var description: String {
        if self == .all { return "*" }
        return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }
}
