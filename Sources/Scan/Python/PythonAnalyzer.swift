/// Looks at Python: names are resolved through imports, aliases and assignments, constants are folded, and each call of
/// something known becomes an act.
///
/// It reads tokens from left to right and evaluates expressions where they stand; there is no syntax tree. A function
/// is read where it is defined, and again where it is called with what is known of its arguments.
enum PythonAnalyzer {
    static func analyze(_ bytes: [UInt8], in analysis: Analysis) {
        var reader = PythonReader(bytes, in: analysis)
        reader.run()
    }
}

struct PythonReader {
    /// What surrounds the place that is read.
    struct Context {
        var calls: Call.Context = []
        /// The directory whose files a loop goes through.
        var root: Text?
        var inClass = false
        /// In a loop of thousands of turns.
        var isLong = false
    }

    /// Expressions and blocks in one another: deeper ones are read by themselves, later.
    static let maximumDepth = 40
    static let maximumBlocks = 60
    static let maximumCalls = 3

    let bytes: [UInt8]
    let tokens: [PythonToken]
    let analysis: Analysis
    /// For each opening bracket, f-string start and indent the index of what closes it; -1 for all else.
    let partners: [Int32]
    /// For an opening bracket that holds a comprehension, the index of its first `for`; -1 for all else.
    let comprehensions: [Int32]
    var at = 0
    var symbols: PythonSymbols
    var scopes = PythonScopes()
    /// What is known of attributes of objects that are made here: `self.socket`.
    var members = PythonScopes()
    /// Functions by the name that a class of this source gives them as methods; -1 for names that none has.
    var methods: [Int32] = []
    /// Names that a `def` of this source defines somewhere.
    let defined: [Bool]
    /// How often something was bound that functions may see from outside, and how often a function was.
    var changes = 0
    var definitions = 0
    /// How often something was called that this source defines only later.
    var unresolved = 0
    /// How many tokens of functions were read again so far.
    var readAgain = 0
    var functions: [Function] = []
    var starImports: [String] = []
    /// What the functions that are being read have returned so far.
    var returns: [Value] = []
    var context = Context()
    var depth = 0
    var blocks = 0
    var calls = 0
    /// The file that was last opened to be written.
    var lastWritten: Text?
    /// Whether something was pickled before this place.
    var hasPickled = false
    /// Arguments that a made function was given, by its name.
    var remembered: [String: [Value]] = [:]
    private var deferred: [Range<Int>] = []
    private var deferredStarts: Set<Int> = []

    init(_ bytes: [UInt8], in analysis: Analysis) {
        var lexer = PythonLexer(bytes)
        lexer.run()
        self.bytes = bytes
        self.analysis = analysis
        let tokens = lexer.tokens
        self.tokens = tokens
        symbols = lexer.symbols
        var defined = [Bool](repeating: false, count: lexer.symbols.count)
        for index in tokens.indices.dropLast() where tokens[index].word == .kDef {
            if tokens[index + 1].symbol >= 0 { defined[Int(tokens[index + 1].symbol)] = true }
        }
        self.defined = defined
        (partners, comprehensions) = PythonReader.pair(tokens)
        if let error = tokens.first(where: { $0.kind == .error }) {
            analysis.exceeded(.unread(.python), at: error.range)
        }
        for range in lexer.disguised {
            let (name, _) = PythonName.folded(bytes[range])
            analysis.report(.disguisedName, at: range, "Python reads `\(name)`.")
        }
    }

    mutating func run() {
        statements(until: tokens.count - 1)
        while let range = deferred.popLast(), analysis.spend() {
            at = range.lowerBound
            depth = 0
            elements(until: range.upperBound)
        }
    }

    /// Finds the partner of each token that opens something. What is never closed is closed by the end of the source.
    private static func pair(_ tokens: [PythonToken]) -> ([Int32], [Int32]) {
        var partners = [Int32](repeating: -1, count: tokens.count)
        var comprehensions = partners
        var brackets: [Int] = []
        var indents: [Int] = []
        for index in tokens.indices {
            let token = tokens[index]
            switch token.kind {
            case .indent: indents.append(index)
            case .dedent: if let open = indents.popLast() { partners[open] = Int32(index) }
            case .formatStart: brackets.append(index)
            case .formatEnd:
                while let open = brackets.popLast() {
                    partners[open] = Int32(index)
                    if tokens[open].kind == .formatStart { break }
                }
            case .sign where token.word.closing != nil: brackets.append(index)
            case .sign where token.word.isClosing:
                if let open = brackets.last, tokens[open].kind == .sign {
                    partners[brackets.removeLast()] = Int32(index)
                }
            case .name where token.word == .kFor:
                if let open = brackets.last, comprehensions[open] < 0 { comprehensions[open] = Int32(index) }
            default: break
            }
        }
        for open in brackets + indents { partners[open] = Int32(tokens.count - 1) }
        return (partners, comprehensions)
    }

    /// Leaves tokens to be read by themselves at the end. Where they were put off before they will be read anyway:
    /// twice as much at each of many levels would be too much for anybody.
    mutating func putOff(_ range: Range<Int>) {
        if deferredStarts.insert(range.lowerBound).inserted { deferred.append(range) }
    }

    // MARK: Tokens

    var token: PythonToken { tokens[min(at, tokens.count - 1)] }

    func word(_ distance: Int = 0) -> PythonToken.Word {
        at + distance < tokens.count ? tokens[at + distance].word : .none
    }

    /// The index of what closes the bracket at `index`.
    func partner(_ index: Int) -> Int { partners[index] < 0 ? index : Int(partners[index]) }

    /// Takes the token when it is that sign or keyword.
    mutating func take(_ word: PythonToken.Word) -> Bool {
        guard token.word == word else { return false }
        at += 1
        return true
    }

    /// The name at `index` as Python reads it.
    func name(_ index: Int) -> String {
        let symbol = tokens[index].symbol
        return symbol < 0 ? "" : symbols.names[Int(symbol)]
    }

    /// What the name at `index` is to the analyser.
    func traits(_ index: Int) -> PythonSymbols.Traits {
        let symbol = tokens[index].symbol
        return symbol < 0 ? [] : symbols.traits[Int(symbol)]
    }

    /// The bytes from the token at `first` to the one that was read last.
    func range(from first: Int) -> Range<Int> {
        let last = max(first, min(at, tokens.count) - 1)
        return tokens[first].start..<max(tokens[first].start, tokens[last].end)
    }

    // MARK: Names

    /// Whether a `def` of this source defines a name somewhere.
    func isDefined(_ symbol: Int32) -> Bool {
        symbol >= 0 && Int(symbol) < defined.count && defined[Int(symbol)]
    }

    mutating func bind(_ symbol: Int32, _ value: Value) {
        if scopes.isOuter { noteChange(from: scopes.value(symbol), to: value) }
        scopes.bind(symbol, value)
    }

    /// Functions may see from outside what is bound here: their readings hold no longer.
    mutating func noteChange(from old: Value?, to new: Value) {
        if case .function = new.known {
            if old != nil { changes += 1 }
            return
        }
        // What says nothing of itself takes away at most.
        if new.saysNothing { return }
        if let old, old.isSame(as: new) { return }
        changes += 1
    }

    mutating func lookup(_ name: String) -> Value {
        let symbol = symbols.number(of: name)
        return lookup(symbol)
    }

    func lookup(_ symbol: Int32) -> Value {
        if let value = scopes.value(symbol) { return value }
        let traits = symbols.traits[Int(symbol)]
        guard traits.contains(.builtin) || !starImports.isEmpty || traits.contains(.leadsOut) else {
            return .unknown
        }
        let name = symbols.names[Int(symbol)]
        for module in starImports where PythonCalls.holds("\(module).\(name)") {
            return .name("\(module).\(name)", .roundabout)
        }
        if name == "__builtins__" { return .name("builtins", .indirect) }
        return traits.contains(.builtin) ? .name("builtins." + name) : .unknown
    }
}
