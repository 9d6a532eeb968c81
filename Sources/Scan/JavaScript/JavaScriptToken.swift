/// A token of ECMAScript's lexical grammar (ECMA-262, clause 12). Comments and line ends are not among the tokens.
struct JavaScriptToken: Equatable, Sendable {
    enum Kind: UInt8, Sendable {
        /// An identifier, a keyword or a private name.
        case name
        case number
        case string
        /// Literal text of a template, between its backticks and its substitutions.
        case template
        case regex
        case sign
        case error
        case end
    }

    enum Sign: UInt8, Sendable {
        case none
        case openParen, closeParen, openBracket, closeBracket, openBrace, closeBrace
        /// `${` in a template, whose partner is a closing brace.
        case openSubstitution
        case templateOpen, templateClose
        case dot, optionalDot, spread, comma, semicolon, colon, question, arrow, assign, plusAssign,
            otherAssign
        case plus, minus, star, power, slash, percent, increment, decrement, not, tilde
        case and, or, coalesce, other
        case equality, comparison, shift, bitwise
    }

    let kind: Kind
    let sign: Sign
    private let first: UInt32
    private let last: UInt32

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
        sign == .openParen || sign == .openBracket || sign == .openBrace || sign == .openSubstitution
            || sign == .templateOpen
    }

    var closes: Bool {
        sign == .closeParen || sign == .closeBracket || sign == .closeBrace || sign == .templateClose
    }
}
