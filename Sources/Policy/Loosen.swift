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
            note(warning: Fault(at: entry.origin, "loosen has '\(entry.value.shown)', which loosens nothing"))
        }
    }
}

extension Header {
    /// The entries of `loosen` that are no path of keys, whatever else the document says.
    var misnamed: [Fault] {
        let paths = Difference.paths
        return loosen.filter { !paths.contains($0.value) }.enumerated().map { index, entry in
            Fault(
                at: entry.origin,
                "loosen has '\(entry.value.shown)', which is no path of keys that can be looser",
                didYouMean: index < 20 ? suggestion(for: entry.value, among: paths) : nil)
        }
    }
}
