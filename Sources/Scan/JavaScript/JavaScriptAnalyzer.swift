/// Looks at JavaScript: names are resolved through `require`, `import` and assignments, constants are folded, and each
/// call of something known becomes an act. Blocks and functions are read in the order they stand, in one scope.
enum JavaScriptAnalyzer {
    static func analyze(_ bytes: [UInt8], in analysis: Analysis) {
        var reader = JavaScriptReader(bytes, in: analysis)
        reader.run()
    }
}

struct JavaScriptReader {
    static let maximumDepth = 40

    let bytes: [UInt8]
    let tokens: [JavaScriptToken]
    let analysis: Analysis
    /// For each opening token the index of its closing one; -1 for all else.
    let partners: [Int32]
    var at = 0
    var names: [String: Value] = [:]
    var members: [String: Value] = [:]
    /// What the parameters of a function that is handed over get: where the data comes from that it is called with.
    var parameterLabels: Labels = []
    var depth = 0
    var endlessUntil = 0
    var deferred: [Range<Int>] = []

    init(_ bytes: [UInt8], in analysis: Analysis) {
        var lexer = JavaScriptLexer(bytes)
        lexer.run()
        self.bytes = bytes
        let tokens = lexer.tokens
        self.tokens = tokens
        self.analysis = analysis
        var partners = [Int32](repeating: -1, count: tokens.count)
        var open: [Int] = []
        for (index, token) in tokens.enumerated() {
            if token.opens {
                open.append(index)
            } else if token.closes, let last = open.popLast() {
                partners[last] = Int32(index)
            }
        }
        for index in open { partners[index] = Int32(tokens.count - 1) }
        self.partners = partners
        if let error = tokens.first(where: { $0.kind == .error }) {
            analysis.exceeded(.unread(.javascript), at: error.range)
        }
    }

    mutating func run() {
        statements(until: tokens.count - 1)
        while let range = deferred.popLast(), analysis.spend() {
            (at, depth) = (range.lowerBound, 0)
            statements(until: range.upperBound)
        }
    }

    // MARK: Tokens

    var token: JavaScriptToken { tokens[min(at, tokens.count - 1)] }

    func sign(_ distance: Int = 0) -> JavaScriptToken.Sign {
        at + distance < tokens.count ? tokens[at + distance].sign : .none
    }

    func partner(_ index: Int) -> Int { partners[index] < 0 ? index : Int(partners[index]) }

    mutating func take(_ sign: JavaScriptToken.Sign) -> Bool {
        guard token.sign == sign else { return false }
        at += 1
        return true
    }

    /// Whether the token is that keyword, as it stands.
    func reads(_ word: String, _ distance: Int = 0) -> Bool {
        guard at + distance < tokens.count, tokens[at + distance].kind == .name else { return false }
        return bytes[tokens[at + distance].range].elementsEqual(word.utf8)
    }

    /// The name at `index`, its escapes read: `ev\u0061l` is `eval`.
    func name(_ index: Int) -> String {
        let token = tokens[index]
        let raw = bytes[token.range]
        guard raw.contains(UInt8(ascii: "\\")) else { return String(decoding: raw, as: UTF8.self) }
        let name = String(decoding: Escapes.decode(raw, .javascript), as: UTF8.self)
        analysis.report(.disguisedName, at: token.range, "JavaScript reads `\(name)`.")
        return name
    }

    func range(from first: Int) -> Range<Int> {
        let last = max(first, min(at, tokens.count) - 1)
        return tokens[first].start..<max(tokens[first].start, tokens[last].end)
    }

    func lookup(_ name: String) -> Value {
        if let value = names[name] { return value }
        return JavaScriptCalls.isGlobal(name) ? .name(name) : .unknown
    }
}
