import Glibc
import Linux

/// A connection that is being made for a caller that waits for it.
final class PendingConnection {
    /// What the caller is told.
    enum Answer: Equatable {
        case done
        case failed(Errno)
    }

    let call: Notification
    let socket: Descriptor
    /// When the caller wants to wait no longer (SO_SNDTIMEO), on the monotonic clock.
    let deadline: UInt64?
    var pollPlace: Int?
    private let target: [UInt8]
    /// The caller's number for the socket it replaces; nil when it is the caller's very socket.
    private let place: Int32?
    private let closesOnExec: Bool
    /// Whether the caller's socket waits, as sockets do unless they are told not to.
    private let waits: Bool

    init(
        _ call: Notification, _ socket: consuming Descriptor, to target: [UInt8], place: Int32?,
        closesOnExec: Bool, waits: Bool, deadline: UInt64?
    ) {
        self.call = call
        self.socket = socket
        self.target = target
        self.place = place
        self.closesOnExec = closesOnExec
        self.waits = waits
        self.deadline = deadline
    }

    /// Connects, or asks how far that is; nil when the caller goes on waiting.
    func attempt() -> Answer? {
        if waits { socket.setWaiting(false) }
        guard let failure = socket.connectAtOnce(to: target) else { return .done }
        let error = failure == .interrupted ? Errno(EINPROGRESS) : failure
        // What is not in progress yet for this call may be so for an earlier one.
        if waits, error == Errno(EINPROGRESS) || error == Errno(EALREADY) { return nil }
        return .failed(error)
    }

    /// Gives the socket to the caller and ends its call.
    func finish(_ answer: Answer, _ listener: Listener) {
        if waits { socket.setWaiting(true) }
        if let place, keepsSocket(answer) {
            guard listener.replace(call, socket.number, at: place, closeOnExec: closesOnExec) else {
                return listener.refuse(call, Errno(EBADF))
            }
        }
        switch answer {
        case .done: listener.answer(call, 0)
        case .failed(let errno): listener.refuse(call, errno)
        }
    }

    /// Whether the caller's socket would be connected, or about to be.
    private func keepsSocket(_ answer: Answer) -> Bool {
        [.done, .failed(Errno(EINPROGRESS)), .failed(.interrupted)].contains(answer)
    }
}

/// Signals that wait for a thread whose call is being answered.
enum PendingSignals {
    /// Whether one is there that the thread does not block (proc_pid_status(5)).
    static func interrupt(_ thread: Int32) -> Bool {
        guard let status = try? Path("/proc/\(thread)/status").contents(atMost: 1 << 16) else { return false }
        var (pending, blocked): (UInt64, UInt64) = (0, 0)
        for line in status.split(separator: UInt8(ascii: "\n")) {
            let isPending = line.starts(with: "SigPnd:".utf8) || line.starts(with: "ShdPnd:".utf8)
            guard isPending || line.starts(with: "SigBlk:".utf8) else { continue }
            let digits = line.drop { $0 != UInt8(ascii: "\t") }.dropFirst()
            guard let set = UInt64(String(decoding: digits, as: UTF8.self), radix: 16) else { continue }
            if isPending { pending |= set } else { blocked = set }
        }
        return pending & ~blocked != 0
    }
}
