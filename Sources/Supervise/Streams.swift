import Glibc
import Linux

/// The run's standard streams as far as they pass through the supervisor: because they are counted, or because the
/// run has a terminal of its own. Otherwise the program has the caller's own descriptors and there is nothing here.
package final class Streams {
    private let relays: [Relay]
    private let terminal: TerminalRelay?
    private let events: Outlet?
    private var places: [Int?] = []
    private var eventsPlace: Int?

    /// - Parameters:
    ///   - output: the reading ends of pipes that are the program's standard output and error.
    ///   - terminal: the master of the program's terminal.
    ///   - events: where the operator reads events as they happen.
    package init(
        output: consuming Descriptor?, error: consuming Descriptor?, terminal: TerminalRelay?, events: Outlet?
    ) {
        var relays: [Relay] = []
        if let output { relays.append(Relay(from: output, to: 1)) }
        if let error { relays.append(Relay(from: error, to: 2)) }
        self.relays = relays
        self.terminal = terminal
        self.events = events
    }

    func register(_ set: inout PollSet) {
        places = relays.map { $0.register(&set) }
        terminal?.register(&set)
        eventsPlace = events.flatMap { $0.isIdle ? nil : set.add($0.pollNumber, writing: true) }
    }

    /// Moves what is ready; true when the run wrote something.
    func move(_ set: PollSet, _ meter: inout OutputMeter) -> Bool {
        let before = meter.total
        for (relay, place) in zip(relays, places) where set.isReady(place) { relay.move(&meter) }
        terminal?.move(set, &meter)
        if set.isReady(eventsPlace) { events?.flush() }
        return meter.total > before
    }

    /// Passes on what is left after the last process has ended, for as long as somebody reads it.
    ///
    /// - Parameters:
    ///   - deadline: when to give up on a reader that does not read; nil for a run that ended by itself.
    ///   - signals: those sent to guardrun; one that asks it to end is obeyed, because the run is gone.
    func drain(_ meter: inout OutputMeter, until deadline: UInt64?, _ signals: SignalQueue) {
        var isAsked = false
        while !isAsked, relays.contains(where: { !$0.isDone }) || terminal?.isDone == false {
            let now = Clock.monotonic
            if let deadline, now >= deadline { break }
            var set = PollSet()
            let signal = set.add(signals.descriptor.number)
            register(&set)
            set.wait(nanoseconds: deadline.map { $0 - now })
            _ = move(set, &meter)
            if set.isReady(signal) {
                while let number = signals.next() {
                    isAsked = isAsked || Interruption.isAsked(by: number)
                }
            }
        }
        terminal?.close()
    }

    /// Takes over the size of the caller's terminal; false when the run has none.
    func resize() -> Bool {
        terminal?.resize()
        return terminal != nil
    }
}
