import Glibc
import Linux

/// A terminal of the run's own, joined to the caller's (pty(7)): what is typed goes in, what is shown comes out, and
/// the run never has the caller's terminal in its hands.
package final class TerminalRelay {
    private let terminal: PseudoTerminal
    private let outside: OutsideTerminal
    private let screen = Outlet(1)
    private var typed: [UInt8] = []
    private var hasInput = true
    private var hasOutput = true
    private var places: (input: Int?, output: Int?, keys: Int?, screen: Int?) = (nil, nil, nil, nil)

    package init(_ terminal: PseudoTerminal) {
        self.terminal = terminal
        outside = OutsideTerminal()
        resize()
    }

    var isDone: Bool { !hasOutput && screen.isIdle }

    func register(_ set: inout PollSet) {
        places = (nil, nil, nil, nil)
        if !screen.isIdle {
            places.screen = set.add(screen.pollNumber, writing: true)
        } else if hasOutput {
            places.output = set.add(terminal.master)
        }
        if !typed.isEmpty {
            places.keys = set.add(terminal.master, writing: true)
        } else if hasInput {
            places.input = set.add(0)
        }
    }

    func move(_ set: PollSet, _ meter: inout OutputMeter) {
        if set.isReady(places.screen) { screen.flush() }
        if set.isReady(places.output) { show(&meter) }
        if set.isReady(places.input) { type() }
        if set.isReady(places.keys) || !typed.isEmpty { typed = terminal.enter(typed) }
    }

    private func show(_ meter: inout OutputMeter) {
        guard let bytes = terminal.read(), !bytes.isEmpty else {
            // The last process that had the terminal is gone.
            hasOutput = false
            return
        }
        screen.put(bytes.prefix(meter.admit(bytes.count)))
    }

    private func type() {
        guard let bytes = outside.read(), !bytes.isEmpty else {
            // What a pipe says by ending, a terminal says with the end-of-file key.
            hasInput = false
            typed.append(4)
            return
        }
        typed += bytes
    }

    func resize() { terminal.resize(to: outside) }

    func close() { outside.restore() }
}
