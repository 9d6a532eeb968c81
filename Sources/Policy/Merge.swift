import YAML

extension Node {
    /// This base with `upper` laid over it: mappings are joined key by key, a list or scalar takes the base's
    /// place, and `{+: […]}` is added to the base's list. Every node keeps the place it was written at.
    ///
    /// Both documents have been decoded alone before: their mappings are small and have no repeated keys.
    func merged(with upper: Node) -> Node {
        if let added = upper.appended {
            guard let new = added.items, let old = items ?? appended?.items else { return upper }
            return Node(.sequence(old + new), at: upper.mark)
        }
        guard let basePairs = pairs, let upperPairs = upper.pairs, appended == nil else { return upper }
        var joined = basePairs
        for pair in upperPairs {
            if let index = joined.firstIndex(where: { $0.key.scalar?.text == pair.key.scalar?.text }) {
                let value = joined[index].value.merged(with: pair.value)
                joined[index] = Node.Pair(key: pair.key, value: value)
            } else {
                joined.append(pair)
            }
        }
        return Node(.mapping(joined), at: upper.mark)
    }

    /// The node at a dotted path, or the deepest one on the way to it.
    func nearest(to path: String) -> Node {
        var node = self
        for key in path.split(separator: ".") {
            guard let next = node[String(key)] else { break }
            node = next
        }
        return node
    }
}
