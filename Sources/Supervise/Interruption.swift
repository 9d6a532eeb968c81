import Glibc
import Linux

/// Signals that ask guardrun, and with it a run, to end.
enum Interruption {
    static func isAsked(by signal: Int32) -> Bool {
        switch signal {
        case SIGINT, SIGTERM, SIGHUP, SIGQUIT: true
        default: false
        }
    }
}

extension SignalQueue {
    /// Waits until something can be read from a descriptor; the signal that asks guardrun to end, when one comes first.
    /// What else is sent meanwhile is lost, but for the suspension that a person asks for by key.
    package func ending(before number: CInt) -> Int32? {
        while true {
            var set = PollSet()
            let signal = set.add(descriptor.number)
            let readable = set.add(number)
            set.wait(nanoseconds: nil)
            while set.isReady(signal), let number = next() {
                if Interruption.isAsked(by: number) { return number }
                guard number == SIGTSTP else { continue }
                raiseByDefault(SIGTSTP)
                blockAgain(SIGTSTP)
            }
            if set.isReady(readable) { return nil }
        }
    }
}
