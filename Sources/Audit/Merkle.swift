/// The hashes of a Merkle tree over a list (RFC 6962, section 2.1).
package enum Merkle {
    package static func leaf(_ data: ArraySlice<UInt8>) -> Digest {
        Digest(slices: [leafPrefix, data])
    }

    package static func node(_ left: Digest, _ right: Digest) -> Digest {
        Digest(slices: [nodePrefix, left.bytes[...], right.bytes[...]])
    }

    /// The root over these leaves.
    package static func root(_ leaves: ArraySlice<Digest>) -> Digest {
        var frontier = Frontier()
        for leaf in leaves { frontier.append(leaf) }
        return frontier.root
    }

    /// What shows that a leaf is in a tree: the hashes beside the way from it to the root, from below (2.1.1).
    package static func inclusion(of index: Int, in leaves: ArraySlice<Digest>) -> [Digest] {
        guard leaves.count > 1 else { return [] }
        let half = largestPowerOfTwo(below: leaves.count)
        let middle = leaves.startIndex + half
        if index < half {
            return inclusion(of: index, in: leaves[..<middle]) + [root(leaves[middle...])]
        }
        return inclusion(of: index - half, in: leaves[middle...]) + [root(leaves[..<middle])]
    }

    /// What shows that the tree over the first `size` leaves is the beginning of the tree over all (2.1.2).
    package static func consistency(from size: Int, in leaves: ArraySlice<Digest>) -> [Digest] {
        size == 0 ? [] : consistency(from: size, in: leaves, isWhole: true)
    }

    private static func consistency(
        from size: Int, in leaves: ArraySlice<Digest>, isWhole: Bool
    ) -> [Digest] {
        if size == leaves.count { return isWhole ? [] : [root(leaves)] }
        let half = largestPowerOfTwo(below: leaves.count)
        let middle = leaves.startIndex + half
        if size <= half {
            return consistency(from: size, in: leaves[..<middle], isWhole: isWhole) + [
                root(leaves[middle...])
            ]
        }
        return consistency(from: size - half, in: leaves[middle...], isWhole: false) + [
            root(leaves[..<middle])
        ]
    }

    /// The root that a leaf and its proof lead to (RFC 9162, section 2.1.3.2); nil when the proof has not as many
    /// hashes as this place in a tree of this size needs.
    package static func root(of leaf: Digest, at index: UInt64, size: UInt64, proof: [Digest]) -> Digest? {
        guard index < size else { return nil }
        var (place, last, hash) = (index, size - 1, leaf)
        for beside in proof {
            guard last > 0 else { return nil }
            if place & 1 == 1 || place == last {
                hash = node(beside, hash)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                hash = node(hash, beside)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 ? hash : nil
    }

    private static func largestPowerOfTwo(below count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }

    private static let leafPrefix: ArraySlice<UInt8> = [0]
    private static let nodePrefix: ArraySlice<UInt8> = [1]
}

/// The right edge of a tree that grows: the roots of its whole subtrees, the largest first. It is all that is needed to
/// add a leaf and to tell the root.
package struct Frontier: Equatable, Sendable {
    package private(set) var size: UInt64 = 0
    private var hashes: [Digest] = []

    package init() {}

    package mutating func append(_ leaf: Digest) {
        var hash = leaf
        for _ in 0..<(~size).trailingZeroBitCount { hash = Merkle.node(hashes.removeLast(), hash) }
        hashes.append(hash)
        size += 1
    }

    /// That of the empty tree is the digest of nothing.
    package var root: Digest {
        guard var root = hashes.last else { return Digest([UInt8]()) }
        for hash in hashes.dropLast().reversed() { root = Merkle.node(hash, root) }
        return root
    }

    /// The size in eight bytes, the hashes, and a digest of both, so that half a write is seen.
    var encoded: [UInt8] {
        let body = (0..<8).map { UInt8(truncatingIfNeeded: size >> ($0 * 8)) } + hashes.flatMap { $0.bytes }
        return body + Digest(body).bytes
    }

    /// What `encoded` wrote at the beginning of the bytes; nil when it is not whole.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 8 else { return nil }
        let size = bytes[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let length = 8 + size.nonzeroBitCount * 32
        guard bytes.count >= length + 32,
            Digest(slices: [bytes[..<length]]).bytes[...] == bytes[length..<length + 32]
        else { return nil }
        self.size = size
        hashes = stride(from: 8, to: length, by: 32).compactMap { Digest(exactly: bytes[$0..<$0 + 32]) }
    }

    /// More than any encoding has.
    static let room = 8 + 64 * 32 + 32
}
