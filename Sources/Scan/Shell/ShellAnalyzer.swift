/// Looks at shell text: each command with its words as the shell would make them, what flows through its pipes, and
/// the code that is handed to other interpreters.
enum ShellAnalyzer {
    static func analyze(_ bytes: [UInt8], in analysis: Analysis) {
        var reader = ShellReader(bytes, in: analysis)
        _ = reader.runAll(input: .unknown)
    }
}

/// A word as the shell makes it, before its wildcards are matched against files.
struct ShellWord {
    var text: Text
    var labels: Labels = []
    let range: Range<Int>
    /// Written with quotes, escapes or expansions, so that its text is not what stands there.
    var isPlain = true
    /// Holds text that a substitution or `$'…'` made.
    var isComputed = false
    /// Spelled with escapes, or joined from several parameters.
    var isSpelled = false
    /// Holds a `*`, `?` or `[` outside of quotes.
    var hasWildcard = false

    func reads(_ text: String) -> Bool { isPlain && self.text.bytes.elementsEqual(text.utf8) }
}

/// `> file` and its kind.
struct ShellRedirect {
    let sign: ShellToken.Sign
    let target: ShellWord
    /// What a here-document or here-string gives.
    var content = Value.unknown
}

/// Walks the tokens of one shell text, command by command.
struct ShellReader {
    /// A group, loop or branch that is open: what feeds it and what it prints.
    struct Frame {
        let input: Value
        var output = ShellOutput()
        /// The function whose body it is.
        var function: String?
        var start = 0
        /// A loop that runs for ever unless something in it ends it.
        var isEndless = false
        var hasExit = false
    }

    static let maximumDepth = 32
    static let maximumCalls = 3
    /// A longer value of a variable is not kept.
    static let longestValue = 64 << 10

    let bytes: [UInt8]
    let tokens: [ShellToken]
    let analysis: Analysis
    /// The opening token of the text that each here-document redirection asks for, by the index of the redirection.
    private(set) var bodies: [Int: Int] = [:]
    var variables: [String: Value] = [:]
    var functions: [String: Range<Int>] = [:]
    var aliases: [String: Text] = [:]
    var positional: [Value]?
    var frames: [Frame] = []
    /// How deep substitutions nest here, and how deep function calls.
    var depth = 0
    var calls = 0
    /// Files that commands of this text have downloaded.
    var downloads: [Text] = []
    /// Substitutions that were too deep to be read in place; they are read by themselves at the end.
    private var deferred: [Range<Int>] = []
    private var deferredStarts: Set<Int> = []

    init(_ bytes: [UInt8], in analysis: Analysis) {
        var lexer = ShellLexer(bytes)
        lexer.run()
        self.bytes = bytes
        let tokens = lexer.tokens
        self.tokens = tokens
        self.analysis = analysis
        let asked = tokens.indices.filter { tokens[$0].sign == .here || tokens[$0].sign == .hereStripped }
        let given = tokens.indices.filter { tokens[$0].kind == .bodyOpen }
        for (asking, body) in zip(asked, given) { bodies[asking] = body }
        if let error = tokens.first(where: { $0.kind == .error }) {
            analysis.exceeded(.unread(.shell), at: error.range)
        }
    }

    /// Leaves tokens to be read by themselves at the end, once however often they come up.
    mutating func putOff(_ range: Range<Int>) {
        if deferredStarts.insert(range.lowerBound).inserted { deferred.append(range) }
    }

    /// Reads everything; what it prints.
    mutating func runAll(input: Value) -> Value {
        let output = run(0..<tokens.count, input: input)
        while let range = deferred.popLast() { _ = run(range, input: .unknown) }
        return output
    }

    /// Reads the commands in a range of tokens; what they print.
    mutating func run(_ range: Range<Int>, input: Value) -> Value {
        let outer = frames
        frames = [Frame(input: input)]
        var line = ShellLine(input: input)
        var index = range.lowerBound
        while index < range.upperBound {
            guard analysis.spend() else { break }
            let token = tokens[index]
            if token.kind == .control {
                index = separator(token, index, &line)
            } else if token.kind == .redirect {
                index = redirect(index, range.upperBound, &line)
            } else if token.kind == .bodyOpen {
                // Read where it is asked for.
                index = Int(token.partner) + 1
            } else if token.isPart {
                let end = wordEnd(index, range.upperBound)
                word(index..<end, &line)
                index = end
            } else {
                index += 1
            }
        }
        finish(&line, .newline)
        while frames.count > 1 { closeFrame(&line) }
        let output = frames[0].output.value
        frames = outer
        return output
    }

    /// Where the word that begins at `index` ends: its tokens touch.
    func wordEnd(_ index: Int, _ limit: Int) -> Int {
        var next = index
        var position = tokens[index].start
        while next < limit, tokens[next].isPart, tokens[next].start == position {
            if tokens[next].opens {
                guard tokens[next].partner > 0 else { return limit }
                next = Int(tokens[next].partner)
            }
            position = tokens[next].end
            next += 1
        }
        return max(next, index + 1)
    }
}

/// What the commands of a pipeline stage have printed so far.
struct ShellOutput {
    private var text = Text("")
    private var labels: Labels = []
    private var isEmpty = true

    mutating func append(_ value: Value) {
        labels.formUnion(value.labels)
        isEmpty = false
        guard text.bytes.count < Decoding.longest else { return }
        text.bytes += value.asText.bytes
    }

    var value: Value { isEmpty ? .text("") : .text(text, labels) }
}

/// The command that is being read.
struct ShellLine {
    var words: [ShellWord] = []
    var redirects: [ShellRedirect] = []
    /// What the pipe before it feeds it.
    var input: Value
    /// The commands before it in the same pipeline, by name.
    var upstream: [String] = []
    /// What a group that has just been closed printed.
    var group: Value?
    /// The name of a function whose body comes next.
    var defines: String?
}
