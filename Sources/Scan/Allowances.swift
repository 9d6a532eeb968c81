import Policy

/// What comments of a source allow: `# guardrun: allow RULE reason` is about findings of that rule which begin in the line
/// of the comment or, where it has a line of its own, in the next line that holds code. Without a reason it allows
/// nothing.
struct Allowances {
    private struct Allowance {
        let rule: ArraySlice<UInt8>
        let reason: String
        /// The line it is about.
        let line: Range<Int>
    }

    private static let mark = "guardrun: allow "
    private static let most = 200

    private var allowances: [Allowance] = []

    init(in bytes: [UInt8], _ language: Language) {
        // Few sources have any, and then the comments need not be told from strings.
        guard bytes.firstRange(of: Self.mark) != nil, let parts = Stretches(of: bytes, in: language) else {
            return
        }
        for comment in parts.stretches(of: .comments) where allowances.count < Self.most {
            let text = Array(bytes[comment])
            guard let mark = text.firstRange(of: Self.mark),
                text[..<mark.lowerBound].allSatisfy({ $0 <= 0x20 || [0x23, 0x2F, 0x2A].contains($0) })
            else { continue }
            let words = text[mark.upperBound...].drop { $0 <= 0x20 }
            let rule = words.prefix { $0 > 0x20 }
            let reason = words[rule.endIndex...].filter { $0 != UInt8(ascii: "*") && $0 != UInt8(ascii: "/") }
            guard !rule.isEmpty, reason.contains(where: { $0 > 0x20 }) else { continue }
            let shown = String(decoding: words[rule.endIndex...].drop { $0 <= 0x20 }, as: UTF8.self)
            allowances.append(
                Allowance(rule: rule, reason: shown, line: Self.line(about: comment, in: bytes)))
        }
    }

    /// Why a finding of a rule that begins at `offset` is allowed; nil when no comment says so.
    func reason(_ rule: String, at offset: Int) -> String? {
        allowances.first { $0.line.contains(offset) && $0.rule.elementsEqual(rule.utf8) }?.reason
    }

    private static func line(about comment: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        var start = comment.lowerBound
        while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
        var end = lineEnd(comment.upperBound, bytes)
        guard bytes[start..<comment.lowerBound].allSatisfy({ $0 <= 0x20 }) else { return start..<end }
        // Alone in its line: the next line that is neither empty nor a comment itself.
        while end < bytes.count {
            start = end
            end = lineEnd(start, bytes)
            let first = bytes[start..<end].first { $0 > 0x20 }
            if let first, first != UInt8(ascii: "#"), first != UInt8(ascii: "/") { return start..<end }
        }
        return end..<end
    }

    private static func lineEnd(_ from: Int, _ bytes: [UInt8]) -> Int {
        bytes[min(from, bytes.count)...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    }
}
