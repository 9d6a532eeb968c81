/// What is different between two texts, line by line, as diff(1) -u says it. The time it takes is bounded: texts that have
/// little in common are shown as one that goes and one that comes.
package struct Diff: Equatable, Sendable {
    /// A line, and whether it stays (` `), goes (`-`) or comes (`+`).
    package struct Line: Equatable, Sendable {
        package let sign: Character
        /// Without the line feed.
        package let text: [UInt8]
        /// The last line of a text that does not end with a line feed.
        package let isOpen: Bool
    }

    /// Lines with changes among them, and where they stand, counted from 1.
    package struct Hunk: Equatable, Sendable {
        package let oldStart: Int
        package let newStart: Int
        package let lines: [Line]

        package var header: String {
            func range(_ start: Int, _ sign: Character) -> String {
                let count = lines.count { $0.sign != sign }
                // An empty range stands behind the line before it (diff(1)).
                return count == 1 ? "\(start)" : "\(count == 0 ? start - 1 : start),\(count)"
            }
            return "@@ -\(range(oldStart, "+")) +\(range(newStart, "-")) @@"
        }
    }

    package let hunks: [Hunk]
    /// Lines that come and that go.
    package let added: Int
    package let removed: Int

    /// The most that is shown of one text, in bytes.
    package static let most = 1 << 20
    /// Lines that are compared with each other; work and memory grow with the square.
    private static let compared = 2_000
    private static let context = 3

    /// Nil when one of them is no text.
    package init?(_ old: [UInt8], _ new: [UInt8]) {
        guard Self.isText(old), Self.isText(new) else { return nil }
        let script = Self.script(Self.lines(old), Self.lines(new))
        hunks = Self.hunks(script)
        added = script.count { $0.sign == "+" }
        removed = script.count { $0.sign == "-" }
    }

    /// Whether bytes are text as people write it: UTF-8 without zeros, and not too much.
    package static func isText(_ bytes: [UInt8]) -> Bool {
        bytes.count <= most && !bytes.contains(0) && String(validating: bytes, as: UTF8.self) != nil
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
            lines.append(bytes[start...index])
            start = index + 1
        }
        if start < bytes.count { lines.append(bytes[start...]) }
        return lines
    }

    private static func line(_ sign: Character, _ slice: ArraySlice<UInt8>) -> Line {
        let isOpen = slice.last != UInt8(ascii: "\n")
        return Line(sign: sign, text: Array(isOpen ? slice : slice.dropLast()), isOpen: isOpen)
    }

    /// Every line of both, in order.
    private static func script(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Line] {
        var first = 0
        while first < min(old.count, new.count), old[first] == new[first] { first += 1 }
        var last = 0
        while last < min(old.count, new.count) - first, old[old.count - 1 - last] == new[new.count - 1 - last]
        {
            last += 1
        }
        let (gone, come) = (Array(old[first..<(old.count - last)]), Array(new[first..<(new.count - last)]))
        return old[..<first].map { line(" ", $0) } + middle(gone, come)
            + old[(old.count - last)...].map { line(" ", $0) }
    }

    private static func middle(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Line] {
        guard !old.isEmpty, !new.isEmpty, old.count + new.count <= compared else {
            return old.map { line("-", $0) } + new.map { line("+", $0) }
        }
        // Lines as numbers: comparing them then costs the same whatever is in them.
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        func number(_ text: ArraySlice<UInt8>) -> Int {
            if let known = numbers[text] { return known }
            let next = numbers.count
            numbers[text] = next
            return next
        }
        let (before, after) = (old.map(number), new.map(number))
        var (goes, comes) = (Set<Int>(), Set<Int>())
        for change in after.difference(from: before) {
            switch change {
            case .remove(let offset, _, _): goes.insert(offset)
            case .insert(let offset, _, _): comes.insert(offset)
            }
        }
        var script: [Line] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if i < old.count, goes.contains(i) {
                script.append(line("-", old[i]))
                i += 1
            } else if j < new.count, comes.contains(j) {
                script.append(line("+", new[j]))
                j += 1
            } else {
                script.append(line(" ", old[i]))
                i += 1
                j += 1
            }
        }
        return script
    }

    /// The changes with a few lines around each, those that touch as one.
    private static func hunks(_ script: [Line]) -> [Hunk] {
        var hunks: [Hunk] = []
        var (oldLine, newLine, index) = (1, 1, 0)
        func advance(to end: Int) {
            for line in script[index..<end] {
                if line.sign != "+" { oldLine += 1 }
                if line.sign != "-" { newLine += 1 }
            }
            index = end
        }
        while let next = script[index...].firstIndex(where: { $0.sign != " " }) {
            advance(to: max(index, next - context))
            var end = next
            var quiet = 0
            while end < script.count, quiet <= 2 * context {
                quiet = script[end].sign == " " ? quiet + 1 : 0
                end += 1
            }
            end -= max(0, quiet - context)
            hunks.append(Hunk(oldStart: oldLine, newStart: newLine, lines: Array(script[index..<end])))
            advance(to: end)
        }
        return hunks
    }
}
