import Event
import Linux
import Policy
import Sandbox
import Scan

extension Attempt {
    /// The act that words name: `open PATH r`, `connect tcp://HOST:PORT`, `syscall NAME [ARGUMENT...]`.
    ///
    /// - Parameter context: what relative paths and `~` mean.
    /// - Throws: a sentence about the words.
    package init(_ words: [String], in context: Policy.Context) throws(Misread) {
        guard let verb = words.first else { throw Misread("no act is given; write \(Self.forms)") }
        let rest = Array(words.dropFirst())
        switch (verb, rest.count) {
        case ("open", 2): self = try .open(Self.path(rest[0], context), writes: Self.writes(rest[1]))
        case ("exec", 1): self = .execute(try Self.path(rest[0], context))
        case ("connect", 1): self = .connect(try Self.endpoint(rest[0]))
        case ("listen", 1): self = .listen(try Self.endpoint(rest[0]))
        case ("syscall", 1...7): self = try Self.systemCall(rest)
        case ("limit", 2): self = try Self.use(rest[0], rest[1])
        case ("finding", 2...3): self = try Self.finding(rest)
        case ("code", 2...):
            let language = try Self.word(rest[0], as: Language.self, "language")
            self = .code(rest.dropFirst().joined(separator: " "), language)
        case ("tool", 1): self = .tool(rest[0])
        default:
            let verbs = ["open", "exec", "connect", "listen", "syscall", "limit", "tool", "finding", "code"]
            if verbs.contains(verb) {
                throw Misread("'\(verb)' has another number of words; write \(Self.forms)")
            }
            let meant = suggestion(for: verb, among: verbs).map { "; did you mean '\($0)'?" }
            throw Misread("'\(verb)' is no act\(meant ?? "; write \(Self.forms)")")
        }
    }

    /// The act in one text, as `examples:` has it: its first words, and for code all that is left.
    package init(_ text: String, in context: Policy.Context) throws(Misread) {
        let words = text.split(separator: " ", maxSplits: text.hasPrefix("code ") ? 2 : .max).map(String.init)
        // A path may hold spaces.
        if words.first == "open", words.count > 3 {
            let path = words.dropFirst().dropLast().joined(separator: " ")
            try self.init(["open", path, words[words.count - 1]], in: context)
        } else {
            try self.init(words, in: context)
        }
    }

    /// What can be asked about, a form an entry.
    package static let forms =
        "open PATH r|w, exec PATH, connect tcp://HOST:PORT, listen tcp://ADDRESS:PORT, syscall NAME [ARGUMENT...], "
        + "limit NAME AMOUNT, tool NAME, finding THREAT LEVEL [CONFIDENCE] or code LANGUAGE TEXT"

    private static func path(_ text: String, _ context: Policy.Context) throws(Misread) -> Path {
        do throws(Misread) {
            return try context.path(text)
        } catch {
            throw Misread("the path is '\(text)'\(error.why)")
        }
    }

    private static func writes(_ mode: String) throws(Misread) -> Bool {
        switch mode {
        case "r": false
        case "w", "rw": true
        default: throw Misread("a file is opened 'r' or 'w', not '\(mode)'")
        }
    }

    private static func endpoint(_ text: String) throws(Misread) -> Endpoint {
        let endpoint: Endpoint
        do throws(Misread) {
            endpoint = try Endpoint(parsing: text)
        } catch {
            throw Misread("the destination is '\(text)'\(error.why)")
        }
        if endpoint == .any { throw Misread("'any' is no single destination; write tcp://HOST:PORT") }
        return endpoint
    }

    private static func systemCall(_ words: [String]) throws(Misread) -> Attempt {
        guard SyscallNames.contains(words[0]) else {
            let meant = suggestion(for: words[0], among: SyscallNames.all).map { "; did you mean '\($0)'?" }
            throw Misread("'\(words[0])' is no system call that is known\(meant ?? "")")
        }
        var arguments: [UInt64] = []
        for word in words.dropFirst() {
            guard let number = number(word) else {
                throw Misread("an argument is '\(word)'; write a number, such as 0x5412 or 3")
            }
            arguments.append(number)
        }
        return .call(words[0], arguments)
    }

    private static func number(_ word: String) -> UInt64? {
        if word.hasPrefix("0x") { return UInt64(word.dropFirst(2), radix: 16) }
        return UInt64(word) ?? Int64(word).map(UInt64.init(bitPattern:))
    }

    private static func use(_ name: String, _ text: String) throws(Misread) -> Attempt {
        let limit = try word(name, as: Policy::Limit.self, "limit")
        do throws(Misread) {
            return .use(limit, try limit.unit.amount(text))
        } catch {
            throw Misread("the amount is '\(text)'\(error.why)")
        }
    }

    private static func finding(_ words: [String]) throws(Misread) -> Attempt {
        let confidence = words.count == 3 ? Double(words[2]) : 1
        guard let confidence, (0...1).contains(confidence) else {
            throw Misread("the confidence is '\(words[2])'; write a number from 0 to 1")
        }
        return .finding(
            try word(words[0], as: Threat.self, "threat"), try word(words[1], as: Level.self, "level"),
            confidence: confidence)
    }

    private static func word<Word>(_ text: String, as words: Word.Type, _ what: String) throws(Misread)
        -> Word
    where Word: CaseIterable & RawRepresentable, Word.RawValue == String {
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map { $0.rawValue }
        let meant = suggestion(for: text, among: known).map { "; did you mean '\($0)'?" }
        throw Misread("'\(text)' is no \(what)\(meant ?? "; there are \(known.joined(separator: ", "))")")
    }
}
