import YAML

extension Scalar {
    /// What a scalar is by the core schema of YAML 1.2, of which policies use less: `yes` and `on` are text,
    /// and so is `~`, which here names a directory.
    enum Kind { case null, bool, integer, decimal, text }

    var kind: Kind {
        guard isPlain else { return .text }
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "n"), UInt8(ascii: "N"):
            return ["null", "Null", "NULL"].contains(text) ? .null : .text
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
            return ["true", "True", "TRUE", "false", "False", "FALSE"].contains(text) ? .bool : .text
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
            return numberKind(text.utf8) ?? .text
        default: return .text
        }
    }
}

/// What kind of number these bytes are in the core schema; `nil` for none.
private func numberKind(_ text: String.UTF8View) -> Scalar.Kind? {
    var rest = text[...]
    let signed = rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+")
    if signed { rest.removeFirst() }
    if rest.elementsEqual(".inf".utf8) || !signed && rest.elementsEqual(".nan".utf8) { return .decimal }
    if !signed, rest.first == UInt8(ascii: "0") {
        let digits = rest.dropFirst(2)
        let form = rest.dropFirst().first
        if form == UInt8(ascii: "x"), !digits.isEmpty, digits.allSatisfy(isHexDigit) { return .integer }
        if form == UInt8(ascii: "o"), !digits.isEmpty, digits.allSatisfy({ isDigit($0) && $0 < 0x38 }) {
            return .integer
        }
    }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    if rest.isEmpty { return whole.isEmpty ? nil : .integer }
    if rest.first == UInt8(ascii: ".") {
        rest.removeFirst()
        let part = rest.prefix(while: isDigit)
        if whole.isEmpty && part.isEmpty { return nil }
        rest = rest.dropFirst(part.count)
    } else if whole.isEmpty {
        return nil
    }
    if rest.isEmpty { return .decimal }
    guard let exponent = rest.popFirst(), exponent | 0x20 == UInt8(ascii: "e") else { return nil }
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    return !rest.isEmpty && rest.allSatisfy(isDigit) ? .decimal : nil
}

/// `0` to `9`.
func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// `a` to `z` and `A` to `Z`.
func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

/// `0` to `9`, `a` to `f`, `A` to `F`.
func isHexDigit(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
}
