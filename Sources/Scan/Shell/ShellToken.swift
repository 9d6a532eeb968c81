/// A token of the shell's input (bash(1), "QUOTING" to "REDIRECTION"; POSIX.1-2024 Shell Command Language 2.3).
///
/// A word is a run of tokens that touch: `r''m` is text, quote, text. What nests comes as an opening and a closing
/// token around what it holds.
struct ShellToken: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        /// Characters that stand for themselves, outside of quotes or inside double ones.
        case text
        /// A backslash and the character it quotes.
        case escape
        /// A backslash at the end of a line: nothing at all.
        case continuation
        /// `'…'`
        case single
        /// `$'…'`
        case ansi
        case doubleOpen, doubleClose
        /// `$x`, `$1`, `$?`
        case parameter
        /// `${` with its flag and name; what follows up to the closing token is operator and word.
        case expansionOpen, expansionClose
        /// `$(`, a backtick, `<(` or `>(`.
        case substitutionOpen, substitutionClose
        /// `$((`, `((` or `$[`.
        case arithmeticOpen, arithmeticClose
        /// The parentheses of `name=(…)`.
        case arrayOpen, arrayClose
        /// What separates commands, a line end included.
        case control
        case redirect
        /// Around the text of a here-document, which stands where it lies: behind the line that asks for it.
        case bodyOpen, bodyClose
        case error
    }

    enum Sign: UInt8, Sendable {
        case none
        case newline, semicolon, and, or, pipe, pipeBoth, background, openParen, closeParen
        /// `;;`, `;&` and `;;&`, and the `)` behind a pattern of `case`.
        case caseEnd, patternEnd
        case input, output, append, both, here, hereStripped, hereString, duplicateInput, duplicateOutput,
            clobber
        /// `&>` and `&>>`
        case outputAll, appendAll
        /// How a substitution is written.
        case dollar, backtick, processInput, processOutput
        /// Whether a here-document's text is taken as it stands.
        case literal
    }

    let kind: Kind
    let sign: Sign
    private let first: UInt32
    private let last: UInt32
    /// For an opening token the index of its closing one.
    var partner: UInt32 = 0

    init(_ kind: Kind, _ sign: Sign = .none, _ range: Range<Int>) {
        self.kind = kind
        self.sign = sign
        first = UInt32(truncatingIfNeeded: range.lowerBound)
        last = UInt32(truncatingIfNeeded: range.upperBound)
    }

    var start: Int { Int(first) }
    var end: Int { Int(last) }
    var range: Range<Int> { start..<end }

    var opens: Bool {
        switch kind {
        case .doubleOpen, .expansionOpen, .substitutionOpen, .arithmeticOpen, .arrayOpen, .bodyOpen: true
        default: false
        }
    }

    /// Whether it can be part of a word.
    var isPart: Bool {
        switch kind {
        case .control, .redirect, .bodyOpen, .bodyClose, .error, .substitutionClose, .expansionClose,
            .arithmeticClose,
            .arrayClose, .doubleClose:
            false
        default: true
        }
    }
}
