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

    /// Undoes what the output of a run may have done to a terminal, so that what guardrun says next is seen, and as it is
    /// said: an escape that has no end, hidden or inverted text, other letters, another screen, a part of the screen that
    /// scrolls, and text below (ECMA-48; xterm, "Control Sequences"). The cursor stays where it is.
    func reset() {
        guard isatty(number) == 1, environmentValue("TERM") != "dumb" else { return }
        // The place is kept on its own for each screen, and leaving the other one goes to that of the first.
        write(
            "\u{18}\u{1B}[!p\u{1B}7\u{1B}[?1049l\u{1B}7\u{1B}[r\u{1B}8\u{F}\u{1B}(B\u{1B}[0m\u{1B}[?7h\u{1B}[?25h\u{1B}[J"
        )
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

/// Text that a guarded program may have chosen, made harmless to show: what a terminal obeys, what turns the direction of
/// writing around and what cannot be seen is spelled out (Unicode TR #36, "bidirectional text spoofing"; UAX #44,
/// Default_Ignorable_Code_Point).
func inert(_ text: String, limit: Int = 400) -> String {
    let cut = text.unicodeScalars.count > limit ? "…" : ""
    return spelled(text.unicodeScalars.prefix(limit)) + cut
}

/// The same for a text in which something may hide behind what is long and says nothing: of one that is too long both
/// ends are shown, and how much is missing between them.
///
/// - Parameter keepsTabs: a tab moves to the right and does no more.
func abridged(_ text: String, limit: Int, keepsTabs: Bool = false) -> String {
    let scalars = text.unicodeScalars
    let count = scalars.count
    guard count > limit else { return spelled(scalars[...], keepsTabs: keepsTabs) }
    let end = limit / 3
    return spelled(scalars.prefix(limit - end), keepsTabs: keepsTabs)
        + " [… \(count - limit) characters …] "
        + spelled(scalars.suffix(end), keepsTabs: keepsTabs)
}

private func spelled(_ scalars: Substring.UnicodeScalarView, keepsTabs: Bool = false) -> String {
    var shown = String.UnicodeScalarView()
    for scalar in scalars {
        switch scalar.value {
        case 0x09 where keepsTabs: shown.append(scalar)
        case 0x00...0x1F, 0x7F...0x9F, 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
            0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0x3164, 0xFE00...0xFE0F, 0xFEFF, 0xFFA0,
            0xFFF0...0xFFFB, 0x1_BCA0...0x1_BCA3, 0x1_D173...0x1_D17A, 0xE_0000...0xE_0FFF:
            shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: shown.append(scalar)
        }
    }
    return String(shown)
}

/// Says why guardrun itself stops, and stops.
func fail(_ sentence: String, _ status: Int32 = Exit.failure) -> Never {
    let terminal = Terminal.standardError
    terminal.line("\(terminal.styled("guardrun:", .bold)) \(sentence)")
    Exit.now(status)
}
