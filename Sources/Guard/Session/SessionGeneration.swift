import Audit
import Event
import Glibc
import Linux
import Policy
import Sandbox
import Scan
import Session
import Supervise

/// One interpreter of a session, from its launch to its end: a run like any other, beside which a conversation goes on.
struct SessionGeneration {
    private let options: Options
    private let context: Context
    private let loaded: Policy.Loaded
    private let scanner: Scanner
    private let totals: Totals
    private let name: String
    private let keeping: Keeping
    private let signals: SignalQueue
    private let birth: Birth
    private let command: Command
    private let destinations: Destinations

    init(
        _ options: Options, _ context: Context, _ loaded: Policy.Loaded, command words: [[UInt8]],
        scanner: Scanner, totals: Totals, name: String, keeping: Keeping
    ) {
        self.keeping = keeping
        self.options = options
        self.context = context
        self.loaded = loaded
        self.scanner = scanner
        self.totals = totals
        self.name = name
        signals = RunCommand.queueSignals()
        var birth = RunCommand.clone()
        birth.findCgroups()
        self.birth = birth
        command = Loading.command(
            words + Interpreter.arguments(keepsCheckpoints: keeping.most > 0), context)
        let network = loaded.policy.network
        destinations = signals.lettingThrough { Loading.destinations(network) }
    }

    func run() -> Never {
        let ends = Self.open()
        let tap = Tap()
        let record = RunRecord(
            options, context, loaded,
            notes: [
                .init("session", .string(name)), .init("generation", .number(totals[.generation])),
            ], tap: { tap.take($0) })
        let launched = launch(ends.theirs, record)
        for number in [ends.theirs.0, ends.theirs.1, ends.theirs.2] { close(number) }
        let (witness, conversation) = begin(launched, record, ends.ours)
        tap.connect(conversation)
        let supervision = Supervision(
            launched.child, launched.confined, plan: launched.plan, destinations: destinations,
            streams: Streams(output: nil, error: nil, terminal: nil, events: record.events), signals: signals,
            recorder: witness, companion: conversation)
        var outcome = supervision.run()
        outcome.usage.output = totals[.output]
        outcome.toolCalls = totals[.toolCalls]
        outcome.toolCallsBlocked = totals[.toolCallsBlocked]
        let goesOn = conversation.conclude(outcome)
        let status = record.finish(outcome, launched.plan, witness, verdicts: [], isLast: !goesOn)
        if !goesOn { conversation.sayEnded(outcome, exitStatus: status) }
        conversation.finish()
        launched.child.reap()
        Exit.now(goesOn ? Exit.success : status)
    }

    /// Holds lines of the trail until there is a conversation to pass them to.
    private final class Tap {
        private var lines: [[UInt8]] = []
        private var conversation: Conversation?

        func take(_ line: [UInt8]) {
            if let conversation { conversation.tell(line) } else { lines.append(line) }
        }

        func connect(_ conversation: Conversation) {
            self.conversation = conversation
            for line in lines { conversation.tell(line) }
            lines = []
        }
    }

    /// The ends of the interpreter's standard streams: its socket, its output and its errors.
    private static func open() -> (ours: (CInt, CInt, CInt), theirs: (CInt, CInt, CInt)) {
        do throws(SystemError) {
            let socket = try SocketPair().release()
            let (output, error) = (try Pipe().release(), try Pipe().release())
            return ((socket.ours, output.read, error.read), (socket.theirs, output.write, error.write))
        } catch {
            fail("the session's streams could not be opened: \(error)")
        }
    }

    private func launch(_ streams: (CInt, CInt, CInt), _ record: RunRecord) -> Launching {
        do throws(LaunchError) {
            return try Launching(
                birth, plan: { makePlan($0, record) }, streams: streams, keep: { _ in nil },
                meanwhile: { record.open() })
        } catch {
            record.discard()
            fail("the session could not be started: \(error)", error.exitStatus)
        }
    }

    private func begin(
        _ launched: Launching, _ record: RunRecord, _ ours: (CInt, CInt, CInt)
    ) -> (Witness, Conversation) {
        let channel = Descriptor(owning: ours.0)
        channel.setWaiting(false)
        let witness: Witness
        do throws(RecordingError) {
            witness = try record.begin(
                launched.plan, codeDigest: nil,
                codeNotes: ["the cells of the session are scanned one by one"],
                scans: [])
        } catch {
            launched.abandon()
            fail("the session cannot be recorded, so nothing was run: \(error)")
        }
        do throws(ScanError) {
            let terms = Conversation.Terms(
                scanner: scanner, onlyWarns: options.scanning == .warn,
                keptCode: loaded.policy.audit.code,
                limits: loaded.policy.limits,
                tools: loaded.policy.tools, onViolation: loaded.policy.syscalls.onViolation)
            let conversation = try Conversation(
                terms, host: (input: 0, output: Outlet(1)), guest: channel,
                output: Descriptor(owning: ours.1), error: Descriptor(owning: ours.2), totals: totals,
                recorder: witness, greeting: greeting(record, launched.plan), shelf: shelf(launched))
            return (witness, conversation)
        } catch {
            launched.abandon()
            fail("the session cannot scan its cells, so nothing was run: \(error)")
        }
    }

    /// How checkpoints are made and kept.
    struct Keeping {
        /// How many; none are made where it is zero.
        let most: Int
        /// After how many calls of tools one is made.
        let interval: UInt64?
    }

    private func shelf(_ launched: Launching) -> Shelf? {
        guard keeping.most > 0, let first = processNumber(of: launched.confined.main) else { return nil }
        var directories = loaded.policy.files.write.map { $0.value }
        if let view = launched.plan.view {
            if view.privateTemporary { directories.append(Path("/tmp")) }
            directories.append(Path("/dev/shm"))
        }
        return Shelf(
            ProcessTree(of: launched.child), first: first, directories: directories, most: keeping.most,
            interval: keeping.interval)
    }

    private func greeting(_ record: RunRecord, _ plan: Plan) -> [JSON.Member] {
        [
            .init("version", .string(Help.versionNumber)), .init("session", .string(name)),
            .init("run_id", .string(record.runID.description)),
            .init("trail", .text(record.store.trail(of: record.runID).bytes)),
            .init("policy", PolicySummary(loaded).json),
            .init("enforcement", RunEvents.enforcement(plan.enforcement)),
        ]
    }

    private func makePlan(_ host: Sandbox.Host, _ record: RunRecord) -> Plan {
        var request = Request(
            command: command, directory: context.directory, sealed: [], variables: context.variables,
            asked: options.environment, auditDirectory: record.store.directory, terminal: nil,
            name: record.runID.description, destinations: destinations)
        request.hasShim = true
        do throws(Unenforceable) {
            return try Plan.make(policy, host: host, request: request)
        } catch {
            Loading.refuse(error)
        }
    }

    /// The policy as one interpreter is held to it. The times are those of cells, which the conversation holds; totals
    /// are what earlier interpreters left of them.
    private var policy: Policy {
        var policy = loaded.policy
        policy.limits.wall = nil
        policy.limits.cpu = nil
        policy.limits.output = nil
        if let limit = policy.limits.execs { policy.limits.execs = limit - min(limit - 1, totals[.execs]) }
        if let limit = policy.limits.disk { policy.limits.disk = limit - min(limit - 1, totals[.written]) }
        return policy
    }
}
