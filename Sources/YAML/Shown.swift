extension String {
    /// This text as a message may show it: at most 80 scalars, and nothing in it that a terminal obeys or
    /// that cannot be seen.
    package var shown: String {
        var out = ""
        for (count, scalar) in unicodeScalars.enumerated() {
            if count == 80 { return out + "…" }
            if scalar.isVisible {
                out.unicodeScalars.append(scalar)
            } else {
                out += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return out
    }
}

extension Unicode.Scalar {
    /// Whether this shows as itself: no control character, no line separator, no change of writing direction.
    var isVisible: Bool {
        switch value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE, 0xFFFF:
            false
        default: true
        }
    }
}
