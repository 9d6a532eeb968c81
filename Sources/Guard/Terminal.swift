import Glibc
import Linux

/// Text for people, written to one of guardrun's own streams; in colour when that is a terminal and nobody said no
/// (https://no-color.org).
struct Terminal {
    enum Style: String {
        case plain = "0"
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
    }

    static let standardOutput = Terminal(1)
    static let standardError = Terminal(2)

    private let number: CInt
    let hasColour: Bool

    init(_ number: CInt) {
        self.number = number
        hasColour =
            isatty(number) == 1 && environmentValue("NO_COLOR") == nil && environmentValue("TERM") != "dumb"
    }

    /// The text in a style, or as it is where there are no colours.
    func styled(_ text: String, _ style: Style) -> String {
        hasColour && style != .plain ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Writes a line. A stream that is closed or full loses it; nothing depends on it.
    func line(_ text: String = "") { write(text + "\n") }

    func write(_ text: String) { write(bytes: Array(text.utf8)) }

    func write(bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

/// Text that a guarded program may have chosen, made harmless to show: control characters, escapes and characters
/// that turn the direction of writing around are spelled out (Unicode TR #36, "bidirectional text spoofing").
func inert(_ text: String, limit: Int = 400) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(limit) {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF:
            shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: shown.append(scalar)
        }
    }
    let cut = text.unicodeScalars.count > limit ? "…" : ""
    return String(shown) + cut
}

/// Says why guardrun itself stops, and stops.
func fail(_ sentence: String, _ status: Int32 = Exit.failure) -> Never {
    let terminal = Terminal.standardError
    terminal.line("\(terminal.styled("guardrun:", .bold)) \(sentence)")
    Exit.now(status)
}
