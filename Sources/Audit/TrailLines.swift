import Glibc
import Linux

/// The whole lines of a trail, read a piece at a time: what is held in memory does not grow with the trail.
package struct TrailLines: ~Copyable {
    private let file: Descriptor
    /// Where the next line begins, in bytes from the beginning of the file.
    package private(set) var place: UInt64
    /// What was read of a line whose end was not.
    private var begun: [UInt8] = []

    /// Opens the trail of a run, which may be one that somebody else put there: no pipe and no device keeps the caller.
    package init(of run: RunID, in store: Store, from place: UInt64 = 0) throws(SystemError) {
        let path = store.trail(of: run)
        let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        switch try file.status().kind {
        case .regular: break
        case .directory: throw SystemError("read", path.description, errno: Errno(EISDIR))
        default: throw SystemError("read", path.description, errno: .invalid)
        }
        self.file = file
        self.place = place
    }

    /// Whether a process that writes it is alive: it holds the trail locked, and dies with the lock.
    package func isHeld() -> Bool {
        guard file.tryLock(.shared) else { return true }
        file.unlock()
        return false
    }

    /// The whole lines that follow, with their line feeds; nothing where there are none, or none yet. `EFBIG` for a line
    /// that is longer than any that is written.
    package mutating func next() throws(SystemError) -> [UInt8] {
        while true {
            var chunk = try file.read(atMost: Self.step, at: place + UInt64(begun.count))
            if chunk.isEmpty { return [] }
            guard let end = chunk.lastIndex(of: UInt8(ascii: "\n")) else {
                begun += chunk
                guard begun.count <= Self.longest else { throw SystemError("read", errno: Errno(EFBIG)) }
                continue
            }
            let rest = Array(chunk[(end + 1)...])
            chunk.removeLast(rest.count)
            if !begun.isEmpty { chunk = begun + chunk }
            begun = rest
            place += UInt64(chunk.count)
            return chunk
        }
    }

    /// Whether what was read last ended with a whole line.
    package var isWhole: Bool { begun.isEmpty }

    private static let step = 256 << 10
    private static let longest = 256 << 20
}
