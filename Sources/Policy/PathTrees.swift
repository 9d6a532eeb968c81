import Linux

/// Directory trees, asked which paths lie in them. Building one sorts; a question is a binary search, so that
/// long lists can be held against each other.
struct PathTrees {
    /// The tops of the trees, none inside another, in an order that puts what lies below a path right behind
    /// it.
    private var tops: [Path] = []

    init(_ paths: [Located<Path>]) {
        for path in paths.map({ $0.value }).sorted(by: Self.precedes) {
            if let last = tops.last, last.contains(path) { continue }
            tops.append(path)
        }
    }

    /// Whether `path` is in a tree.
    func contains(_ path: Path) -> Bool {
        let next = firstBehind(path)
        return next > 0 && tops[next - 1].contains(path)
    }

    /// Whether `path` is in a tree, or a tree is below `path`.
    func meets(_ path: Path) -> Bool {
        let next = firstBehind(path)
        return contains(path) || next < tops.count && path.contains(tops[next])
    }

    private func firstBehind(_ path: Path) -> Int {
        var (low, high) = (0, tops.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(path, tops[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// By bytes, the slash before all others: `/a`, `/a/b`, `/a-b`.
    private static func precedes(_ a: Path, _ b: Path) -> Bool {
        a.bytes.lexicographicallyPrecedes(b.bytes) { rank($0) < rank($1) }
    }

    private static func rank(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "/") ? 0 : byte }
}
