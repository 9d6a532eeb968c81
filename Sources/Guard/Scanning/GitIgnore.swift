import Linux

/// What a repository does not track: the .gitignore of each directory on the way to a file, and `.git/info/exclude`.
struct GitIgnore {
    /// How much of one file is read.
    private static let largest = 1 << 20

    private struct Rules {
        /// How many names lie between the top and the directory they are about.
        let depth: Int
        /// The same, or -1 for what holds in the whole repository.
        let owner: Int
        let patterns: [GitIgnorePattern]
    }

    private var stack: [Rules] = []

    /// The rules that hold in `directory` when a walk begins there: those of the directories above it, as far up as
    /// its repository goes. Also the names that lead from there to it.
    static func above(_ directory: Path) -> (rules: GitIgnore, names: [[UInt8]]) {
        var ignore = GitIgnore()
        var (names, place): ([[UInt8]], Path) = ([], directory)
        while !isRepository(place) {
            let parent = place.parent
            guard place.isAbsolute, !place.isRoot, let name = place.components.last else {
                return (GitIgnore(), [])
            }
            names.insert(Array(name), at: 0)
            place = parent
        }
        ignore.push(place.appending(".git/info/exclude"), depth: 0, owner: -1)
        for (depth, name) in names.enumerated() {
            ignore.push(place.appending(".gitignore"), depth: depth, owner: depth)
            place = place.appending(name)
        }
        return (ignore, names)
    }

    private static func isRepository(_ directory: Path) -> Bool {
        (try? directory.appending(".git").status()) != nil
    }

    /// Adds the rules of a directory; those of directories at the same depth or deeper no longer hold.
    mutating func enter(_ directory: Path, depth: Int) {
        while let last = stack.last, last.owner >= depth { stack.removeLast() }
        push(directory.appending(".gitignore"), depth: depth, owner: depth)
    }

    private mutating func push(_ file: Path, depth: Int, owner: Int) {
        guard let bytes = try? file.contents(atMost: GitIgnore.largest) else { return }
        let patterns = GitIgnore.patterns(bytes)
        if !patterns.isEmpty { stack.append(Rules(depth: depth, owner: owner, patterns: patterns)) }
    }

    static func patterns(_ bytes: [UInt8]) -> [GitIgnorePattern] {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        return text.split(separator: UInt8(ascii: "\n")).compactMap { GitIgnorePattern($0) }
    }

    /// Whether the last line that names it ignores it. What lies in an ignored directory is never asked about.
    func ignores(_ names: [ArraySlice<UInt8>], isDirectory: Bool) -> Bool {
        for rules in stack.reversed() where rules.depth < names.count {
            let below = names[rules.depth...]
            for pattern in rules.patterns.reversed() where pattern.matches(below, isDirectory: isDirectory) {
                return !pattern.isNegated
            }
        }
        return false
    }
}
