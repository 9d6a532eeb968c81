import Audit
import Linux

/// What is in a change, to be shown: a difference between texts, else digests.
package struct Look {
    /// What may be read to look at a whole list of changes, in bytes; holes are read too. A run makes lists that are long,
    /// and files that are larger than what is in them.
    package struct Budget {
        fileprivate var digested: Int
        fileprivate var compared: Int
        /// What comparing two small texts takes beside reading them.
        fileprivate static let comparison = 16 << 10

        package init(digested: Int = 4 << 30, compared: Int = 64 << 20) {
            self.digested = digested
            self.compared = compared
        }

        /// Takes some of it; false where that is too much.
        fileprivate static func take(_ count: Int, of rest: inout Int) -> Bool {
            guard count <= rest else { return false }
            rest -= count
            return true
        }
    }

    /// Nil where one side is no text, or is no file.
    package let diff: Diff?
    /// Of the files on both sides, where there are any and they can be read.
    package let before: Digest?
    package let after: Digest?
    /// Where links lead to, on both sides.
    package let oldTarget: Path?
    package let target: Path?
    /// Nothing was left of the budget for all of it.
    package let isPartial: Bool

    package init(at change: Change, base: Directory?, upper: Directory?, within budget: inout Budget) {
        let isShown = [.added, .modified].contains(change.kind) && change.entity == .file
        let old = Self.side(change.from ?? change.path, change.before, base, isShown, &budget)
        let new = Self.side(change.path, change.after, upper, isShown, &budget)
        isPartial = old.isPartial || new.isPartial
        (before, after) = (old.digest, new.digest)
        (oldTarget, target) = (old.target, new.target)
        // A file in the place of something else is new as a whole.
        diff =
            isShown && !isPartial && (change.before == nil || change.before?.kind != .file || old.text != nil)
            ? new.text.flatMap { Diff(old.text ?? [], $0) } : nil
    }

    private struct Side {
        var text: [UInt8]?
        var digest: Digest?
        var target: Path?
        var isPartial = false
    }

    private static func side(
        _ path: Path, _ mark: Mark?, _ root: Directory?, _ isShown: Bool, _ budget: inout Budget
    ) -> Side {
        guard let mark, let root, let place = try? root.holding(path) else { return Side() }
        switch mark.kind {
        case .symlink:
            return Side(target: (try? place.linkTarget(path.last)).map { Path(bytes: $0) })
        case .file:
            guard Budget.take(mark.size, of: &budget.digested) else { return Side(isPartial: true) }
            guard let digest = try? Contents.digest(path.last, in: place) else { return Side() }
            guard isShown, mark.size <= Diff.most else { return Side(digest: digest) }
            guard Budget.take(mark.size + Budget.comparison, of: &budget.compared) else {
                return Side(digest: digest, isPartial: true)
            }
            guard let file = try? place.open(path.last),
                let text = try? file.contents(atMost: Diff.most), Diff.isText(text)
            else { return Side(digest: digest) }
            return Side(text: text, digest: digest)
        default: return Side()
        }
    }
}
