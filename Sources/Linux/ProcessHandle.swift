internal import CLinux
import Glibc

/// A process that need not be a child of this one, held so that its number cannot come to mean another while it is used
/// (pidfd_open(2)).
package final class ProcessHandle {
    package let pid: Int32
    private let descriptor: Descriptor

    /// Nil when there is no process of that number.
    package init?(pid: Int32) {
        guard pid > 0 else { return nil }
        let number = gr_pidfd_open(pid)
        guard number >= 0 else { return nil }
        self.pid = pid
        descriptor = Descriptor(owning: number)
    }

    /// Readable once it has ended.
    package var pollNumber: CInt { descriptor.number }

    package var hasEnded: Bool {
        var set = PollSet()
        let place = set.add(descriptor.number)
        set.wait(nanoseconds: 0)
        return set.isReady(place)
    }

    package func send(_ signal: CInt) { _ = gr_pidfd_send_signal(descriptor.number, signal) }
}

/// The number, here, of the process that a descriptor of one means (proc_pid_fdinfo(5), Pid); nil when it is gone.
package func processNumber(of handle: borrowing Descriptor) -> Int32? {
    guard let info = try? Path("/proc/self/fdinfo/\(handle.number)").contents(atMost: 1 << 16) else {
        return nil
    }
    for line in info.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Pid:".utf8) {
        return Int32(String(decoding: line.filter { $0 >= 48 && $0 <= 57 }, as: UTF8.self))
    }
    return nil
}

extension Descriptor {
    /// Has a local socket name the sender of what is read from it, from now on (SO_PASSCRED).
    package borrowing func nameSenders() { setOption(16, level: SOL_SOCKET, 1) }

    /// Reads what one process sent on a local stream that names senders; which one, by its number here, 0 when it is gone.
    /// Empty at the end.
    package static func receiveBorrowed(_ number: CInt, atMost limit: Int) throws(SystemError) -> (
        bytes: [UInt8], sender: Int32
    ) {
        var (failure, sender) = (CInt(0), CInt(0))
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            let got = retrying { unsafe Int(gr_receive_from(number, buffer.baseAddress, limit, &sender)) }
            if got < 0 { failure = errno }
            count = max(0, got)
        }
        guard failure == 0 else { throw SystemError("recvmsg", errno: Errno(failure)) }
        return (bytes, sender)
    }
}
