/// A path taken apart by text: home written as `~`, empty and `.` parts dropped, `..` applied where it can be.
struct NormalPath {
    /// The names between the separators, in lower case for a Windows path.
    let parts: [String]
    let isAbsolute: Bool
    /// Begins in a home directory, whose parts follow.
    let isHome: Bool
    let isWindows: Bool
    /// How many directories above the one it starts in it reaches.
    let climbed: Int
    /// Climbs out of the first directory of an absolute path and goes down into one of the system's.
    let isDetour: Bool
    let hasWildcards: Bool

    private static let longest = 4_096

    init(_ text: Text) {
        var bytes = Array(text.bytes.prefix(NormalPath.longest))
        if bytes.starts(with: "file://".utf8) { bytes.removeFirst(7) }
        let windows = NormalPath.looksLikeWindows(bytes)
        let separators: [UInt8] = windows ? [0x2F, 0x5C] : [0x2F]
        var names = bytes.split { separators.contains($0) }.map { part in
            let name = Text(Array(part)).shown
            return windows ? name.lowercased() : name
        }
        var home = false
        var absolute = bytes.first == 0x2F || windows
        if !absolute, let first = names.first, NormalPath.namesHome(first) {
            home = true
            names.removeFirst()
        }
        var (kept, climbed, leftFirst) = ([String](), 0, false)
        for name in names where name != "." {
            if name != ".." {
                kept.append(name)
            } else if kept.popLast() == nil {
                if !absolute { climbed += 1 }
                // `~/..` is where homes lie; climbing from anywhere else ends, for a reader of text, at the root.
                if home { (home, absolute) = (false, true) }
            } else if absolute, kept.isEmpty {
                leftFirst = true
            }
        }
        let ends = kept.first.map(NormalPath.isSystemRoot) ?? false
        isDetour = leftFirst && absolute && !windows && ends
        if !absolute, !home, ends, climbed >= 2 || climbed == 1 && kept.first == "etc" && kept.count == 2 {
            // `../../etc/passwd`: written to end up below the root.
            absolute = climbed >= 2 || ["passwd", "shadow", "sudoers"].contains(kept[1])
        }
        if absolute, kept.count >= 2, kept[0] == "home" || kept[0] == "Users" {
            (home, absolute) = (true, false)
            kept.removeFirst(2)
        } else if absolute, kept.first == "root" {
            (home, absolute) = (true, false)
            kept.removeFirst()
        }
        parts = kept
        isAbsolute = absolute
        isHome = home
        isWindows = windows
        self.climbed = climbed
        hasWildcards = bytes.contains { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B }
    }

    private static func namesHome(_ name: String) -> Bool {
        name == "~" || name == "$HOME" || name == "${HOME}" || name == "%USERPROFILE%"
            || name == "$env:USERPROFILE"
            || name.count > 1 && name.hasPrefix("~")
                && name.dropFirst().allSatisfy { $0.isLetter || $0 == "_" }
    }

    private static func looksLikeWindows(_ bytes: [UInt8]) -> Bool {
        if bytes.count > 2, bytes[1] == 0x3A, bytes[2] == 0x5C || bytes[2] == 0x2F { return true }
        return bytes.contains(0x5C) && !bytes.contains(0x2F) && bytes.first != 0x5C
    }

    static func isSystemRoot(_ name: String) -> Bool {
        switch name {
        case "etc", "usr", "bin", "sbin", "lib", "lib32", "lib64", "boot", "sys", "proc", "dev", "root",
            "var",
            "home":
            true
        default: false
        }
    }

    /// Whether the shell could expand this path's wildcards to `path`. Each part is matched on its own.
    func couldName(_ path: String) -> Bool {
        let wanted = NormalPath(Text(path))
        guard wanted.isHome == isHome, wanted.isAbsolute == isAbsolute, wanted.parts.count == parts.count
        else {
            return false
        }
        // A part that is nothing but a wildcard names everything, which is no sign of this path.
        let telling = parts.filter { !$0.allSatisfy { $0 == "*" || $0 == "?" } }
        guard telling.contains(where: { $0.contains { "*?[".contains($0) } }) else { return false }
        return zip(parts, wanted.parts).allSatisfy { Wildcard.matches(Array($0.utf8), Array($1.utf8)) }
    }
}

/// Shell wildcards over one short name: `*`, `?` and `[…]`.
enum Wildcard {
    /// Goes back at most to the last `*`, so the time is at most the product of the two lengths.
    static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var (p, n) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                star = (p, n)
                p += 1
            } else if let next = step(pattern, p, name[n]) {
                p = next
                n += 1
            } else if let last = star {
                star = (last.pattern, last.name + 1)
                (p, n) = (last.pattern + 1, last.name + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// Where the pattern goes on after taking `byte` at `index`; `nil` when it does not take it.
    private static func step(_ pattern: [UInt8], _ index: Int, _ byte: UInt8) -> Int? {
        guard index < pattern.count else { return nil }
        switch pattern[index] {
        case UInt8(ascii: "?"): return index + 1
        case UInt8(ascii: "["):
            guard let close = pattern[(index + 1)...].dropFirst().firstIndex(of: UInt8(ascii: "]")) else {
                return byte == pattern[index] ? index + 1 : nil
            }
            var members = pattern[(index + 1)..<close]
            let negated = members.first == UInt8(ascii: "!") || members.first == UInt8(ascii: "^")
            if negated { members.removeFirst() }
            return contains(members, byte) != negated ? close + 1 : nil
        default: return pattern[index] == byte ? index + 1 : nil
        }
    }

    private static func contains(_ members: ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
        var index = members.startIndex
        while index < members.endIndex {
            if index + 2 < members.endIndex, members[index + 1] == UInt8(ascii: "-") {
                if members[index] <= byte && byte <= members[index + 2] { return true }
                index += 3
            } else {
                if members[index] == byte { return true }
                index += 1
            }
        }
        return false
    }
}
