import Audit
import Event
import Glibc
import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// `guardrun learn`: runs something trusted under `observe` and writes the smallest readable policy that allows it.
struct LearnCommand {
    private let options: Options
    private let output: String?
    private let merged: [String]
    private let isJSON: Bool
    private let context: Context
    private let run: RunID

    init(_ words: [[UInt8]]) throws(UsageError) {
        let flags = try Flags(
            words,
            [
                .init("--output", short: "-o", takes: "a file"), .init("--merge", takes: "a policy file"),
                .init("--env", takes: "NAME or NAME=VALUE"), .init("--audit", takes: "a directory"),
                .init("--json"),
            ], stopsAtOperand: true)
        guard !flags.operands.isEmpty else {
            throw UsageError(
                description: "no command is given; write `guardrun learn [-o FILE] -- COMMAND [ARGUMENT...]`")
        }
        output = flags.last("--output")
        merged = flags.all("--merge")
        isJSON = flags.has("--json")
        context = Context.current()
        run = RunID(startingAt: Clock.wall)
        var options = Options(command: flags.operands)
        options.policy = "observe"
        // Message queues of System V run natively under `observe`, where nobody sees them, and nowhere else.
        options.settings = ["syscalls.deny=[\(SyscallTable.unseen.joined(separator: ", "))]"]
        options.environment = flags.all("--env")
        options.audit = flags.last("--audit").map { Path($0) }
        options.quiet = true
        options.runID = run
        self.options = options
    }

    func start() -> Never {
        // Whatever is wrong with these is said before anything runs.
        let earlier = merged.map { Loading.policy($0, settings: [], context).policy }
        let command = Loading.command(options.command, context)
        let signals = RunCommand.queueSignals()
        guard let follower = Following.fork(or: "what is to be learned from") else {
            // The policy has standard output for itself.
            if output == nil || isJSON { dup2(2, 1) }
            RunCommand(options, context).run()
        }
        let status = Following.wait(for: follower, passingOn: signals)
        let store = Store.standard(
            asked: options.audit, user: context.user, workingDirectory: context.directory)
        guard let bytes = try? store.trail(of: run).contents(atMost: 1 << 30) else {
            // Why it did not come to run has been said.
            Exit.now(status == Exit.success ? Exit.failure : status)
        }
        let events = bytes.split(separator: UInt8(ascii: "\n")).compactMap { JSONReader.value($0) }
        let observed = Observed(events, in: context.directory)
        guard observed.outcome == "completed" else {
            fail("the run did not come to its end, so nothing is learned from it", status)
        }
        let names = KnownNames(observed)
        let learned = LearnedPolicy(
            observed, command, context: context.policy, earlier: earlier, names: names.names(of:))
        write(learned, observed)
        Exit.now(status)
    }

    private func write(_ learned: LearnedPolicy, _ observed: Observed) {
        let command = options.command.map { inert(String(decoding: $0, as: UTF8.self), limit: 80) }
        let head = [
            "Learned from: \(inert(command.joined(separator: " "), limit: 200))",
            "It allows what that did, and what lies beside it. Read it before you rely on it.",
        ]
        var left: [LearnedPolicy.Entry] = []
        let text = learned.text(head: head) { entry in
            let isGranted = Self.asks(entry)
            if !isGranted { left.append(entry) }
            return isGranted
        }
        let notes = Self.notes(observed)
        if isJSON {
            let object = JSON.object([
                .init("run_id", .string("\(run)")), .init("policy", .string(text)),
                .init(
                    "left_out",
                    .array(
                        left.map {
                            [
                                "key": .string($0.key), "entry": .string($0.text),
                                "reason": .string($0.doubt ?? ""),
                            ]
                        })), .init("notes", .array(notes.map(JSON.string))),
            ])
            Terminal.standardOutput.write(bytes: object.encoded + [UInt8(ascii: "\n")])
        }
        if let output {
            put(text, output)
        } else if !isJSON {
            Terminal.standardOutput.write(text)
        }
        let terminal = Terminal.standardError
        for entry in left {
            terminal.line("left out  \(entry.key): \(inert(entry.text)), because \(inert(entry.doubt ?? ""))")
        }
        for note in notes { terminal.line("note      \(inert(note))") }
        if let output {
            terminal.line("learned   \(inert(output)); try it: guardrun -p \(inert(output)) -- ...")
        }
    }

    /// What a policy cannot say, or was not seen.
    private static func notes(_ observed: Observed) -> [String] {
        var notes = observed.refusals.map { "refused also under observe: \($0)" }
        if !observed.refusedCalls.isEmpty {
            let calls = observed.refusedCalls.joined(separator: ", ")
            notes.append("\(calls) failed this time; learn again with --merge, to see what comes behind it")
        }
        if observed.connections.contains(where: { $0.transport == .udp && $0.port == 53 }) {
            notes.append("names were looked up; write names in place of the addresses that have some")
        }
        return notes
    }

    private func put(_ text: String, _ file: String) {
        do throws(SystemError) {
            let target = try Descriptor.open(
                Path(file), O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_NOFOLLOW, mode: 0o644)
            try target.write(Array(text.utf8))
        } catch {
            fail("\(inert(file)) could not be written: \(error.errno)")
        }
    }

    /// Puts a doubt before whoever sits at the terminal; where nobody does, the answer is no.
    private static func asks(_ entry: LearnedPolicy.Entry) -> Bool {
        guard isatty(0) == 1, isatty(2) == 1,
            let terminal = try? Descriptor.open(Path("/dev/tty"), O_RDWR | O_NOCTTY)
        else { return false }
        let question =
            "guardrun: grant \(entry.key): \(inert(entry.text))? \(inert(entry.doubt ?? "")) [y/N] "
        guard (try? terminal.write(question.utf8)) != nil, let answer = try? terminal.read(atMost: 256) else {
            return false
        }
        return answer.first.map { $0 | 0x20 } == UInt8(ascii: "y")
    }
}
