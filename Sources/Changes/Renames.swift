import Audit
import Linux

/// Finds files that were given another name: one that is gone and one that is new hold the same bytes.
struct Renames {
    private let upper: Directory
    private let base: Directory
    /// Bytes that may still be read: a run can make files that are larger than what is in them.
    private var budget = 512 << 20

    init(upper: Directory, base: Directory) {
        self.upper = upper
        self.base = base
    }

    /// The same changes, with each such pair as one. Only files whose sizes occur on both sides are read, each once.
    mutating func found(in changes: [Change]) -> [Change] {
        func sizes(_ kind: Change.Kind) -> Set<Int> {
            Set(changes.filter { Self.isCandidate($0, kind) }.compactMap { ($0.after ?? $0.before)?.size })
        }
        let common = sizes(.added).intersection(sizes(.deleted)).subtracting([0])
        guard !common.isEmpty else { return changes }

        var gone: [Digest: [Change]] = [:]
        for change in changes where Self.isCandidate(change, .deleted) {
            guard common.contains(change.before?.size ?? 0),
                let digest = digest(change.path, change.before, base)
            else {
                continue
            }
            gone[digest, default: []].append(change)
        }
        var taken: Set<[UInt8]> = []
        var renamed: [Change] = []
        for change in changes {
            guard Self.isCandidate(change, .added), common.contains(change.after?.size ?? 0),
                let digest = digest(change.path, change.after, upper), let old = gone[digest]?.popLast()
            else {
                renamed.append(change)
                continue
            }
            taken.insert(old.path.bytes)
            renamed.append(
                Change(
                    kind: .renamed, path: change.path, from: old.path, before: old.before,
                    after: change.after,
                    isContested: old.isContested))
        }
        return renamed.filter { $0.kind != .deleted || !taken.contains($0.path.bytes) }
    }

    private static func isCandidate(_ change: Change, _ kind: Change.Kind) -> Bool {
        change.kind == kind && change.entity == .file && change.obstacle == nil
    }

    private mutating func digest(_ path: Path, _ mark: Mark?, _ root: Directory) -> Digest? {
        guard let size = mark?.size, size <= budget else { return nil }
        budget -= size
        guard let directory = try? root.holding(path) else { return nil }
        return try? Contents.digest(path.last, in: directory)
    }
}

extension Directory {
    /// The directory below this one that holds a path.
    func holding(_ path: Path) throws(SystemError) -> Directory { try beneath(path.parent) }
}

extension Path {
    /// The last name, byte for byte.
    var last: [UInt8] { components.last.map { Array($0) } ?? [] }
}
