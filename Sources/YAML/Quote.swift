/// The scalar that `parse` reads as `text`, never as a number or a truth value: plain when that is safe
/// inside `[…]` too, else in quotes.
package func quote(_ text: String) -> String {
    if isSafePlain(text) { return text }
    if text.unicodeScalars.allSatisfy({ $0.isVisible }) {
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
            + "'"
    }
    var out = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": out += "\\\(scalar)"
        case _ where scalar.isVisible: out.unicodeScalars.append(scalar)
        default:
            let hex = String(scalar.value, radix: 16)
            out += "\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        }
    }
    return out + "\""
}

/// ASCII words that begin with a letter, `_` or `/`, hold nothing that YAML minds, and are no keyword: what
/// begins with a digit, a sign or a dot could be a number.
private func isSafePlain(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "/") else { return false }
    let isWord = text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"):
            true
        default: isLetter(byte)
        }
    }
    return isWord && !["true", "false", "null"].contains(text.lowercased())
}

private func isLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: false
    }
}
