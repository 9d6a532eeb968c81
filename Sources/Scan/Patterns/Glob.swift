/// Translates a glob to a regular expression, so that one engine gives its linear time to both.
///
/// `*` is any text, `?` one character, `[a-z]` and `[!a-z]` classes, a backslash takes the next character as it
/// stands. It is anchored nowhere, so stars at its ends say nothing and are left off: a match is what lies between.
package enum Glob {
    package static func regex(_ glob: String) -> String {
        var scalars = Array(glob.unicodeScalars)
        while scalars.first == "*" { scalars.removeFirst() }
        while scalars.last == "*", scalars.dropLast().last != "\\" { scalars.removeLast() }
        var out = "(?s)"
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case "*": out += ".*?"
            case "?": out += "."
            case "[": index = characterClass(scalars, index, &out)
            case "\\" where index < scalars.count:
                out += quoted(scalars[index])
                index += 1
            default: out += quoted(scalar)
            }
        }
        return out
    }

    /// The text that a glob without wildcards stands for.
    static func literal(_ glob: String) -> String? {
        var text = Substring(glob)
        while text.first == "*" { text.removeFirst() }
        while text.last == "*" { text.removeLast() }
        return text.contains { "*?[\\".contains($0) } || text.isEmpty ? nil : String(text)
    }

    /// The class whose `[` has been read; one that is never closed is that character. The index behind it.
    private static func characterClass(_ scalars: [Unicode.Scalar], _ start: Int, _ out: inout String) -> Int
    {
        var index = start
        let negated = index < scalars.count && (scalars[index] == "!" || scalars[index] == "^")
        if negated { index += 1 }
        let first = index
        // A `]` that comes first belongs to the class.
        if index < scalars.count, scalars[index] == "]" { index += 1 }
        while index < scalars.count, scalars[index] != "]" { index += 1 }
        guard index < scalars.count else {
            out += "\\["
            return start
        }
        out += negated ? "[^" : "["
        for member in scalars[first..<index] { out += member == "-" ? "-" : quoted(member) }
        out += "]"
        return index + 1
    }

    /// A character that stands for itself.
    private static func quoted(_ scalar: Unicode.Scalar) -> String {
        let isPlain =
            scalar.value >= 0x80 || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            || scalar == "_" || scalar == " "
        return isPlain ? String(scalar) : "\\x{" + String(scalar.value, radix: 16) + "}"
    }
}
