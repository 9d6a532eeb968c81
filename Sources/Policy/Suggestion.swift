/// The word of `known` that `wrong` was probably meant to be; `nil` when none is close.
package func suggestion(for wrong: String, among known: [String]) -> String? {
    let typed = folded(wrong)
    guard (2...40).contains(typed.count) else { return nil }
    var best: (word: String, distance: Int)?
    for word in known {
        let distance = editDistance(typed, folded(word))
        if distance < best?.distance ?? Int.max { best = (word, distance) }
    }
    if let best, best.distance <= max(1, min(typed.count, best.word.utf8.count) / 3) { return best.word }
    // `max_memory` for `memory`, and `mem` for it.
    return known.first { word in
        let name = folded(word)
        return name.count >= 4 && holds(typed, name) || typed.count >= 3 && name.starts(with: typed)
    }
}

/// In lower case and with `_` for `-`, so that `Max-Bytes` is `max_bytes`.
private func folded(_ word: String) -> [UInt8] {
    word.utf8.map { byte in
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "-"): UInt8(ascii: "_")
        default: byte
        }
    }
}

private func holds(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    text.indices.contains { text[$0...].starts(with: part) }
}

/// How many bytes to insert, delete, replace or swap with their neighbour to make `a` into `b` (optimal
/// string alignment).
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var before: [Int] = []
    var above = Array(0...b.count)
    for (i, x) in a.enumerated() {
        var row = [i + 1]
        for (j, y) in b.enumerated() {
            var least = min(above[j] + (x == y ? 0 : 1), above[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, x == b[j - 1], a[i - 1] == y { least = min(least, before[j - 1] + 1) }
            row.append(least)
        }
        (before, above) = (above, row)
    }
    return above[b.count]
}
