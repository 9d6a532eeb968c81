import Linux

/// The files that `guardrun scan` is to look at: those that are named, and those below directories that are named, in
/// one order whatever the file system gives.
struct ScanWalk {
    struct File {
        let path: Path
        /// Somebody wrote its name: it is looked at whatever it is.
        let isNamed: Bool
    }

    private(set) var files: [File] = []
    /// Directories that could not be read, and why.
    private(set) var faults: [String] = []
    private(set) var ignored = 0
    private(set) var links = 0
    private(set) var hasDirectories = false
    private let honoursIgnores: Bool

    /// Directories that version control keeps for itself.
    private static let kept = [".git", ".hg", ".svn", ".bzr", ".jj"]

    init(_ names: [[UInt8]], honoursIgnores: Bool) {
        self.honoursIgnores = honoursIgnores
        for name in names {
            let path = Path(bytes: name)
            if name.elementsEqual("-".utf8) || (try? path.status())?.kind != .directory {
                files.append(File(path: path, isNamed: true))
            } else {
                hasDirectories = true
                walk(path)
            }
        }
    }

    /// Everything below `root`. What is to be entered is kept in a list: a tree may be deeper than a stack.
    private mutating func walk(_ root: Path) {
        let place = absolute(root)
        var (ignore, above) = honoursIgnores ? GitIgnore.above(place) : (GitIgnore(), [])
        if place.isRoot { above = [] }
        var waiting: [(path: Path, names: [ArraySlice<UInt8>])] = [(root, above.map { $0[...] })]
        while let (path, names) = waiting.popLast() {
            if honoursIgnores { ignore.enter(path, depth: names.count) }
            var below: [(path: Path, names: [ArraySlice<UInt8>])] = []
            for (name, kind) in entries(of: path) {
                let all = names + [name[...]]
                guard !honoursIgnores || !ignore.ignores(all, isDirectory: kind == .directory) else {
                    ignored += 1
                    continue
                }
                switch kind {
                case .directory: below.append((Self.path(name, in: path), all))
                case .regular: files.append(File(path: Self.path(name, in: path), isNamed: false))
                case .symlink: links += 1
                default: break
                }
            }
            waiting += below.reversed()
        }
    }

    /// `a/b` and not `./a/b` for what lies below the working directory.
    private static func path(_ name: [UInt8], in directory: Path) -> Path {
        directory.bytes.elementsEqual(".".utf8) ? Path(bytes: name) : directory.appending(name)
    }

    /// The names in a directory and what they are, by the bytes of the names.
    private mutating func entries(of path: Path) -> [(name: [UInt8], kind: FileStatus.Kind)] {
        do throws(SystemError) {
            let directory = try Directory(own: path)
            var entries: [(name: [UInt8], kind: FileStatus.Kind)] = []
            for name in try directory.names() {
                // What has gone meanwhile is not there.
                guard let status = try directory.status(name) else { continue }
                if status.kind == .directory, Self.kept.contains(where: { name.elementsEqual($0.utf8) }) {
                    continue
                }
                entries.append((name, status.kind))
            }
            return entries
        } catch {
            faults.append("\(inert(path.description)) cannot be read: \(error.errno)")
            return []
        }
    }

    private func absolute(_ path: Path) -> Path {
        if path.isAbsolute { return path.normalised }
        guard let here = try? Path.workingDirectory() else { return path }
        return here.appending(path).normalised
    }
}
