internal import CLinux
import Glibc

/// Signals that arrive as something to read instead of interrupting (signalfd(2)).
package final class SignalQueue {
    package let descriptor: Descriptor
    private let signals: [CInt]

    /// Blocks the signals for this process and queues them, but for those that the caller has this process ignore
    /// (nohup(1), a shell's background jobs).
    package init(_ wanted: [CInt]) throws(SystemError) {
        let signals = wanted.filter { gr_is_ignored($0) == 0 }
        guard unsafe gr_block_signals(signals, signals.count) == 0 else { throw SystemError("sigprocmask") }
        let number = unsafe gr_signalfd(signals, signals.count)
        guard number >= 0 else { throw SystemError("signalfd") }
        descriptor = Descriptor(owning: number)
        self.signals = signals
    }

    /// Lets the signals do what they do to any program while `body` runs, which may wait for long. Those that were
    /// queued before are let through first.
    package func lettingThrough<Result>(_ body: () -> Result) -> Result {
        unsafe _ = gr_unblock_signals(signals, signals.count)
        defer { unsafe _ = gr_block_signals(signals, signals.count) }
        return body()
    }

    /// The next signal that is waiting; nil when none is.
    package func next() -> CInt? {
        // struct signalfd_siginfo begins with the number and is 128 bytes long.
        guard let bytes = try? descriptor.read(atMost: 128), bytes.count == 128 else { return nil }
        return CInt(bytes[0]) | CInt(bytes[1]) << 8
    }
}

/// A pipe whose reader is gone is an error to handle, not a reason to die.
package func ignoreBrokenPipes() { _ = gr_ignore_signal(SIGPIPE) }

/// Ends, or stops, this process by a signal, as if it had not been blocked.
package func raiseByDefault(_ signal: CInt) { _ = gr_raise_default(signal) }

/// Queues a signal again after `raiseByDefault` let it through once.
package func blockAgain(_ signal: CInt) { unsafe _ = gr_block_signals([signal], 1) }

/// Signals a process by its descriptor, which cannot mean another one (pidfd_send_signal(2)).
package func send(_ signal: CInt, to process: borrowing Descriptor) {
    _ = gr_pidfd_send_signal(process.number, signal)
}

/// Makes this process's memory unreadable to other processes of its user, and lets it leave no core; or undoes that
/// (PR_SET_DUMPABLE).
package func setMemoryHidden(_ hidden: Bool) { _ = gr_set_dumpable(hidden ? 0 : 1) }
