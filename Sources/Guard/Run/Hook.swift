import Event
import Linux
import Policy

/// A command that is asked before something happens and may forbid it (`--on TYPE=COMMAND`): it reads the event that
/// would be recorded on its standard input, and agrees by ending with 0 in time. Whatever else becomes of it is a denial.
struct Hook: Equatable, Sendable {
    let kind: Event.Kind
    let command: String

    /// What can still be forbidden when it is told.
    static let kinds: [Event.Kind] = [.policyCheck]

    /// How long one has, in nanoseconds.
    static let deadline: UInt64 = 5_000_000_000

    /// Reads `TYPE=COMMAND`.
    init(_ text: String) throws(UsageError) {
        guard let equals = text.firstIndex(of: "="), text.index(after: equals) < text.endIndex else {
            throw UsageError(
                description:
                    "--on takes TYPE=COMMAND, as in --on policy_check=./may-run, not '\(inert(text))'")
        }
        let word = String(text[..<equals])
        command = String(text[text.index(after: equals)...])
        guard let kind = Event.Kind(rawValue: word) else {
            let names = Event.Kind.allCases.map { $0.rawValue }
            let near = suggestion(for: word, among: names)
            throw UsageError(
                description: "--on: '\(inert(word))' is no type of event"
                    + (near.map { "; did you mean \($0)?" } ?? ""))
        }
        guard Self.kinds.contains(kind) else {
            throw UsageError(
                description:
                    "--on takes policy_check, which can still be forbidden; "
                    + "`guardrun audit ship --type \(word) --sink exec:COMMAND` tells a command what has happened"
            )
        }
        self.kind = kind
    }

    /// Why one of the hooks forbids it, as a sentence; nil when all agree. They are asked in the order they were given.
    static func objection(of hooks: [Hook], to event: Event, of run: String, more: [JSON.Member]) -> String? {
        var line: [UInt8]?
        for hook in hooks where hook.kind == event.kind {
            let input =
                line ?? JSON.object([.init("run_id", .string(run))] + event.members + more).encoded + [10]
            line = input
            if let reason = hook.failure(input) { return "the hook `\(hook.command)` \(reason)" }
        }
        return nil
    }

    private func failure(_ input: [UInt8]) -> String? {
        do throws(SystemError) {
            switch try StartedProgram.run(["/bin/sh", "-c", command], input: input, within: Self.deadline) {
            case .exited(0): return nil
            case .exited(let status): return "ended with \(status)"
            case .late: return "did not answer within \(Self.deadline / 1_000_000_000) seconds"
            }
        } catch {
            return "could not be started (\(error.errno))"
        }
    }
}
