import Glibc
import Linux

/// One of guardrun's own output streams, written without ever waiting: a reader that is slow must not keep the
/// supervisor from its work.
package final class Outlet {
    private let descriptor: Descriptor
    /// A socket cannot be opened again, but each send can be told not to wait.
    private let isSocket: Bool
    private static let withoutWaiting = CInt(MSG_DONTWAIT | MSG_NOSIGNAL)
    private var waiting: [UInt8] = []
    private var written = 0
    package private(set) var isBroken = false

    /// - Parameter number: 1 or 2. Pipes and terminals are opened again, so that not waiting is a property of
    ///   this use and not of a stream that the caller's shell shares; files never wait.
    package init(_ number: CInt) {
        let kind = (try? Path("/proc/self/fd/\(number)").status())?.kind
        isSocket = kind == .socket
        let again = try? Descriptor.open(Path("/proc/self/fd/\(number)"), O_WRONLY | O_NONBLOCK | O_NOCTTY)
        if kind != .regular, let again {
            descriptor = again
        } else {
            descriptor = Descriptor(owning: dup(number))
        }
    }

    /// Takes over a descriptor of guardrun's own, such as a file for events.
    package init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
        isSocket = false
    }

    package var isIdle: Bool { written == waiting.count || isBroken }
    package var pollNumber: CInt { descriptor.number }

    /// Bytes that wait to be written.
    package var backlog: Int { isBroken ? 0 : waiting.count - written }

    package func put(_ bytes: some Sequence<UInt8>) {
        // A reader that always has some of it left would keep what it has read in memory.
        if written > 1 << 20 {
            waiting.removeFirst(written)
            written = 0
        }
        waiting += bytes
        flush()
    }

    /// Waits until everything is written, or for as many nanoseconds.
    package func finish(within nanoseconds: UInt64) {
        let deadline = Clock.monotonic + nanoseconds
        while !isIdle {
            let now = Clock.monotonic
            guard now < deadline else { return }
            var set = PollSet()
            _ = set.add(pollNumber, writing: true)
            set.wait(nanoseconds: deadline - now)
            flush()
        }
    }

    /// Writes what it can; call it when the stream is writable.
    package func flush() {
        while written < waiting.count, !isBroken {
            let rest = waiting[written...].prefix(1 << 16)
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe isSocket
                    ? send(descriptor.number, buffer.baseAddress, buffer.count, Self.withoutWaiting)
                    : write(descriptor.number, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            if count < 0 && errno == EAGAIN { return }
            if count < 0 { isBroken = true } else { written += count }
        }
        waiting.removeAll(keepingCapacity: true)
        written = 0
    }
}
