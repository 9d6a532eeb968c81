/// A token of Python's lexical analysis (The Python Language Reference, chapter 2). Comments and the ends of lines
/// that end no statement are not among the tokens.
struct PythonToken: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        case name
        case number
        /// A whole string or bytes literal that is no f-string.
        case string
        /// The prefix and opening quotes of an f-string or t-string.
        case formatStart
        /// Literal text of one, between its replacement fields, or inside a format specification.
        case formatText
        /// Its closing quotes.
        case formatEnd
        case sign
        /// The end of a logical line.
        case newline
        case indent
        case dedent
        /// Bytes that belong to no token.
        case error
        case end
    }

    let kind: Kind
    /// What a sign or a keyword is; `.none` for all else.
    let word: Word
    /// The number of a name; -1 for all else.
    let symbol: Int32
    private let first: UInt32
    private let last: UInt32

    init(_ kind: Kind, _ word: Word = .none, _ range: Range<Int>, symbol: Int32 = -1) {
        self.kind = kind
        self.word = word
        self.symbol = symbol
        first = UInt32(truncatingIfNeeded: range.lowerBound)
        last = UInt32(truncatingIfNeeded: range.upperBound)
    }

    var start: Int { Int(first) }
    var end: Int { Int(last) }
    var range: Range<Int> { start..<end }

    /// The signs and the keywords; soft keywords are names to the lexer, as they are to Python's.
    enum Word: UInt8, Sendable {
        case none
        // Brackets come in pairs, the closing one behind its opening one.
        case openParen, closeParen, openBracket, closeBracket, openBrace, closeBrace
        case comma, colon, semicolon, dot, ellipsis, at, arrow, assign, walrus, bang
        case plus, minus, star, doubleStar, slash, doubleSlash, percent, ampersand, bar, caret, tilde,
            shiftLeft, shiftRight
        case less, greater, lessEqual, greaterEqual, equal, notEqual
        /// `+=`, and apart from it the others that only change a value.
        case plusAssign, otherAssign
        case kFalse, kNone, kTrue, kAnd, kAs, kAssert, kAsync, kAwait, kBreak, kClass, kContinue, kDef, kDel,
            kElif, kElse
        case kExcept, kFinally, kFor, kFrom, kGlobal, kIf, kImport, kIn, kIs, kLambda, kNonlocal, kNot, kOr,
            kPass, kRaise
        case kReturn, kTry, kWhile, kWith, kYield

        /// The closing bracket of this opening one.
        var closing: Word? {
            switch self {
            case .openParen: .closeParen
            case .openBracket: .closeBracket
            case .openBrace: .closeBrace
            default: nil
            }
        }

        var isClosing: Bool { self == .closeParen || self == .closeBracket || self == .closeBrace }
    }
}

extension PythonToken.Word {
    /// The keyword that these bytes spell, else `.none`. Chosen by length and first letter, for each name of a source
    /// comes here.
    init(keyword bytes: ArraySlice<UInt8>) {
        func either(_ spellings: (String, PythonToken.Word)...) -> PythonToken.Word {
            spellings.first { bytes.elementsEqual($0.0.utf8) }?.1 ?? .none
        }
        guard let first = bytes.first, (2...8).contains(bytes.count) else {
            self = .none
            return
        }
        switch (bytes.count, first) {
        case (2, UInt8(ascii: "a")): self = either(("as", .kAs))
        case (2, UInt8(ascii: "i")): self = either(("if", .kIf), ("in", .kIn), ("is", .kIs))
        case (2, UInt8(ascii: "o")): self = either(("or", .kOr))
        case (3, UInt8(ascii: "a")): self = either(("and", .kAnd))
        case (3, UInt8(ascii: "d")): self = either(("def", .kDef), ("del", .kDel))
        case (3, UInt8(ascii: "f")): self = either(("for", .kFor))
        case (3, UInt8(ascii: "n")): self = either(("not", .kNot))
        case (3, UInt8(ascii: "t")): self = either(("try", .kTry))
        case (4, UInt8(ascii: "N")): self = either(("None", .kNone))
        case (4, UInt8(ascii: "T")): self = either(("True", .kTrue))
        case (4, UInt8(ascii: "e")): self = either(("elif", .kElif), ("else", .kElse))
        case (4, UInt8(ascii: "f")): self = either(("from", .kFrom))
        case (4, UInt8(ascii: "p")): self = either(("pass", .kPass))
        case (4, UInt8(ascii: "w")): self = either(("with", .kWith))
        case (5, UInt8(ascii: "F")): self = either(("False", .kFalse))
        case (5, UInt8(ascii: "a")): self = either(("async", .kAsync), ("await", .kAwait))
        case (5, UInt8(ascii: "b")): self = either(("break", .kBreak))
        case (5, UInt8(ascii: "c")): self = either(("class", .kClass))
        case (5, UInt8(ascii: "r")): self = either(("raise", .kRaise))
        case (5, UInt8(ascii: "w")): self = either(("while", .kWhile))
        case (5, UInt8(ascii: "y")): self = either(("yield", .kYield))
        case (6, UInt8(ascii: "a")): self = either(("assert", .kAssert))
        case (6, UInt8(ascii: "e")): self = either(("except", .kExcept))
        case (6, UInt8(ascii: "g")): self = either(("global", .kGlobal))
        case (6, UInt8(ascii: "i")): self = either(("import", .kImport))
        case (6, UInt8(ascii: "l")): self = either(("lambda", .kLambda))
        case (6, UInt8(ascii: "r")): self = either(("return", .kReturn))
        case (7, UInt8(ascii: "f")): self = either(("finally", .kFinally))
        case (8, UInt8(ascii: "c")): self = either(("continue", .kContinue))
        case (8, UInt8(ascii: "n")): self = either(("nonlocal", .kNonlocal))
        default: self = .none
        }
    }
}
