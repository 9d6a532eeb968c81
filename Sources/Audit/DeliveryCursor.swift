import Glibc
import Linux

/// How far the trails of an audit directory have been delivered somewhere: for each run, the bytes that were taken. It is
/// a file that a line is added to for each delivery, on the disk before the next one, so that after any end nothing is
/// left out, and at most the last delivery comes again.
package final class DeliveryCursor {
    private let path: Path
    private let file: Descriptor
    private let lock: Directory
    private var places: [String: UInt64] = [:]

    /// Opens the cursor of that name, and makes it when there is none. `EAGAIN` when another process has it.
    package init(_ name: String, in store: Store) throws(SystemError) {
        try store.make()
        try store.deliveries.makeDirectory(mode: 0o700)
        path = store.deliveries.appending(name)
        let place = store.deliveries.appending("\(name).lock")
        try place.makeDirectory(mode: 0o700)
        lock = try Directory(own: place)
        guard lock.lock() else { throw SystemError("flock", path.description, errno: .tryAgain) }
        if let bytes = try? path.contents(atMost: 256 << 20) { Self.read(bytes, &places) }
        // What was said again and again is said once, and half a line that a killed process left is gone.
        try path.replace(with: Self.text(places), mode: 0o600)
        file = try Descriptor.open(path, O_WRONLY | O_APPEND | O_NOFOLLOW)
    }

    package func place(of run: RunID) -> UInt64 { places[run.description] ?? 0 }

    /// Says that the trail of a run was delivered up to a place; on the disk when it returns.
    package func advance(_ run: RunID, to place: UInt64) throws(SystemError) {
        places[run.description] = place
        try file.write("\(run) \(place)\n".utf8)
        guard fdatasync(file.number) == 0 else { throw SystemError("fdatasync", path.description) }
    }

    /// Every cursor of an audit directory: its name, and how far it is with each run.
    package static func all(in store: Store) -> [(name: String, places: [String: UInt64])] {
        let names = (try? store.deliveries.names()) ?? []
        return names.filter { !$0.hasSuffix(".lock") && !$0.hasPrefix(".") }.sorted().map { name in
            var places: [String: UInt64] = [:]
            let bytes = (try? store.deliveries.appending(name).contents(atMost: 256 << 20)) ?? []
            read(bytes, &places)
            return (name, places)
        }
    }

    private static func read(_ bytes: [UInt8], _ places: inout [String: UInt64]) {
        // The last piece is no whole line, or nothing.
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 2, let run = RunID(String(decoding: words[0], as: UTF8.self)),
                let place = UInt64(String(decoding: words[1], as: UTF8.self))
            else { continue }
            places[run.description] = place
        }
    }

    private static func text(_ places: [String: UInt64]) -> [UInt8] {
        places.keys.sorted().flatMap { Array("\($0) \(places[$0] ?? 0)\n".utf8) }
    }
}
