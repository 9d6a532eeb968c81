internal import CLinux
import Glibc

/// An error number of the kernel (errno(3)).
package struct Errno: Error, Equatable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: CInt

    package init(_ rawValue: CInt) { self.rawValue = rawValue }

    /// The number the last failed call on this thread left behind.
    package static var last: Errno { Errno(errno) }

    package static let notPermitted = Errno(EPERM)
    package static let notFound = Errno(ENOENT)
    package static let accessDenied = Errno(EACCES)
    package static let notImplemented = Errno(ENOSYS)
    package static let tryAgain = Errno(EAGAIN)
    package static let interrupted = Errno(EINTR)
    package static let noSpace = Errno(ENOSPC)
    package static let invalid = Errno(EINVAL)
    package static let tooManyLinks = Errno(ELOOP)
    package static let notSupported = Errno(EOPNOTSUPP)

    /// Its symbol: `ENOENT`.
    package var name: String {
        guard let symbol = unsafe gr_errno_name(rawValue) else { return "errno \(rawValue)" }
        return unsafe String(cString: symbol)
    }

    /// Its sentence: `No such file or directory`.
    package var description: String {
        guard let text = unsafe gr_errno_text(rawValue) else { return name }
        return unsafe String(cString: text)
    }
}

/// A system call that failed: which, on what, and why.
package struct SystemError: Error, Equatable, CustomStringConvertible, Sendable {
    package let call: String
    package let subject: String
    package let errno: Errno

    package init(_ call: String, _ subject: String = "", errno: Errno = .last) {
        self.call = call
        self.subject = subject
        self.errno = errno
    }

    package var description: String {
        subject.isEmpty ? "\(call): \(errno)" : "\(call) \(subject): \(errno)"
    }
}
