/// Something that code would do when it runs, in one vocabulary for all languages. Analysers say which acts they see;
/// rules judge acts, so that `rm -rf /`, `shutil.rmtree('/')` and `fs.rmSync('/')` meet the same rule.
enum Act {
    /// Removes what a path names, or all below it.
    case delete(Target, tree: Bool)
    /// Does the same to every file found below a directory.
    case sweep(Target, Sweep)
    /// Makes, fills, appends to, moves to or copies to.
    case write(Target, Value)
    case read(Target)
    case list(Target)
    case permit(Target, Permission)
    /// Runs text as code.
    case evaluate(Value, Means)
    /// Starts a process. Its command may be known; what is known of it is judged as commands besides.
    case start(Value)
    /// Gives data to the network.
    case send(Sending)
    /// Asks the network for data, from a URL or host.
    case fetch(Text)
    case connect(Text)
    case listen(Text)
    /// Hands a statement to a database.
    case query(Text)
    /// Sets a variable that other programs read.
    case assign(String, Value)
    case command(Command)
    case call(Call)

    enum Sweep: Sendable { case delete, overwrite, encrypt, rename }

    /// How text comes to run.
    enum Means: Sendable {
        /// `eval` and its kind: an expression.
        case expression
        /// `exec` and its kind: statements.
        case statements
        /// Handed to a shell.
        case shell
        /// Fed to an interpreter's input.
        case input
        /// Named as a file or module to run.
        case file
        /// Handed over to be called later: a callback, a decorator, an operator.
        case hook
    }

    struct Sending {
        let destination: Text
        let payload: Labels
        /// Whether the data travels as a name that is looked up.
        var asName = false
    }
}

/// What a change of permissions grants.
struct Permission: OptionSet, Sendable {
    let rawValue: UInt8

    /// Whoever runs the file becomes its owner.
    static let setID = Permission(rawValue: 1 << 0)
    /// Anyone may write.
    static let anyoneWrites = Permission(rawValue: 1 << 1)
    static let executable = Permission(rawValue: 1 << 2)
    /// Whoever runs the file joins its group; what is made in the directory belongs to it.
    static let setGroup = Permission(rawValue: 1 << 3)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// From the number that chmod(2) takes.
    init(mode: Int) {
        self = []
        if mode & 0o4000 != 0 { insert(.setID) }
        if mode & 0o2000 != 0 { insert(.setGroup) }
        if mode & 0o002 != 0 { insert(.anyoneWrites) }
        if mode & 0o111 != 0 { insert(.executable) }
    }

    /// From the words that chmod(1) takes: `4755`, `u+s`, `a+rwx`, `777`.
    init(words: Text) {
        let text = words.shown
        if !text.isEmpty, text.allSatisfy({ $0 >= "0" && $0 <= "7" }), text.count <= 6 {
            self.init(mode: Int(text, radix: 8) ?? 0)
            return
        }
        self = []
        for clause in text.split(separator: ",") {
            guard let operation = clause.firstIndex(where: { "+=".contains($0) }) else { continue }
            let (who, what) = (clause[..<operation], clause[operation...])
            if what.contains("s") { insert(who == "g" ? .setGroup : .setID) }
            if what.contains("x") { insert(.executable) }
            if what.contains("w"), who.contains("o") || who.contains("a") { insert(.anyoneWrites) }
        }
    }
}

/// A call of something outside the source, by its qualified name.
struct Call {
    let name: String
    let arguments: [Value]
    let named: [(name: String, value: Value)]
    /// Reached by a computed name, not by writing it.
    var indirect = false
    /// Reached by a way round its usual name.
    var roundabout = false
    var context: Context = []

    /// Where in the flow of control a call stands.
    struct Context: OptionSet, Sendable {
        let rawValue: UInt8

        static let loop = Context(rawValue: 1 << 0)
        /// A loop that nothing in it ends.
        static let endlessLoop = Context(rawValue: 1 << 1)
        /// Behind a place where the same source writes what it may now read back.
        static let afterPickling = Context(rawValue: 1 << 2)
    }

    /// The argument at `index`, or the one given by that name.
    func argument(_ index: Int, _ keyword: String = "") -> Value {
        if index < arguments.count { return arguments[index] }
        return named.first { $0.name == keyword }?.value ?? .unknown
    }

    func named(_ keyword: String) -> Value? { named.first { $0.name == keyword }?.value }

    /// The labels of everything that is handed over.
    var payload: Labels { Call.payload(arguments, named) }

    static func payload(_ arguments: [Value], _ named: [(name: String, value: Value)]) -> Labels {
        var labels: Labels = []
        for value in arguments { labels.formUnion(value.labels) }
        for argument in named { labels.formUnion(argument.value.labels) }
        return labels
    }
}

/// A program with its words, as a shell would start it.
struct Command {
    /// The last part of the program's path; `…` when only running it would tell.
    let name: String
    /// The words after the name, quotes removed and what is known expanded.
    let words: [Text]
    /// What a pipe or a here-document feeds it.
    let input: Value
    /// The programs that were only there to start it: `sudo`, `env`, `xargs`.
    let wrappers: [String]

    /// Whether one of these letters was given as an option, alone or in a cluster: `-rf`.
    func has(_ letters: String) -> Bool {
        options.contains { option in
            option.count > 1 && option[0] == 0x2D && option[1] != 0x2D
                && option.dropFirst().contains { letter in letters.utf8.contains(letter) }
        }
    }

    /// Whether a word is there as it stands: `--force`, `stop`. `--force=x` counts as `--force`.
    func has(word: String) -> Bool {
        words.contains { text in
            text.bytes.elementsEqual(word.utf8)
                || word.hasPrefix("--") && text.bytes.starts(with: word.utf8)
                    && text.bytes.dropFirst(word.utf8.count).first == 0x3D
        }
    }

    func has(anyWord words: String...) -> Bool { words.contains { has(word: $0) } }

    /// The words before `--` that begin with `-`.
    private var options: some Sequence<[UInt8]> {
        words.lazy.map { $0.bytes }.prefix { !$0.elementsEqual("--".utf8) }.filter { $0.first == 0x2D }
    }

    /// The words that are no options.
    var operands: [Text] {
        guard let end = words.firstIndex(where: { $0.bytes.elementsEqual("--".utf8) }) else {
            return words.filter { $0.bytes.first != 0x2D || $0.bytes.count == 1 }
        }
        return words[..<end].filter { $0.bytes.first != 0x2D } + words[(end + 1)...]
    }

    /// What follows the option, in the same word or the next.
    func value(of option: String) -> Text? {
        for (index, word) in words.enumerated() {
            if word.bytes.elementsEqual(option.utf8) {
                return index + 1 < words.count ? words[index + 1] : nil
            }
            let assigned = option + "="
            if option.hasPrefix("--"), word.bytes.starts(with: assigned.utf8) {
                return Text(word.bytes.dropFirst(assigned.utf8.count))
            }
        }
        return nil
    }

    /// The whole line, for people.
    var shown: String { ([name] + words.map { $0.shown }).joined(separator: " ") }
}
