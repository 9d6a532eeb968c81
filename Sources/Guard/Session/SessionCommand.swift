import Audit
import Event
import Glibc
import Linux
import Policy
import Scan
import Session
import Supervise

/// `guardrun session`: a guarded interpreter that stays, and talks with its host on standard input and output.
///
/// This process only keeps the session together. Each interpreter has a supervisor of its own, a copy of this process
/// that gives up what it does not need and so could start no other; it follows this process into its end.
struct SessionCommand {
    private let options: Options
    private let interpreter: [[UInt8]]

    init(_ words: [[UInt8]]) throws(UsageError) {
        options = try Options(words, inSession: true)
        guard options.command.count <= 1 else {
            throw UsageError(
                description:
                    "guardrun session takes one operand, the Python to use; what it is to run comes in messages"
            )
        }
        guard options.hooks.isEmpty else {
            throw UsageError(
                description:
                    "--on is for runs; in a session `tools.approve` has calls asked for, and the host is asked"
            )
        }
        guard !options.terminal else {
            throw UsageError(description: "guardrun session has no terminal; leave -t out")
        }
        interpreter = options.command.isEmpty ? [Array("python3".utf8)] : options.command
    }

    func run() -> Never {
        let context = Context.current()
        let loaded = Loading.policy(options.policy, settings: options.settings, context, inSession: true)
        // One interpreter could not see what the one before it wrote to its copy.
        if loaded.policy.files.workspace == .overlay {
            fail(
                "files.workspace: overlay is for single runs, and not enforced in a session; write direct",
                Exit.policy)
        }
        let signals = RunCommand.queueSignals()
        let scanner = Self.scanner(loaded.policy.scan)
        let totals = Self.totals(loaded.policy)
        let interval = loaded.policy.audit.checkpoints?.value
        let keeping = SessionGeneration.Keeping(
            most: options.checkpoints ?? (interval == nil ? 0 : Self.keptByDefault), interval: interval)
        let name = RunID(startingAt: Clock.wall).description
        while true {
            totals[.goesOn] = false
            totals[.generation] += 1
            guard let follower = Following.fork(or: "the session") else {
                SessionGeneration(
                    options, context, loaded, command: interpreter, scanner: scanner, totals: totals,
                    name: name, keeping: keeping
                ).run()
            }
            let status = Following.wait(for: follower, passingOn: signals)
            // A supervisor that was killed has said nothing, and nothing is started behind it.
            guard totals[.goesOn], status == Exit.success else { Exit.now(status) }
        }
    }

    /// Under a policy that has checkpoints made.
    private static let keptByDefault = 3

    private static func scanner(_ rules: ScanRules) -> Scanner {
        do throws(ScanError) {
            return try Scanner(rules: rules)
        } catch {
            fail("the code cannot be scanned: \(error)")
        }
    }

    private static func totals(_ policy: Policy) -> Totals {
        do throws(SystemError) {
            return try Totals(rates: policy.tools.rules.map { $0.value.rate?.calls ?? 0 })
        } catch {
            fail("the session cannot be counted: \(error)")
        }
    }
}
