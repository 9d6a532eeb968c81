/// Splits shell text into tokens as bash does. It never fails and nothing in it recurses: what is open is kept in a
/// list, and what is not closed at the end is closed there with an error.
struct ShellLexer {
    /// What surrounds the place that is read.
    struct Mode {
        enum Kind {
            /// Commands: the text itself, or what a substitution or parentheses hold.
            case commands, parenthesis, substitution, backtick, innerBacktick
            case double, array
            /// `[[ … ]]`, where `<`, `>`, `(` and `&&` are words.
            case test
            case expansion(quoted: Bool)
            /// `((…))` with the number of parentheses open inside; closed by `]` when it began with `$[`.
            case arithmetic(open: Int, bracket: Bool)
            /// A here-document; where reading goes on behind it, and how far the text outside reaches.
            case body(resume: Int, outerLimit: Int)
        }

        var kind: Kind
        /// The index of the opening token; -1 where there is none.
        var token = -1
        /// Whether the next word is the name of a command.
        var atCommand = true
        /// The `case` commands that are open, outermost first.
        var cases: [Case] = []
        /// What was being read outside, to go on with behind it.
        var outerWord: Int?
        var outerAwaits = false
        /// Whether the innermost commands stand in backticks, and in backticks in backticks.
        var ticks = Ticks.none

        enum Case { case subject, pattern, commands }
        enum Ticks { case none, once, twice }
    }

    struct HereDocument {
        var delimiter: [UInt8] = []
        var isLiteral = false
        let stripsTabs: Bool
    }

    static let maximumDepth = 1_000

    let bytes: [UInt8]
    /// Where reading stops: the end, or that of the here-document that is read.
    var limit: Int
    var at = 0
    var tokens: [ShellToken] = []
    var comments: [Range<Int>] = []
    var modes = [Mode(kind: .commands)]
    /// Where the word that is read began.
    var wordStart: Int?
    var pending: [HereDocument] = []
    var awaitsDelimiter = false
    /// Bytes that may yet be looked ahead at to tell `((` from two parentheses.
    var lookahead: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        limit = bytes.count
        lookahead = 2 * bytes.count + 1_000
        tokens.reserveCapacity(bytes.count / 5 + 8)
    }

    func peek(_ distance: Int = 0) -> UInt8 {
        let index = at + distance
        return index < limit ? bytes[index] : 0
    }

    mutating func run() {
        while true {
            guard at < limit else {
                if finishBody() { continue }
                break
            }
            step()
        }
        endWord()
        while modes.count > 1 {
            add(.error, at..<at)
            pop(at..<at)
        }
        if !pending.isEmpty { add(.error, at..<at) }
    }

    private mutating func step() {
        switch modes[modes.count - 1].kind {
        case .double: quoted(closing: UInt8(ascii: "\""))
        case .body: quoted(closing: nil)
        case .expansion(let quoted): expansion(quoted: quoted)
        case .arithmetic(let open, let bracket): arithmetic(open: open, bracket: bracket)
        default: command()
        }
    }

    // MARK: Tokens

    mutating func add(_ kind: ShellToken.Kind, _ sign: ShellToken.Sign = .none, _ range: Range<Int>) {
        tokens.append(ShellToken(kind, sign, range))
    }

    mutating func add(_ kind: ShellToken.Kind, _ range: Range<Int>) { add(kind, .none, range) }

    /// Takes `length` bytes as a token.
    mutating func take(_ kind: ShellToken.Kind, _ sign: ShellToken.Sign, _ length: Int) {
        let end = min(at + length, limit)
        add(kind, sign, at..<end)
        at = end
    }

    mutating func take(_ kind: ShellToken.Kind, _ length: Int) { take(kind, .none, length) }

    /// Takes an opening token. Nested deeper than anybody nests, it is text, with an error to say so.
    mutating func push(_ kind: Mode.Kind, _ token: ShellToken.Kind, _ sign: ShellToken.Sign, _ length: Int) {
        guard modes.count < ShellLexer.maximumDepth else {
            add(.error, at..<at)
            return take(.text, length)
        }
        take(token, sign, length)
        enter(kind, token: tokens.count - 1)
    }

    mutating func push(_ kind: Mode.Kind, _ token: ShellToken.Kind, _ length: Int) {
        push(kind, token, .none, length)
    }

    mutating func enter(_ kind: Mode.Kind, token: Int) {
        let ticks: Mode.Ticks =
            switch kind {
            case .backtick: .once
            case .innerBacktick: .twice
            case .commands, .substitution, .parenthesis, .body: .none
            default: modes[modes.count - 1].ticks
            }
        modes.append(
            Mode(kind: kind, token: token, outerWord: wordStart, outerAwaits: awaitsDelimiter, ticks: ticks))
        wordStart = nil
        awaitsDelimiter = false
    }

    /// Leaves the innermost mode, whose closing token spans `range`.
    mutating func pop(_ range: Range<Int>) {
        guard modes.count > 1, let mode = modes.popLast() else { return }
        (wordStart, awaitsDelimiter) = (mode.outerWord, mode.outerAwaits)
        guard mode.token >= 0 else { return }
        let closing: ShellToken.Kind =
            switch tokens[mode.token].kind {
            case .doubleOpen: .doubleClose
            case .expansionOpen: .expansionClose
            case .arithmeticOpen: .arithmeticClose
            case .arrayOpen: .arrayClose
            case .bodyOpen: .bodyClose
            default: .substitutionClose
            }
        add(closing, range)
        tokens[mode.token].partner = UInt32(tokens.count - 1)
    }

    // MARK: Words

    /// What a word is made of: quotes, expansions, text. False when nothing of that is here.
    mutating func part() -> Bool {
        let next = peek(1)
        switch peek() {
        case UInt8(ascii: "\\"): escape()
        case UInt8(ascii: "'"): single()
        case UInt8(ascii: "\""): push(.double, .doubleOpen, 1)
        case UInt8(ascii: "`"): backtick()
        case UInt8(ascii: "$"):
            if next == UInt8(ascii: "'") {
                ansi()
            } else if next == UInt8(ascii: "\"") {
                push(.double, .doubleOpen, 2)
            } else {
                return dollar(quoted: false)
            }
        case UInt8(ascii: "<") where next == UInt8(ascii: "("):
            push(.substitution, .substitutionOpen, .processInput, 2)
        case UInt8(ascii: ">") where next == UInt8(ascii: "("):
            push(.substitution, .substitutionOpen, .processOutput, 2)
        default: return false
        }
        return true
    }

    mutating func escape() {
        switch peek(1) {
        case 0x0A: take(.continuation, 2)
        case 0x0D where peek(2) == 0x0A: take(.continuation, 3)
        case UInt8(ascii: "`") where ticks == .once:
            push(.innerBacktick, .substitutionOpen, .backtick, 2)
        case UInt8(ascii: "`") where ticks == .twice: closeBacktick(2)
        // Inside backticks a backslash only protects from the outer shell; the inner one still expands.
        case UInt8(ascii: "$") where ticks == .once: take(.continuation, 1)
        default: take(.escape, 2)
        }
    }

    private var ticks: Mode.Ticks { modes[modes.count - 1].ticks }

    private mutating func single() {
        let start = at
        at += 1
        while at < limit, bytes[at] != UInt8(ascii: "'") { at += 1 }
        close(.single, start)
    }

    private mutating func ansi() {
        let start = at
        at += 2
        while at < limit, bytes[at] != UInt8(ascii: "'") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at = min(at, limit)
        close(.ansi, start)
    }

    private mutating func close(_ kind: ShellToken.Kind, _ start: Int) {
        let isClosed = at < limit
        if isClosed { at += 1 }
        add(kind, start..<at)
        if !isClosed { add(.error, at..<at) }
    }

    mutating func backtick() {
        if ticks == .once { closeBacktick(1) } else { push(.backtick, .substitutionOpen, .backtick, 1) }
    }

    /// Leaves everything up to the backticks that are open.
    private mutating func closeBacktick(_ length: Int) {
        endWord()
        while modes.count > 1 {
            switch modes[modes.count - 1].kind {
            case .backtick, .innerBacktick:
                pop(at..<min(at + length, limit))
                at = min(at + length, limit)
                return
            default: pop(at..<at)
            }
        }
    }
}
