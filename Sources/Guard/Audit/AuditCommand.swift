import Audit
import Changes
import Event
import Linux
import Policy

/// `guardrun audit`: everything that is done with trails once they are written. Each verb has a file of its own.
struct AuditCommand {
    let store: Store
    let flags: Flags
    /// What stands after the verb.
    let names: [String]
    let isJSON: Bool

    /// A verb and the options it takes beside `--audit`.
    private struct Verb: Sendable {
        let name: String
        let options: [String]
        let act: @Sendable (AuditCommand) throws(UsageError) -> Never
    }

    private static let verbs: [Verb] = [
        Verb(name: "list", options: ["--format", "--since", "--outcome", "--threat", "--policy", "--text"]) {
            command throws(UsageError) in try command.list()
        },
        Verb(name: "show", options: ["--format"]) { command throws(UsageError) in try command.show() },
        Verb(name: "tail", options: ["--format", "-f", "-n", "--type", "--threat"]) {
            command throws(UsageError) in try command.tail()
        },
        Verb(name: "query", options: ["--format", "--since", "--type", "--threat", "--run", "--text", "-n"]) {
            command throws(UsageError) in try command.query()
        },
        Verb(name: "stats", options: ["--format", "--since"]) { command throws(UsageError) in
            try command.stats()
        },
        Verb(name: "report", options: ["--since", "-o"]) { command throws(UsageError) in try command.report()
        },
        Verb(name: "export", options: ["--format", "--since", "--type", "--threat", "-o"]) {
            command throws(UsageError) in try command.export()
        },
        Verb(
            name: "ship",
            options: [
                "--sink", "--format", "--since", "--type", "--threat", "--name", "--once", "--key-file",
            ]
        ) { command throws(UsageError) in try command.ship() },
        Verb(name: "verify", options: ["--format", "--checkpoint", "--key", "--proof"]) {
            command throws(UsageError) in try command.verify()
        },
        Verb(name: "prove", options: ["--since"]) { command throws(UsageError) in try command.prove() },
        Verb(name: "checkpoint", options: []) { command throws(UsageError) in try command.checkpoint() },
        Verb(name: "key", options: []) { command throws(UsageError) in try command.key() },
        Verb(name: "prune", options: ["--older-than", "--dry-run", "--undelivered"]) {
            command throws(UsageError) in
            try command.prune()
        },
    ]

    private static let options: [Flags.Known] = [
        .init("--audit", takes: "a directory"), .init("--format", takes: "a format"),
        .init("--checkpoint", takes: "a file"), .init("--key", takes: "a public key"),
        .init("--proof", takes: "a file"),
        .init("--since", takes: "an age, such as 7d, a date, or a checkpoint"),
        .init("--outcome", takes: "an outcome"), .init("--threat", takes: "a threat"),
        .init("--policy", takes: "a policy's name"), .init("--text", takes: "words"),
        .init("--type", takes: "a type of event"), .init("--run", takes: "a run"),
        .init("-f", short: "--follow"), .init("-n", takes: "a number"),
        .init("-o", takes: "a file"),
        .init("--sink", takes: "where events go"),
        .init("--name", takes: "a name for the place in the trails"),
        .init("--once"), .init("--key-file", takes: "a file"),
        .init("--older-than", takes: "an age, such as 90d"), .init("--dry-run"), .init("--undelivered"),
    ]

    static func run(_ words: [[UInt8]]) throws(UsageError) -> Never {
        let flags = try Flags(words, options)
        let names = verbs.map { $0.name }
        guard let word = flags.words.first else {
            throw UsageError(description: "guardrun audit needs one of \(names.joined(separator: ", "))")
        }
        guard let verb = verbs.first(where: { $0.name == word }) else {
            let near = suggestion(for: word, among: names)
            throw UsageError(
                description:
                    "guardrun audit has no '\(inert(word))'\(near.map { "; did you mean '\($0)'?" } ?? "")")
        }
        if let stray = flags.names.first(where: { $0 != "--audit" && !verb.options.contains($0) }) {
            throw UsageError(description: "audit \(word) takes no \(stray)")
        }
        let context = Context.current()
        let command = AuditCommand(
            store: Store.standard(
                asked: flags.last("--audit").map { Path($0) }, user: context.user,
                workingDirectory: context.directory),
            flags: flags, names: Array(flags.words.dropFirst()),
            // What is exported has forms of its own.
            isJSON: word == "export" || word == "ship" ? false : try flags.wantsJSON())
        try verb.act(command)
    }

    // MARK: What several verbs need

    /// The one run that a verb is about: by a name, `last`, or the path of its trail.
    func run(for command: String) throws(UsageError) -> RunID {
        guard names.count == 1 else {
            throw UsageError(description: "\(command) takes one run, or `last`")
        }
        let found = runs(names)
        guard found.count == 1, let run = found.first else {
            throw UsageError(
                description: found.isEmpty
                    ? "no run is named '\(inert(names[0]))' in \(store.runs)"
                    : "'\(inert(names[0]))' means \(found.count) runs")
        }
        return run
    }

    /// The runs that the words mean; all of them when there are none.
    func runs(_ words: [String]) -> [RunID] {
        do throws(SystemError) {
            if words.isEmpty { return try store.all() }
            var found: [RunID] = []
            for word in words { found += try store.matching(word) }
            return found
        } catch {
            fail("\(store.runs) cannot be read: \(error.errno)")
        }
    }

    func write(_ object: JSON) {
        Terminal.standardOutput.write(bytes: object.encoded + [UInt8(ascii: "\n")])
    }

    /// A file that the command line names, whole.
    static func contents(of name: String, atMost limit: Int = 1 << 30) throws(UsageError) -> [UInt8] {
        do throws(SystemError) {
            return try Path(name).contents(atMost: limit)
        } catch {
            throw UsageError(description: "\(inert(name)) cannot be read: \(error.errno)")
        }
    }
}
