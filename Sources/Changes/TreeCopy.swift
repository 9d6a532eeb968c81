import Glibc
import Linux

/// Copies what lies in a directory, for a run to work on where the kernel cannot layer it.
///
/// Files, directories and links are copied with their modes and the times of their contents; pipes, sockets and devices
/// are left out, and what this user may not read. No link is followed, whoever changes the directory meanwhile.
struct TreeCopy {
    /// What was copied, and what the copies are.
    private(set) var copied = Copied()
    private var bytes = 0

    /// Names, directories within directories, and bytes on the disk; beyond, nothing is copied (`E2BIG`).
    static let most = 200_000
    private static let depth = 100
    private static let mostBytes = 4 << 30
    /// How long the clock of a file system is waited for, in turns of a millisecond: some tick every two seconds.
    private static let patience = 3_000

    /// Copies into an empty directory.
    init(of base: Directory, to upper: Directory) throws(SystemError) {
        try copy(base, to: upper, at: nil, depth: 0)
        try Self.letClockMove(upper)
    }

    private mutating func copy(
        _ base: Directory, to upper: Directory, at place: Path?, depth: Int
    ) throws(SystemError) {
        for name in try base.names() {
            let path = place?.appending(name) ?? Path(bytes: name)
            guard let status = try base.status(name) else { continue }
            switch status.kind {
            case .regular: guard try copyFile(name, of: base, to: upper, path) else { continue }
            case .symlink: try upper.makeLink(name, to: base.linkTarget(name))
            case .directory:
                guard depth < Self.depth else {
                    throw SystemError("copy", "\(path), which lies too deep", errno: Errno(E2BIG))
                }
                guard try copyDirectory(name, status, of: base, to: upper, path, depth) else { continue }
            default: continue
            }
            guard copied.count < Self.most else {
                throw SystemError("copy", "more than \(Self.most) files", errno: Errno(E2BIG))
            }
            if let made = try upper.status(name) { copied.add(path, made) }
        }
    }

    /// - Returns: false for one that this user may not read, and one that is gone by now.
    private mutating func copyFile(
        _ name: [UInt8], of base: Directory, to upper: Directory, _ path: Path
    ) throws(SystemError) -> Bool {
        let source: Descriptor
        do throws(SystemError) {
            source = try base.open(name)
        } catch {
            guard error.errno == .accessDenied || error.errno == .notFound else { throw error }
            return false
        }
        let status = try source.status()
        guard status.kind == .regular else { return false }
        bytes += status.allocated
        guard bytes <= Self.mostBytes else {
            throw SystemError("copy", "more than \(Self.mostBytes >> 30) GiB", errno: Errno(E2BIG))
        }
        let target = try upper.create(name, mode: 0o600)
        _ = try Contents.copy(source, to: target, isDigested: false)
        _ = target.changeMode(to: status.permissions & 0o777)
        _ = target.changeTimes(to: status.timesOfContents)
        return true
    }

    private mutating func copyDirectory(
        _ name: [UInt8], _ status: FileStatus, of base: Directory, to upper: Directory, _ path: Path,
        _ depth: Int
    ) throws(SystemError) -> Bool {
        let source: Directory
        do throws(SystemError) {
            source = try base.directory(name)
        } catch {
            guard error.errno != Errno(EXDEV) else {
                throw SystemError("copy", "\(path), where another file system is", errno: error.errno)
            }
            guard error.errno == .accessDenied || error.errno == .notFound else { throw error }
            return false
        }
        try upper.makeDirectory(name, mode: 0o700)
        let target = try upper.directory(name)
        do throws(SystemError) {
            try copy(source, to: target, at: path, depth: depth + 1)
        } catch {
            // One that may be entered and not be listed.
            guard error.errno == .accessDenied else { throw error }
        }
        try target.changeTimes(to: status.timesOfContents)
        try upper.changeMode(name, to: status.permissions & 0o777)
        return true
    }

    /// A file that is written within the tick of the clock in which it was copied would look as if it never had been.
    private static func letClockMove(_ upper: Directory) throws(SystemError) {
        let begin = try upper.status()
        for _ in 0..<patience {
            try upper.changeTimes(to: begin.timesOfContents)
            if try upper.status().changed != begin.changed { return }
            usleep(1_000)
        }
    }
}
