/// Looks at the bytes before the parser does: well-formed UTF-8 without anything that a reader cannot see.
///
/// libyaml follows YAML 1.1, where U+0085, U+2028 and U+2029 end a line; an editor does not show that, so
/// what a person takes for a comment could hold a key. YAML 1.2 dropped them, and here they are refused.
func checkText(_ bytes: [UInt8], file: String) throws(YAMLError) {
    do {
        _ = try UTF8Span(validating: bytes.span)
    } catch {
        throw YAMLError(.notUTF8, at: mark(of: error.byteOffsets.lowerBound, in: bytes, file: file))
    }
    for (offset, byte) in bytes.enumerated() where mayBeginInvisible(byte) {
        if let scalar = invisible(at: offset, in: bytes) {
            throw YAMLError(.invisible(scalar), at: mark(of: offset, in: bytes, file: file))
        }
    }
}

/// Whether a scalar that starts with this byte needs a second look.
private func mayBeginInvisible(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F, 0xC2, 0xE2, 0xEF: true
    default: false
    }
}

/// The scalar at `offset` of well-formed text, when it is one that may not stand there.
private func invisible(at offset: Int, in bytes: [UInt8]) -> UInt32? {
    var decoder = UTF8()
    var rest = bytes[offset...].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&rest) else { return nil }
    switch scalar.value {
    case 0x0D:
        return offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n") ? nil : 0x0D
    default:
        return scalar.isVisible ? nil : scalar.value
    }
}

/// The line and column of the scalar that begins at `offset`.
private func mark(of offset: Int, in bytes: [UInt8], file: String) -> Mark {
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }
    return Mark(file: file, line: line, column: column)
}
