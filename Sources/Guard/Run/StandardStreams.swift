import Glibc
import Linux
import Policy
import Sandbox
import Supervise

/// The program's standard streams: the caller's own, pipes where output is counted, or a terminal of its own.
final class StandardStreams {
    /// What the program gets as descriptors 0, 1 and 2.
    let numbers: (CInt, CInt, CInt)
    private var theirs: [CInt] = []
    private var output: CInt = -1
    private var error: CInt = -1
    private let terminal: PseudoTerminal?

    /// - Parameters:
    ///   - standardInput: the spooled code, when that is what comes in.
    ///   - isCounted: whether output has to pass through the supervisor.
    init(standardInput: CInt?, isCounted: Bool, terminal: PseudoTerminal?) throws(SystemError) {
        self.terminal = terminal
        if let terminal {
            let slave = try terminal.openSlave().release()
            theirs = [slave]
            numbers = (slave, slave, slave)
            return
        }
        // From a directory of the host every other could be reached, past the view.
        guard (try? Path("/proc/self/fd/0").status())?.kind != .directory else {
            throw SystemError("standard input", errno: Errno(EISDIR))
        }
        // Each message of one may name another address, which no call that proceeds can be held to.
        for number: CInt in 0..<3 where isDatagramSocket(number) {
            throw SystemError("descriptor \(number) is a datagram socket", errno: .notPermitted)
        }
        let typed = standardInput == nil ? Self.terminalInput() : nil
        if let typed { theirs.append(typed) }
        let input = standardInput ?? typed ?? 0
        guard isCounted else {
            numbers = (input, 1, 2)
            return
        }
        let first = try Self.pipe()
        output = first.read
        theirs.append(first.write)
        // One pipe keeps the order of what goes to the same place.
        if Self.areSame(1, 2) {
            numbers = (input, first.write, first.write)
            return
        }
        let second = try Self.pipe()
        error = second.read
        theirs.append(second.write)
        numbers = (input, first.write, second.write)
    }

    /// The caller's terminal for reading alone: as a shell has it, what is typed can be read from it and the screen be
    /// written to, past all counting.
    private static func terminalInput() -> CInt? {
        guard isatty(0) == 1 else { return nil }
        return try? Descriptor.open(Path("/proc/self/fd/0"), O_RDONLY | O_NOCTTY).release()
    }

    private static func pipe() throws(SystemError) -> (read: CInt, write: CInt) {
        let pipe = try Pipe()
        return pipe.release()
    }

    private static func areSame(_ a: CInt, _ b: CInt) -> Bool {
        guard let first = try? Path("/proc/self/fd/\(a)").status(),
            let second = try? Path("/proc/self/fd/\(b)").status()
        else { return false }
        return first.device == second.device && first.inode == second.inode
    }

    /// Where the program's terminal is, when it has one.
    var terminalPath: Path? { terminal?.slavePath }

    /// Gives up the program's ends, which it has now, and returns ours.
    func relays(events: Outlet?) -> Streams {
        for number in theirs { close(number) }
        theirs = []
        defer { (output, error) = (-1, -1) }
        return Streams(
            output: output >= 0 ? Descriptor(owning: output) : nil,
            error: error >= 0 ? Descriptor(owning: error) : nil,
            terminal: terminal.map { TerminalRelay($0) }, events: events)
    }

    deinit {
        for number in theirs + [output, error] where number >= 0 { close(number) }
    }
}
