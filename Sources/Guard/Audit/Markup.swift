/// HTML text that is put together. Whatever did not come from guardrun itself goes through `text`, which leaves nothing
/// in it that a browser, a terminal or an eye could take for something else.
struct Markup {
    private(set) var bytes: [UInt8] = []

    /// Words of guardrun's own, as they are.
    mutating func raw(_ markup: StaticString) {
        markup.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Anybody's words. Control characters and those that turn the direction of writing around are spelled out, and
    /// what is longer than `limit` is cut with a word of how much is missing.
    mutating func text(_ text: String, limit: Int = 2_000) {
        for byte in inert(text, limit: limit).utf8 {
            switch byte {
            case UInt8(ascii: "&"): raw("&amp;")
            case UInt8(ascii: "<"): raw("&lt;")
            case UInt8(ascii: ">"): raw("&gt;")
            case UInt8(ascii: "\""): raw("&quot;")
            case UInt8(ascii: "'"): raw("&#39;")
            default: bytes.append(byte)
            }
        }
        let count = text.unicodeScalars.count
        if count > limit {
            raw("<span class=\"cut\"> ")
            number(count - limit)
            raw(" more characters</span>")
        }
    }

    mutating func number(_ number: some BinaryInteger) { bytes += String(number).utf8 }

    mutating func append(_ other: Markup) { bytes += other.bytes }

    /// `<dt>name</dt><dd>value</dd>`; nothing where there is no value.
    mutating func fact(_ name: StaticString, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        raw("<dt>")
        raw(name)
        raw("</dt><dd>")
        text(value)
        raw("</dd>\n")
    }

    /// A cell of a table.
    mutating func cell(_ value: String, limit: Int = 500) {
        raw("<td>")
        text(value, limit: limit)
        raw("</td>")
    }
}
