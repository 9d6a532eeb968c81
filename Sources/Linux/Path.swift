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
    package func appending(_ name: some Collection<UInt8>) -> Path {
        if name.first == Path.slash { return Path(bytes: Array(name)) }
        if name.isEmpty { return self }
        var joined = bytes
        if joined.last != Path.slash { joined.append(Path.slash) }
        joined += name
        return Path(bytes: joined)
    }

    package func appending(_ name: String) -> Path { appending(name.utf8) }
    package func appending(_ path: Path) -> Path { appending(path.bytes) }

    /// `.` and doubled slashes removed and `..` applied to the text. Symbolic links are not looked at, so this
    /// is where a path points only when none lies on the way.
    package var normalised: Path {
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

    /// Whether `other` is this path or lies below it. Both must be normalised.
    package func contains(_ other: Path) -> Bool {
        if isRoot { return other.isAbsolute }
        guard other.bytes.count >= bytes.count, other.bytes.starts(with: bytes) else { return false }
        return other.bytes.count == bytes.count || other.bytes[bytes.count] == Path.slash
    }

    /// Parents sort before what lies in them.
    package static func < (a: Path, b: Path) -> Bool {
        a.components.lexicographicallyPrecedes(b.components) { $0.lexicographicallyPrecedes($1) }
    }

    private static let slash = UInt8(ascii: "/")
}
