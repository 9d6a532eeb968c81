import Policy

/// Whether a mechanism holds in a run, said before it starts and written into its first event.
package struct Enforcement: Equatable, Sendable {
    package enum State: String, Sendable { case enforced, partial, absent }

    package let mechanism: Mechanism
    package let state: State
    /// What is missing, for `partial` and `absent`; else what it is used for.
    package let why: String
    /// It is missing because nothing asks for it, not because the host lacks it.
    package let isUnneeded: Bool

    package init(_ mechanism: Mechanism, _ state: State, _ why: String, isUnneeded: Bool = false) {
        self.mechanism = mechanism
        self.state = state
        self.why = why
        self.isUnneeded = isUnneeded
    }
}

/// A policy that this host cannot hold, or that contradicts itself once paths are settled: the run is refused.
package struct Unenforceable: Error, Equatable, CustomStringConvertible, Sendable {
    package struct Fault: Equatable, CustomStringConvertible, Sendable {
        package let place: String
        package let sentence: String

        package init(_ place: String, _ sentence: String) {
            self.place = place
            self.sentence = sentence
        }

        package var description: String { "\(place): \(sentence)" }
    }

    package let faults: [Fault]
    package init(faults: [Fault]) { self.faults = faults }
    package var description: String { faults.map { $0.description }.joined(separator: "\n") }
}
