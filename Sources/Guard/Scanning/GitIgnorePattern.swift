/// One line of a .gitignore (gitignore(5)).
struct GitIgnorePattern: Equatable {
    /// Takes back what lines before it ignore.
    let isNegated: Bool
    private let onlyDirectories: Bool
    /// The names between the slashes. Without a slash in the line it is a single one, which any name below matches.
    private let segments: [[UInt8]]
    private let isAnchored: Bool

    /// Nil for an empty line and a comment.
    init?(_ line: ArraySlice<UInt8>) {
        var text = line
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        // Spaces at the end count only behind a backslash.
        while text.last == 0x20, !(text.dropLast().last == UInt8(ascii: "\\")) { text.removeLast() }
        guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
        isNegated = first == UInt8(ascii: "!")
        if isNegated { text.removeFirst() }
        onlyDirectories = text.last == UInt8(ascii: "/")
        if onlyDirectories { text.removeLast() }
        guard !text.isEmpty else { return nil }
        isAnchored = text.contains(UInt8(ascii: "/"))
        if text.first == UInt8(ascii: "/") { text.removeFirst() }
        segments = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            Array($0)
        }
    }

    /// Whether it names what lies at these names below the directory of its file.
    func matches(_ names: ArraySlice<ArraySlice<UInt8>>, isDirectory: Bool) -> Bool {
        guard isDirectory || !onlyDirectories, let last = names.last else { return false }
        if !isAnchored { return GitIgnorePattern.matches(last, segments[0][...]) }
        return matches(names)
    }

    /// `**` as a whole name is any number of names, at the end at least one. Each star is tried anew from the last one
    /// only, so the work is bounded by the product of both lengths.
    private func matches(_ names: ArraySlice<ArraySlice<UInt8>>) -> Bool {
        var (name, segment) = (names.startIndex, 0)
        var retry: (name: Int, segment: Int)?
        while name < names.endIndex {
            if segment < segments.count, segments[segment].elementsEqual("**".utf8) {
                if segment == segments.count - 1 { return true }
                retry = (name, segment)
                segment += 1
            } else if segment < segments.count,
                GitIgnorePattern.matches(names[name], segments[segment][...])
            {
                (name, segment) = (name + 1, segment + 1)
            } else if let last = retry {
                retry = (last.name + 1, last.segment)
                (name, segment) = (last.name + 1, last.segment + 1)
            } else {
                return false
            }
        }
        return segment == segments.count
    }

    /// One name against `*`, `?`, `[…]` and `\` (fnmatch(3)).
    static func matches(_ name: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
        var (at, wanted) = (name.startIndex, pattern.startIndex)
        var retry: (at: Int, wanted: Int)?
        while at < name.endIndex {
            if wanted < pattern.endIndex, pattern[wanted] == UInt8(ascii: "*") {
                retry = (at, wanted)
                wanted += 1
            } else if let next = one(name[at], pattern, wanted) {
                (at, wanted) = (at + 1, next)
            } else if let last = retry {
                retry = (last.at + 1, last.wanted)
                (at, wanted) = (last.at + 1, last.wanted + 1)
            } else {
                return false
            }
        }
        return pattern[wanted...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Where the pattern goes on when what stands at `wanted` is this byte; nil when it is not.
    private static func one(_ byte: UInt8, _ pattern: ArraySlice<UInt8>, _ wanted: Int) -> Int? {
        guard wanted < pattern.endIndex else { return nil }
        switch pattern[wanted] {
        case UInt8(ascii: "?"): return wanted + 1
        case UInt8(ascii: "\\"):
            guard wanted + 1 < pattern.endIndex else { return nil }
            return pattern[wanted + 1] == byte ? wanted + 2 : nil
        case UInt8(ascii: "["): return characterClass(byte, pattern, wanted + 1)
        case byte: return wanted + 1
        default: return nil
        }
    }

    /// Behind a class that has this byte; one that is never closed matches nothing.
    private static func characterClass(_ byte: UInt8, _ pattern: ArraySlice<UInt8>, _ start: Int) -> Int? {
        var index = start
        let end = pattern.endIndex
        let isNegated =
            index < end && (pattern[index] == UInt8(ascii: "!") || pattern[index] == UInt8(ascii: "^"))
        if isNegated { index += 1 }
        var (found, isFirst) = (false, true)
        while index < end, pattern[index] != UInt8(ascii: "]") || isFirst {
            isFirst = false
            if pattern[index...].starts(with: "[:".utf8), let (name, next) = named(pattern, index) {
                found = found || isMember(byte, name)
                index = next
                continue
            }
            if pattern[index] == UInt8(ascii: "\\"), index + 1 < end { index += 1 }
            let low = pattern[index]
            var high = low
            if index + 2 < end, pattern[index + 1] == UInt8(ascii: "-"),
                pattern[index + 2] != UInt8(ascii: "]")
            {
                index += 2
                if pattern[index] == UInt8(ascii: "\\"), index + 1 < end { index += 1 }
                high = pattern[index]
            }
            found = found || (low...max(low, high)).contains(byte) && low <= high
            index += 1
        }
        guard index < end else { return nil }
        return found != isNegated ? index + 1 : nil
    }

    /// `[:alpha:]` inside a class, and where the class goes on.
    private static func named(_ pattern: ArraySlice<UInt8>, _ start: Int) -> (String, Int)? {
        let word = pattern[(start + 2)...].prefix { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") }
        guard pattern[word.endIndex...].starts(with: ":]".utf8) else { return nil }
        return (String(decoding: word, as: UTF8.self), word.endIndex + 2)
    }

    private static func isMember(_ byte: UInt8, _ name: String) -> Bool {
        let isLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
        let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
        let isDigit = byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
        let isSpace = byte == 0x20 || byte >= 0x09 && byte <= 0x0D
        let isGraph = byte > 0x20 && byte < 0x7F
        let letter = byte | 0x20
        return switch name {
        case "alpha": isLower || isUpper
        case "digit": isDigit
        case "alnum": isLower || isUpper || isDigit
        case "lower": isLower
        case "upper": isUpper
        case "space": isSpace
        case "blank": byte == 0x20 || byte == 0x09
        case "punct": isGraph && !isLower && !isUpper && !isDigit
        case "xdigit": isDigit || letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "f")
        case "graph": isGraph
        case "print": isGraph || byte == 0x20
        case "cntrl": byte < 0x20 || byte == 0x7F
        default: false
        }
    }
}
