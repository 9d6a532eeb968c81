import Glibc

/// The exit statuses of guardrun itself; a program that ran to its end has its own.
package enum Exit {
    static let success: Int32 = 0
    /// `policy diff` found a difference.
    static let different: Int32 = 1
    /// `audit verify` found something that is not sound.
    static let unsound: Int32 = 1
    /// `commit` left something behind: a conflict, or what cannot be carried over.
    static let incomplete: Int32 = 1
    /// The scan refused the code, or the operator did when asked.
    static let refused: Int32 = 77
    /// The policy is wrong, or cannot be enforced here.
    static let policy: Int32 = 78
    /// A limit other than wall time ended the run.
    static let limit: Int32 = 123
    /// The wall-clock limit ended the run.
    static let wall: Int32 = 124
    /// guardrun failed, or was used wrongly.
    static let failure: Int32 = 125
    // 126 and 127, a command that cannot be executed or found, come with the error; 128 + N is a signal.

    /// Ends this process at once, with nothing left to flush: what matters has left by write(2).
    static func now(_ status: Int32) -> Never { _exit(status) }
}
