internal import CLinux
import Glibc

/// Another program that is started, given its standard input and waited for (posix_spawn(3)).
package enum StartedProgram {
    /// How it ended: its exit status, or 128 and the signal that ended it.
    package enum End: Equatable, Sendable {
        case exited(Int32)
        /// It took longer than it had, and was killed.
        case late
    }

    /// Runs a program, which is looked for on PATH where its name has no slash. What it writes goes to standard error.
    ///
    /// - Parameters:
    ///   - variables: what its environment has besides this process's.
    ///   - nanoseconds: how long it has.
    package static func run(
        _ words: [String], input: [UInt8], variables: [String] = [], within nanoseconds: UInt64
    ) throws(SystemError) -> End {
        let spool = try Descriptor.inMemory("input")
        try spool.write(input)
        guard lseek(spool.number, 0, SEEK_SET) == 0 else { throw SystemError("lseek") }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe _ = posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, spool.number, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, 2, 1)
        // Signals do there what they do in any program, whatever this one has arranged for itself.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe _ = posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
        var pid: pid_t = 0
        var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
        var environment = unsafe (surroundings() + variables).map { unsafe strdup($0) } + [nil]
        let failure = unsafe posix_spawnp(
            &pid, words[0], &actions, &attributes, &arguments, &environment)
        unsafe (arguments + environment).forEach { unsafe free($0) }
        guard failure == 0 else { throw SystemError("posix_spawn", words[0], errno: Errno(failure)) }
        return wait(for: pid, within: nanoseconds)
    }

    private static func wait(for pid: pid_t, within nanoseconds: UInt64) -> End {
        let handle = gr_pidfd_open(pid)
        var isLate = false
        if handle >= 0 {
            let handle = Descriptor(owning: handle)
            let deadline = Clock.monotonic + nanoseconds
            while true {
                let now = Clock.monotonic
                var set = PollSet()
                let place = set.add(handle.number)
                if now < deadline { set.wait(nanoseconds: deadline - now) }
                if now < deadline, set.isReady(place) { break }
                guard now >= deadline else { continue }
                isLate = true
                send(SIGKILL, to: handle)
                break
            }
        }
        var status: CInt = 0
        while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        if isLate { return .late }
        let signal = status & 0x7F
        return .exited(signal == 0 ? status >> 8 & 0xFF : 128 + signal)
    }

    private static func surroundings() -> [String] {
        callerEnvironment().map { "\($0.name)=\($0.value)" }
    }
}
