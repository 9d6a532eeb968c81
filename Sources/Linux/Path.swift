/// An absolute or relative path as the kernel sees it: bytes, compared as bytes.
///
/// Swift's `String` compares by Unicode equivalence (a composed and a decomposed é are equal there), which no
/// decision about files may rest on.
package struct Path: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The path as text for people; what is not UTF-8 is replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    package static let root = Path("/")
    package var isAbsolute: Bool { bytes.first == Path.slash }
    package var isRoot: Bool { bytes == [Path.slash] }

    /// The names between the slashes, empty ones left out.
    package var components: [ArraySlice<UInt8>] { bytes.split(separator: Path.slash) }

    /// The last name; empty for the root.
    package var name: String {
        components.last.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The directory that holds it, by text alone.
    package var parent: Path {
        guard let slash = bytes.lastIndex(of: Path.slash) else { return Path(".") }
        return slash == 0 ? .root : Path(bytes: Array(bytes[..<slash]))
    }

    /// This path with `name` below it; an absolute `name` stands alone.
    package func appending(_ name: [UInt8]) -> Path {
        if name.first == Path.slash { return Path(bytes: name) }
        if name.isEmpty { return self }
        var joined: [UInt8] = []
        joined.reserveCapacity(bytes.count + 1 + name.count)
        joined.append(contentsOf: bytes)
        if joined.last != Path.slash { joined.append(Path.slash) }
        joined.append(contentsOf: name)
        return Path(bytes: joined)
    }

    package func appending(_ name: ArraySlice<UInt8>) -> Path { appending(Array(name)) }
    package func appending(_ name: String) -> Path { appending(Array(name.utf8)) }
    package func appending(_ path: Path) -> Path { appending(path.bytes) }

    /// `.` and doubled slashes removed and `..` applied to the text. Symbolic links are not looked at, so this
    /// is where a path points only when none lies on the way.
    package var normalised: Path {
        if isNormalised { return self }
        var kept: [ArraySlice<UInt8>] = []
        for component in components {
            if component.elementsEqual(".".utf8) { continue }
            if component.elementsEqual("..".utf8) {
                if let last = kept.last, !last.elementsEqual("..".utf8) {
                    kept.removeLast()
                } else if !isAbsolute {
                    kept.append(component)
                }
                continue
            }
            kept.append(component)
        }
        var joined: [UInt8] = []
        for component in kept {
            if !joined.isEmpty || isAbsolute { joined.append(Path.slash) }
            joined += component
        }
        if joined.isEmpty { return isAbsolute ? .root : Path(".") }
        return Path(bytes: joined)
    }

    /// Absolute, and without anything that `normalised` would take away: what most paths are already.
    private var isNormalised: Bool {
        guard isAbsolute else { return false }
        if bytes.count == 1 { return true }
        var nameLength = 0
        var dots = 0
        for byte in bytes[1...] + [Path.slash] {
            if byte == Path.slash {
                if nameLength == 0 || nameLength <= 2 && dots == nameLength { return false }
                (nameLength, dots) = (0, 0)
            } else {
                nameLength += 1
                if byte == UInt8(ascii: ".") { dots += 1 }
            }
        }
        return true
    }

    /// Whether `other` is this path or lies below it. Both must be normalised.
    package func contains(_ other: Path) -> Bool {
        if isRoot { return other.isAbsolute }
        guard other.bytes.count >= bytes.count, other.bytes.starts(with: bytes) else { return false }
        return other.bytes.count == bytes.count || other.bytes[bytes.count] == Path.slash
    }

    /// Parents sort before what lies in them, and that before what only begins with the same letters.
    package static func < (a: Path, b: Path) -> Bool {
        a.bytes.lexicographicallyPrecedes(b.bytes) { ($0 == slash ? 0 : $0) < ($1 == slash ? 0 : $1) }
    }

    private static let slash = UInt8(ascii: "/")
}
