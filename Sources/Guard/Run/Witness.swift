import Audit
import Event

/// Passes every event on to the trail and remembers what the report at the end is about.
final class Witness: Recorder {
    /// One kind of refused act, and how often it was tried.
    struct Refusal {
        let event: Event
        var count: Int
    }

    private let trail: Trail
    private(set) var refusals: [Refusal] = []
    private(set) var limits: [Event] = []
    /// Refusals beyond those remembered.
    private(set) var unlisted = 0
    private var places: [String: Int] = [:]
    private static let most = 500

    init(_ trail: Trail) { self.trail = trail }

    func record(_ event: Event, counting: Bool) throws(RecordingError) {
        try trail.record(event, counting: counting)
        switch event.kind {
        case .policyViolation: remember(event)
        case .limitExceeded: limits.append(event)
        default: return
        }
    }

    private func remember(_ event: Event) {
        if let place = places[event.message] {
            refusals[place].count += 1
        } else if refusals.count < Self.most {
            places[event.message] = refusals.count
            refusals.append(Refusal(event: event, count: 1))
        } else {
            unlisted += 1
        }
    }
}
