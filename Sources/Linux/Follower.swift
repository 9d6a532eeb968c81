internal import CLinux
import Glibc

/// A copy of this process (fork(2)) that the kernel kills when this one ends. Only a process with one thread may make
/// one.
package struct Follower: ~Copyable {
    package let pid: Int32
    /// Readable when it has ended.
    package let handle: Descriptor

    /// Nil in the copy.
    package static func make() throws(SystemError) -> Follower? {
        let pid = gr_fork_follower()
        if pid == 0 { return nil }
        guard pid > 0 else { throw SystemError("fork") }
        let handle = gr_pidfd_open(pid)
        guard handle >= 0 else { throw SystemError("pidfd_open") }
        return Follower(pid: pid, handle: Descriptor(owning: handle))
    }

    /// Waits for its end; its exit status, or 128 and the signal that ended it.
    package func reap() -> Int32 {
        var status: CInt = 0
        while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}

/// Two connected ends of a local stream (socketpair(2)), both close-on-exec.
package struct SocketPair: ~Copyable {
    package let ours: Descriptor
    package let theirs: Descriptor

    package init() throws(SystemError) {
        var ends: [CInt] = [-1, -1]
        guard unsafe gr_socketpair(&ends) == 0 else { throw SystemError("socketpair") }
        ours = Descriptor(owning: ends[0])
        theirs = Descriptor(owning: ends[1])
    }

    /// Gives both numbers away: the caller closes them now.
    package consuming func release() -> (ours: CInt, theirs: CInt) { (ours.release(), theirs.release()) }
}

/// How many processors this process may run on (sched_getaffinity(2)); at least one.
package func processorCount() -> Int { max(1, Int(gr_processors())) }
