import Audit
import Event
import Linux

/// The list of what a run changed as it is kept: a line that counts, and a line of JSON for each change. It is as long as
/// the run made it, so it is written and read a piece at a time.
struct ChangeList {
    let changes: [Change]
    let isCut: Bool
    /// Of the whole text.
    let digest: Digest

    private static let piece = 1 << 16
    private static let longestLine = 1 << 20
    private static let lineFeed = UInt8(ascii: "\n")

    /// Writes a list; the digest of its text.
    static func write(
        _ changes: [Change], isCut: Bool, to put: ([UInt8]) throws(SystemError) -> Void
    ) throws(SystemError) -> Digest {
        let head: JSON = ["v": 1, "count": .number(changes.count), "cut": .bool(isCut)]
        var digest = DigestStream()
        var text = head.encoded + [lineFeed]
        for change in changes {
            change.json.write(to: &text)
            text.append(lineFeed)
            guard text.count >= piece else { continue }
            digest.add(text)
            try put(text)
            text.removeAll(keepingCapacity: true)
        }
        digest.add(text)
        try put(text)
        return digest.finish()
    }

    /// Reads what `write` wrote; nil when it is not whole.
    static func read(_ file: borrowing Descriptor) throws(SystemError) -> ChangeList? {
        guard try file.status().kind == .regular else { return nil }
        var digest = DigestStream()
        var changes: [Change] = []
        var head: JSON?
        var begun: [UInt8] = []
        while true {
            let bytes = try file.read(atMost: piece)
            if bytes.isEmpty { break }
            digest.add(bytes)
            var start = 0
            for (index, byte) in bytes.enumerated() where byte == lineFeed {
                let line = JSONReader.value(begun + bytes[start..<index])
                (begun, start) = ([], index + 1)
                if head == nil {
                    head = line
                } else if let change = line.flatMap({ Change($0) }) {
                    changes.append(change)
                } else {
                    return nil
                }
            }
            begun += bytes[start...]
            guard begun.count <= longestLine else { return nil }
        }
        guard let head, begun.isEmpty, head["count"]?.intValue == Int64(changes.count) else { return nil }
        return ChangeList(changes: changes, isCut: head["cut"] == .bool(true), digest: digest.finish())
    }
}
