import Audit
import Linux

/// What is in a change, to be shown: a difference between texts, else digests.
package struct Look {
    /// Nil where one side is no text, or is no file.
    package let diff: Diff?
    /// Of the files on both sides, where there are any and they can be read.
    package let before: Digest?
    package let after: Digest?
    /// Where links lead to, on both sides.
    package let oldTarget: Path?
    package let target: Path?

    package init(at change: Change, base: Directory?, upper: Directory?) {
        let old = Self.side(change.from ?? change.path, change.before, base)
        let new = Self.side(change.path, change.after, upper)
        (before, after) = (old.digest, new.digest)
        (oldTarget, target) = (old.target, new.target)
        let isShown = [.added, .modified].contains(change.kind) && change.entity == .file
        // A file in the place of something else is new as a whole.
        diff =
            isShown && (change.before == nil || change.before?.kind != .file || old.text != nil)
            ? new.text.flatMap { Diff(old.text ?? [], $0) } : nil
    }

    /// Larger files may be nothing but holes, which take their time to read all the same.
    private static let mostDigested = 4 << 30

    private struct Side {
        var text: [UInt8]?
        var digest: Digest?
        var target: Path?
    }

    private static func side(_ path: Path, _ mark: Mark?, _ root: Directory?) -> Side {
        guard let mark, let root, let place = try? root.holding(path) else { return Side() }
        switch mark.kind {
        case .symlink:
            return Side(target: (try? place.linkTarget(path.last)).map { Path(bytes: $0) })
        case .file:
            guard mark.size <= mostDigested, let digest = try? Contents.digest(path.last, in: place) else {
                return Side()
            }
            guard mark.size <= Diff.most, let file = try? place.open(path.last),
                let text = try? file.contents(atMost: Diff.most), Diff.isText(text)
            else { return Side(digest: digest) }
            return Side(text: text, digest: digest)
        default: return Side()
        }
    }
}
