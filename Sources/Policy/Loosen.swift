import YAML

extension Loader {
    /// Refuses what `root` makes looser without saying so, and warns of what it says for nothing.
    mutating func check(
        _ loosenings: [Difference], of root: Node, allowed: [Located<String>], base: String
    ) {
        for difference in loosenings where !allowed.contains(where: { difference.isUnder($0.value) }) {
            let origin = difference.origin ?? Origin(root.nearest(to: difference.path).mark)
            let what = "\(difference.path) is looser than in \(base): \(difference.sentence)"
            note(Fault(at: origin, "\(what); add it to loosen if that is meant"))
        }
        warn(allowed.filter { entry in !loosenings.contains { $0.isUnder(entry.value) } })
    }

    mutating func warn(_ unused: [Located<String>]) {
        for entry in unused {
            let paths = Difference.paths
            let meant = paths.contains(entry.value) ? nil : suggestion(for: entry.value, among: paths)
            let sentence = "loosen has '\(entry.value.shown)', which loosens nothing"
            note(warning: Fault(at: entry.origin, sentence, didYouMean: meant))
        }
    }
}
