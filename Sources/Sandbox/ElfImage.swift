import Glibc
import Linux

/// What an ELF program says about how it is loaded (elf(5)): the loader it asks for and where it has libraries of its
/// own. Everything in the file is read with bounds, and what does not fit is not there.
struct ElfImage {
    private(set) var loader: Path?
    /// DT_RUNPATH and DT_RPATH, `$ORIGIN` filled in (ld.so(8)).
    private(set) var libraryPaths: [Path] = []

    private struct Segment {
        let kind: Int
        let offset: Int
        let address: Int
        let size: Int
    }

    /// Nil for anything that is no 64-bit little-endian ELF file.
    init?(_ program: Path) {
        guard let file = try? Descriptor.open(program, O_RDONLY), let head = try? file.read(atMost: 4_096),
            head.count >= 64, head.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        else { return nil }
        let segments = Self.segments(head)
        if let asked = segments.first(where: { $0.kind == 3 }), asked.size > 1, asked.size <= 4_096,
            let text = Self.piece(file, asked.offset, asked.size)
        {
            loader = Path(bytes: Array(text.prefix { $0 != 0 }))
        }
        guard let dynamic = segments.first(where: { $0.kind == 2 }), dynamic.size <= 1 << 16,
            let table = Self.piece(file, dynamic.offset, dynamic.size)
        else { return }
        readLibraryPaths(table, segments, file, origin: program.parent)
    }

    private static func segments(_ head: [UInt8]) -> [Segment] {
        guard let table = number(head, 32, 8), let size = number(head, 54, 2), let count = number(head, 56, 2)
        else {
            return []
        }
        return (0..<min(count, 64)).compactMap { index in
            let entry = table &+ index &* size
            guard let kind = number(head, entry, 4), let offset = number(head, entry &+ 8, 8),
                let address = number(head, entry &+ 16, 8), let length = number(head, entry &+ 32, 8)
            else { return nil }
            return Segment(kind: kind, offset: offset, address: address, size: length)
        }
    }

    private mutating func readLibraryPaths(
        _ table: [UInt8], _ segments: [Segment], _ file: borrowing Descriptor, origin: Path
    ) {
        var strings: Int?
        var names: [Int] = []
        for start in stride(from: 0, to: table.count - 15, by: 16) {
            guard let tag = Self.number(table, start, 8), let value = Self.number(table, start + 8, 8) else {
                continue
            }
            if tag == 0 { break }
            if tag == 5 { strings = value }
            if tag == 15 || tag == 29 { names.append(value) }
        }
        guard let strings, !names.isEmpty,
            let load = segments.first(where: {
                $0.kind == 1 && strings >= $0.address && strings - $0.address < $0.size
            })
        else { return }
        let base = load.offset &+ (strings - load.address)
        for name in names {
            guard let text = Self.piece(file, base &+ name, 4_096) else { continue }
            for word in text.prefix(while: { $0 != 0 }).split(separator: UInt8(ascii: ":")) {
                let path = String(decoding: word, as: UTF8.self)
                let filled = Self.fill(path, origin)
                if filled.hasPrefix("/") { libraryPaths.append(Path(filled).normalised) }
            }
        }
    }

    private static func fill(_ path: String, _ origin: Path) -> String {
        for variable in ["$ORIGIN", "${ORIGIN}"] where path.hasPrefix(variable) {
            return origin.description + path.dropFirst(variable.count)
        }
        return path
    }

    private static func number(_ bytes: [UInt8], _ offset: Int, _ size: Int) -> Int? {
        guard offset >= 0, size <= bytes.count, offset <= bytes.count - size else { return nil }
        return Int(
            exactly: bytes[offset..<offset + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    private static func piece(_ file: borrowing Descriptor, _ offset: Int, _ size: Int) -> [UInt8]? {
        guard offset >= 0, lseek(file.number, offset, SEEK_SET) == offset else { return nil }
        return try? file.read(atMost: size)
    }
}
