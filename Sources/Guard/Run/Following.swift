import Glibc
import Linux
import Supervise

/// Work that a copy of this process does, because whoever supervises a run gives up what others need.
enum Following {
    /// Nil in the copy.
    ///
    /// - Parameter what: what cannot be started, when there is no copy.
    static func fork(or what: String) -> Follower? {
        do throws(SystemError) {
            return try Follower.make()
        } catch {
            fail("\(what) cannot be started: \(error)")
        }
    }

    /// Passes signals on until it has ended; its exit status.
    static func wait(for follower: borrowing Follower, passingOn signals: SignalQueue) -> Int32 {
        while true {
            var set = PollSet()
            let signal = set.add(signals.descriptor.number)
            let end = set.add(follower.handle.number)
            set.wait(nanoseconds: nil)
            if set.isReady(signal) { while let number = signals.next() { send(number, to: follower.handle) } }
            if set.isReady(end) { return follower.reap() }
        }
    }
}
