internal import CLinux
import Glibc

/// A pseudo-terminal (pty(7)): the master here, the slave for a program.
package final class PseudoTerminal {
    private let masterDescriptor: Descriptor
    /// Where the slave is, such as `/dev/pts/3`.
    package let slavePath: Path

    package init() throws(SystemError) {
        var name = [CChar](repeating: 0, count: 64)
        let number = unsafe gr_open_terminal(&name, name.count)
        guard number >= 0 else { throw SystemError("posix_openpt") }
        masterDescriptor = Descriptor(owning: number)
        slavePath = Path(bytes: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) })
    }

    package var master: CInt { masterDescriptor.number }

    /// Opens the slave; it becomes nobody's controlling terminal by that.
    package func openSlave() throws(SystemError) -> Descriptor {
        try Descriptor.open(slavePath, O_RDWR | O_NOCTTY)
    }

    /// What was shown; nil at the end.
    package func read() -> [UInt8]? { try? masterDescriptor.read(atMost: 1 << 16) }

    /// Enters keys; what did not fit is returned.
    package func enter(_ keys: [UInt8]) -> [UInt8] {
        let count = unsafe keys.withUnsafeBytes { unsafe write(master, $0.baseAddress, $0.count) }
        return count > 0 ? Array(keys.dropFirst(count)) : errno == EAGAIN ? keys : []
    }

    /// Takes over the size of another terminal; the programs on this one are told (SIGWINCH).
    package func resize(to terminal: OutsideTerminal) {
        var size = winsize()
        guard unsafe gr_ioctl(terminal.number, UInt(TIOCGWINSZ), &size) == 0 else { return }
        unsafe _ = gr_ioctl(master, UInt(TIOCSWINSZ), &size)
    }
}

/// The caller's terminal on standard input, passed through key by key until it is restored.
package final class OutsideTerminal {
    let number: CInt = 0
    private var before: termios?

    /// Switches to passing keys through, when standard input is a terminal (cfmakeraw(3)).
    package init() {
        var settings = termios()
        guard unsafe tcgetattr(0, &settings) == 0 else { return }
        before = settings
        unsafe cfmakeraw(&settings)
        unsafe _ = tcsetattr(0, TCSANOW, &settings)
    }

    package func read() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = retrying { unsafe Glibc.read(0, &bytes, 4_096) }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    /// Puts the settings back.
    package func restore() {
        guard var settings = before else { return }
        unsafe _ = tcsetattr(0, TCSADRAIN, &settings)
        before = nil
    }

    deinit { restore() }
}
