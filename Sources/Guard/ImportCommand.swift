import Event
import Linux
import Policy
import Scan

/// `guardrun policy import`: a policy of another tool as one of guardrun's, and what became of each field of it.
enum ImportCommand {
    static func run(_ words: [String], _ flags: Flags, isJSON: Bool) throws(UsageError) -> Never {
        guard words.count == 1 else { throw UsageError(description: "policy import takes one file") }
        let emptyTools = try flags.last("--empty-tools").map { word throws(UsageError) in
            guard let meaning = GovernancePolicy.EmptyTools(rawValue: word) else {
                throw UsageError(description: "--empty-tools takes 'all' or 'none', not '\(inert(word))'")
            }
            return meaning
        }
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Path(words[0]).contents(atMost: 1 << 20)
        } catch {
            fail("\(inert(words[0])) cannot be read: \(error.errno)")
        }
        do throws(PolicyFaults) {
            let imported = try GovernancePolicy(
                bytes, file: inert(words[0]), emptyTools: emptyTools, checkPattern: Scanner.problem(with:))
            show(imported, isJSON: isJSON)
        } catch {
            Loading.show(error)
            fail("nothing was imported", Exit.policy)
        }
        Exit.now(Exit.success)
    }

    /// The policy goes to standard output, so that it can be sent to a file; what became of what to standard error.
    private static func show(_ imported: GovernancePolicy, isJSON: Bool) {
        guard isJSON else {
            Terminal.standardOutput.write(imported.text)
            for row in imported.rows {
                let key = row.key.map { " → \($0)" } ?? ""
                Terminal.standardError.line("\(row.field)\(key): \(inert(row.sentence))")
            }
            return
        }
        let rows = imported.rows.map { row in
            JSON.object([
                .init("field", .string(row.field)), .init("key", row.key.map(JSON.string) ?? .null),
                .init("message", .string(row.sentence)),
            ])
        }
        let object = JSON.object([.init("policy", .string(imported.text)), .init("fields", .array(rows))])
        Terminal.standardOutput.write(bytes: object.encoded + [UInt8(ascii: "\n")])
    }
}
