internal import CLinux
import Glibc

/// A system call of the run that waits for the supervisor's word (seccomp_unotify(2)).
package struct Notification: Equatable, Sendable {
    package let id: UInt64
    /// The calling thread, in the supervisor's namespace.
    package let pid: Int32
    package let number: Int32
    /// AUDIT_ARCH_* of the caller.
    package let architecture: UInt32
    package let arguments: [6 of UInt64]

    package init(id: UInt64, pid: Int32, number: Int32, architecture: UInt32, arguments: [6 of UInt64]) {
        self.id = id
        self.pid = pid
        self.number = number
        self.architecture = architecture
        self.arguments = arguments
    }

    package static func == (a: Notification, b: Notification) -> Bool { a.id == b.id }
}

/// The supervisor's end of the filter.
package final class Listener {
    package let descriptor: Descriptor

    package init(_ descriptor: consuming Descriptor) {
        self.descriptor = descriptor
        // Before 6.6 there is no such flag, and a round trip takes longer.
        _ = gr_notify_sync_wake_up(self.descriptor.number)
    }

    /// Takes the next call. Poll first: this waits when there is none, and a caller that was killed meanwhile
    /// leaves nothing to take (nil).
    package func receive() -> Notification? {
        var call = gr_notification()
        guard unsafe gr_notify_receive(descriptor.number, &call) == 0 else { return nil }
        let a = call.arguments
        return Notification(
            id: call.id, pid: Int32(bitPattern: call.pid), number: call.number,
            architecture: call.architecture,
            arguments: [a.0, a.1, a.2, a.3, a.4, a.5])
    }

    /// Whether another call is there already, without waiting for one.
    package var hasNext: Bool {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) == 1 && entry.revents & Int16(POLLIN) != 0
    }

    /// Whether the caller still waits: what was read from its memory before was its memory.
    package func isWaiting(_ call: Notification) -> Bool {
        gr_notify_is_valid(descriptor.number, call.id) == 0
    }

    /// Lets the kernel carry the call out, as the caller's memory says then.
    package func proceed(_ call: Notification) { _ = gr_notify_continue(descriptor.number, call.id) }

    /// Ends the call with an error, without carrying it out.
    package func refuse(_ call: Notification, _ errno: Errno) {
        _ = gr_notify_answer(descriptor.number, call.id, 0, errno.rawValue)
    }

    /// Ends the call with a result, without carrying it out.
    package func answer(_ call: Notification, _ value: Int64) {
        _ = gr_notify_answer(descriptor.number, call.id, value, 0)
    }

    /// Ends the call with what was done in the caller's stead: an error, or nothing.
    package func end(_ call: Notification, _ failure: Errno?) {
        if let failure { refuse(call, failure) } else { answer(call, 0) }
    }

    /// Gives the caller a descriptor and ends the call with its number.
    package func give(_ call: Notification, _ gift: CInt, closeOnExec: Bool) -> Bool {
        gr_notify_give(descriptor.number, call.id, gift, -1, closeOnExec ? 1 : 0, 1) >= 0
    }

    /// Puts a descriptor in the place of one that the caller has; the call still waits.
    package func replace(_ call: Notification, _ gift: CInt, at place: CInt, closeOnExec: Bool) -> Bool {
        gr_notify_give(descriptor.number, call.id, gift, place, closeOnExec ? 1 : 0, 0) >= 0
    }
}

/// The memory of a process of the run. What is there can change at any moment, so each thing is read once.
package enum GuestMemory {
    /// Reads up to `length` bytes; fewer where the memory ends, none where it cannot be read.
    package static func read(_ pid: Int32, _ address: UInt64, _ length: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            count = unsafe max(0, gr_process_read(pid, address, buffer.baseAddress, length))
        }
    }

    /// Reads a string that ends with a zero byte; nil when none does within `limit` bytes that can be read.
    package static func string(_ pid: Int32, _ address: UInt64, limit: Int = 4_096) -> [UInt8]? {
        var text: [UInt8] = []
        // Most paths are short, and reading a page costs more than reading two lines of it.
        for size in [256, limit - 256] where size > 0 {
            var piece = read(pid, address &+ UInt64(text.count), size)
            if let end = piece.firstIndex(of: 0) {
                piece.removeLast(piece.count - end)
                return text.isEmpty ? piece : text + piece
            }
            text += piece
            if piece.count < size { return nil }
        }
        return nil
    }

    /// Reads a 64-bit number.
    package static func word(_ pid: Int32, _ address: UInt64) -> UInt64? {
        let bytes = read(pid, address, 8)
        guard bytes.count == 8 else { return nil }
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
