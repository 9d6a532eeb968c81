import Glibc
import Linux

/// How far a scan of many files is, on standard error when that is a terminal: one line that is written over itself.
struct ScanProgress {
    private static let interval: UInt64 = 100_000_000

    private let total: Int
    private let isShown: Bool
    private var done = 0
    private var last: UInt64
    private var isOnScreen = false

    init(total: Int) {
        self.total = total
        isShown = isatty(2) == 1 && environmentValue("TERM") != "dumb"
        last = isShown ? Clock.monotonic : 0
    }

    /// One file more; shown ten times a second at most.
    mutating func advance() {
        done += 1
        guard isShown, Clock.monotonic - last >= Self.interval else { return }
        last = Clock.monotonic
        isOnScreen = true
        Terminal.standardError.write("\r\(done) of \(total) files\u{1B}[K")
    }

    /// Takes the line away, so that something else can be written.
    mutating func clear() {
        guard isOnScreen else { return }
        isOnScreen = false
        Terminal.standardError.write("\r\u{1B}[K")
    }
}
