import Event
import Linux

/// One thing that is different in a run's copy of a directory.
package struct Change: Equatable, Sendable {
    /// The words are a contract with readers of `--json`.
    package enum Kind: String, CaseIterable, Sendable { case added, modified, deleted, renamed, mode }

    package let kind: Kind
    /// Below the directory; bytes that the run chose.
    package let path: Path
    /// Where a file was that is renamed and otherwise the same.
    package var from: Path?
    /// What the directory held when the run was over; nil where it held nothing.
    package let before: Mark?
    /// What the copy holds; nil where the run removed it.
    package let after: Mark?
    /// Somebody changed the directory there while the run went on.
    package var isContested = false
    /// Why it cannot be carried over, as a part of a sentence.
    package var obstacle: String?

    /// What it is now, or was.
    package var entity: Entity { after?.kind ?? before?.kind ?? .other }

    var json: JSON {
        .object([
            .init("change", .string(kind.rawValue)), .init("path", .string(Escaped.text(path.bytes))),
            .init("from", from.map { .string(Escaped.text($0.bytes)) } ?? .null),
            .init("before", before?.json ?? .null), .init("after", after?.json ?? .null),
            .init("contested", .bool(isContested)), .init("obstacle", obstacle.map(JSON.string) ?? .null),
        ])
    }

    init?(_ json: JSON) {
        guard let kind = json["change"]?.stringValue.flatMap({ Kind(rawValue: $0) }),
            let path = json["path"]?.stringValue.flatMap({ Escaped.bytes($0) }), !path.isEmpty
        else { return nil }
        self.init(
            kind: kind, path: Path(bytes: path),
            from: json["from"]?.stringValue.flatMap { Escaped.bytes($0) }.map { Path(bytes: $0) },
            before: Mark(json["before"]), after: Mark(json["after"]),
            isContested: json["contested"] == .bool(true), obstacle: json["obstacle"]?.stringValue)
    }

    init(
        kind: Kind, path: Path, from: Path? = nil, before: Mark?, after: Mark?, isContested: Bool = false,
        obstacle: String? = nil
    ) {
        self.kind = kind
        self.path = path
        self.from = from
        self.before = before
        self.after = after
        self.isContested = isContested
        self.obstacle = obstacle
    }
}

/// Bytes as printable ASCII and back, with nothing lost: what is none of that, and `%`, is `%` and two hexadecimal digits
/// (RFC 3986, 2.1).
enum Escaped {
    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let percent = UInt8(ascii: "%")

    static func text(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        for byte in bytes {
            if byte > 0x20, byte < 0x7F, byte != percent {
                out.append(byte)
            } else {
                out += [percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil for a text that `text` does not write.
    static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == percent else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap({ digits.firstIndex(of: $0) }),
                let low = rest.popFirst().flatMap({ digits.firstIndex(of: $0) })
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
