internal import CLinux
import Glibc

/// Descriptors to wait on together (ppoll(2)). It is filled anew for each wait, which costs nothing for a handful.
package struct PollSet {
    private var entries: [pollfd] = []

    package init() {}

    package mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Waits for `number` to be readable, or writable; returns the place to ask for the answer.
    package mutating func add(_ number: CInt, writing: Bool = false) -> Int {
        entries.append(pollfd(fd: number, events: Int16(writing ? POLLOUT : POLLIN), revents: 0))
        return entries.count - 1
    }

    /// Returns when one is ready, a signal arrives or the time is over; nil waits without end.
    package mutating func wait(nanoseconds: UInt64?) {
        let time = nanoseconds.map { Int64(clamping: $0) } ?? -1
        let ready = unsafe gr_poll(&entries, entries.count, time)
        // After an error nothing was filled in.
        if ready < 0 { for index in entries.indices { entries[index].revents = 0 } }
    }

    /// Readable or writable, or at its end.
    package func isReady(_ place: Int?) -> Bool { place.map { entries[$0].revents != 0 } ?? false }

    /// At its end, with nothing left to read.
    package func isOver(_ place: Int?) -> Bool {
        place.map {
            entries[$0].revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
                && entries[$0].revents & Int16(POLLIN) == 0
        } ?? false
    }
}
