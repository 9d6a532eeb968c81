import Event
import Supervise

/// The lines behind `--events`. No run waits for who reads them, and they take no more memory than `room`: what does not
/// fit is left out, and that is an event, in the trail and, once there is room again, in the stream.
final class EventStream {
    let outlet: Outlet
    private let room: Int
    private var lost: UInt64 = 0
    private var isTelling = false
    /// Puts an event on the record.
    private let record: (Event) -> Void

    /// Bytes that may wait for a slow reader: some ten thousand events.
    static let standardRoom = 4 << 20

    init(_ outlet: Outlet, room: Int = standardRoom, record: @escaping (Event) -> Void) {
        self.outlet = outlet
        self.room = room
        self.record = record
    }

    func put(_ line: [UInt8]) {
        guard outlet.backlog + line.count <= room else {
            lost += 1
            return
        }
        outlet.put(line)
        // Not before there is room for more than the next line: a reader that is slow would be told without end.
        if outlet.backlog <= room / 2 { tell() }
    }

    /// Says how many were left out since that was said last.
    func tell() {
        guard lost > 0, !isTelling else { return }
        let count = lost
        lost = 0
        isTelling = true
        record(
            Event(
                .eventsDropped, .warning,
                "\(count) event\(count == 1 ? " was" : "s were") left out of --events, because nobody read them in time",
                fields: [.init("dropped", .number(count))]))
        isTelling = false
    }
}
