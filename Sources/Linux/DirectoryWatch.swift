internal import CLinux
import Glibc

/// Waits for files of a directory to be made or to grow (inotify(7)).
package struct DirectoryWatch: ~Copyable {
    private let watcher: Descriptor

    package init(_ directory: Path) throws(SystemError) {
        let number = gr_inotify_init()
        guard number >= 0 else { throw SystemError("inotify_init1") }
        let result = unsafe directory.withCString { unsafe gr_inotify_add(number, $0) }
        guard result >= 0 else {
            let error = SystemError("inotify_add_watch", directory.description)
            close(number)
            throw error
        }
        watcher = Descriptor(owning: number)
    }

    /// Waits for a change; the names of what changed, or nil when there were too many to tell.
    package func changes() throws(SystemError) -> [String]? {
        var waiting = PollSet()
        _ = waiting.add(watcher.number)
        waiting.wait(nanoseconds: nil)
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try watcher.read(atMost: 64 << 10)
        } catch {
            if error.errno == .tryAgain { return [] }
            throw error
        }
        var names: [String] = []
        var rest = bytes[...]
        while rest.count >= 16 {
            // struct inotify_event: four numbers of 32 bits, then the name, padded with zeros.
            func number(_ offset: Int) -> UInt32 {
                (0..<4).reduce(0) { $0 | UInt32(rest[rest.startIndex + offset + $1]) << (8 * $1) }
            }
            if number(4) & 0x4000 != 0 { return nil }  // IN_Q_OVERFLOW
            let length = min(Int(number(12)), rest.count - 16)
            names.append(
                String(decoding: rest.dropFirst(16).prefix(length).prefix { $0 != 0 }, as: UTF8.self))
            rest = rest.dropFirst(16 + length)
        }
        return names
    }
}
