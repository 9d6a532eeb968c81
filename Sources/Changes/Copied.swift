import Audit
import Event
import Linux

/// What was copied for a run, so that it can be told later what the run made of it and what somebody else changed.
struct Copied: Equatable {
    private struct File: Equatable {
        let inode: UInt64
        /// When anything of it last changed, in nanoseconds since 1970. Nobody can set that.
        let changed: Int64
    }

    private var files: [[UInt8]: File] = [:]

    var count: Int { files.count }

    init() {}

    mutating func add(_ path: Path, _ status: FileStatus) {
        files[path.bytes] = File(inode: status.inode, changed: status.changed)
    }

    /// Whether the run was given something of that name.
    func holds(_ path: Path) -> Bool { files[path.bytes] != nil }

    /// Whether it is the copy that was made, whatever became of it.
    func isSame(_ path: Path, _ status: FileStatus) -> Bool { files[path.bytes]?.inode == status.inode }

    /// Whether it is the very copy that was made, as it was made.
    func isUntouched(_ path: Path, _ status: FileStatus) -> Bool {
        files[path.bytes] == File(inode: status.inode, changed: status.changed)
    }
}

extension Copied {
    /// A line each, by their names: the inode, the time, the name.
    var text: [UInt8] {
        var text: [UInt8] = []
        for (name, file) in files.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            text += Array("\(file.inode) \(file.changed) \(Escaped.text(name))\n".utf8)
        }
        return text + Array("\(files.count)\n".utf8)
    }

    /// Reads what `text` wrote; nil when it is not whole.
    init?(_ text: [UInt8]) {
        var lines = text.split(separator: UInt8(ascii: "\n"))
        guard let last = lines.popLast(), Int(String(decoding: last, as: UTF8.self)) == lines.count else {
            return nil
        }
        for line in lines {
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 3, let inode = UInt64(words[0]), let changed = Int64(words[1]),
                let name = Escaped.bytes(words[2])
            else { return nil }
            files[name] = File(inode: inode, changed: changed)
        }
        guard files.count == lines.count else { return nil }
    }
}
