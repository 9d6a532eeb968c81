import Event
import Linux
import Policy
import Sandbox
import Scan

/// `guardrun policy import` and `export`: a policy of another tool as one of guardrun's and the other way round, and what
/// became of each thing that it said.
enum ImportCommand {
    /// - Parameter words: a file, or a command line of bubblewrap.
    static func run(_ words: [String], _ flags: Flags, isJSON: Bool) throws(UsageError) -> Never {
        let emptyTools = try word(flags, "--empty-tools", as: GovernancePolicy.EmptyTools.self)
        let asked = try word(flags, "--from", as: ForeignPolicy.Format.self)
        guard let first = words.first else {
            throw UsageError(description: "policy import takes one file, or `-- bwrap ...`")
        }
        let isCommand = Path(first).name == "bwrap" && asked ?? .bubblewrap == .bubblewrap && words.count > 1
        guard isCommand || words.count == 1 else {
            throw UsageError(description: "policy import takes one file, or `-- bwrap ...`")
        }
        let bytes = isCommand ? [] : contents(of: first)
        let format = isCommand ? .bubblewrap : asked ?? ForeignPolicy.format(of: bytes, file: first)
        if emptyTools != nil, format != .governance {
            throw UsageError(
                description:
                    "--empty-tools is for policies of Agent-OS, and this is one of \(format.rawValue)")
        }
        do throws(PolicyFaults) {
            if isCommand {
                let imported = try ForeignPolicy.bubblewrap(words, file: "the command line")
                show(imported.text, imported.rows, isJSON: isJSON)
            }
            guard format == .governance else {
                let imported = try ForeignPolicy.imported(
                    bytes, file: inert(first), as: format, standing: SyscallTable.standing(of:))
                show(imported.text, imported.rows, isJSON: isJSON)
            }
            let imported = try GovernancePolicy(
                bytes, file: inert(first), emptyTools: emptyTools, checkPattern: Scanner.problem(with:))
            show(imported.text, imported.rows, isJSON: isJSON)
        } catch {
            Loading.show(error)
            fail("nothing was imported", Exit.policy)
        }
    }

    /// A policy as a GovernancePolicy of Agent-OS.
    static func export(_ words: [String], _ flags: Flags, isJSON: Bool) throws(UsageError) -> Never {
        guard words.count == 1 else {
            throw UsageError(description: "policy export takes one profile or file")
        }
        let loaded = Loading.policy(
            words[0], settings: flags.all("--set"), Context.current(), inSession: true)
        let exported = ImportedPolicy(exporting: loaded.policy)
        show(exported.text, exported.rows, isJSON: isJSON)
    }

    private static func word<Word>(_ flags: Flags, _ name: String, as words: Word.Type) throws(UsageError)
        -> Word?
    where Word: CaseIterable & RawRepresentable, Word.RawValue == String {
        guard let text = flags.last(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            throw UsageError(description: "\(name) takes one of \(known), not '\(inert(text))'")
        }
        return word
    }

    private static func contents(of file: String) -> [UInt8] {
        do throws(SystemError) {
            return try Path(file == "-" ? "/dev/stdin" : file).contents(atMost: 1 << 20)
        } catch {
            fail("\(inert(file)) cannot be read: \(error.errno)")
        }
    }

    /// The policy goes to standard output, so that it can be sent to a file; what became of what to standard error.
    private static func show(_ text: String, _ rows: [ImportedPolicy.Row], isJSON: Bool) -> Never {
        if isJSON {
            let fields = rows.map { row in
                JSON.object([
                    .init("field", .string(row.field)), .init("key", row.key.map(JSON.string) ?? .null),
                    .init("message", .string(row.sentence)),
                ])
            }
            let object = JSON.object([.init("policy", .string(text)), .init("fields", .array(fields))])
            Terminal.standardOutput.write(bytes: object.encoded + [UInt8(ascii: "\n")])
        } else {
            Terminal.standardOutput.write(text)
            for row in rows {
                let key = row.key.map { " → \($0)" } ?? ""
                Terminal.standardError.line(
                    "\(inert(row.field, limit: 2_000))\(key): \(inert(row.sentence, limit: 2_000))")
            }
        }
        Exit.now(Exit.success)
    }
}
