import Glibc
import Linux
import Policy

/// Runs what the command line asks for; never returns.
package func main() -> Never {
    reserveStandardStreams()
    let words = Array(commandLineArguments().dropFirst())
    let first = words.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let rest = Array(words.dropFirst())
    do throws(UsageError) {
        if rest.first.map({ $0.elementsEqual("--help".utf8) }) == true, let page = Help.pages[first] {
            Terminal.standardOutput.write(page)
            Exit.now(Exit.success)
        }
        switch first {
        case "":
            Terminal.standardError.write(Help.short)
            Exit.now(Exit.failure)
        case "-h", "--help", "help": Help.show(rest)
        case "--version", "version": Help.version()
        case "run": try start(rest)
        case "plan": try PlanCommand(rest).run()
        case "scan": try ScanCommand(rest).run()
        case "policy": try PolicyCommand.run(rest)
        case "session": try SessionCommand(rest).run()
        case "learn": try LearnCommand(rest).start()
        case "explain": try ExplainCommand(rest).run()
        case "audit": try AuditCommand.run(rest)
        case "changes": try ChangesCommand(rest, Context.current()).run()
        case "commit": try CommitCommand(rest, Context.current()).run()
        case "discard": try DiscardCommand(rest, Context.current()).run()
        case "doctor": try DoctorCommand(rest).run()
        case let name where Help.later.contains(name):
            throw UsageError(
                description: "`guardrun \(name)` is not in this version; to run a program of that name write "
                    + "`guardrun -- \(name)`")
        default: try start(words)
        }
    } catch {
        fail("\(error)")
    }
}

private func start(_ words: [[UInt8]]) throws(UsageError) -> Never {
    let options = try Options(words)
    guard !options.command.isEmpty else {
        throw UsageError(description: "no command is given; write `guardrun [OPTIONS] COMMAND [ARGUMENT...]`")
    }
    RunCommand(options, Context.current()).run()
}
