import Audit
import Event
import Glibc
import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// One run, from the command line to the exit status. `run` reads like the path in the design: policy, scan, plan,
/// launch, supervise, report. Only process 1 is cloned before all that, and waits.
struct RunCommand {
    private let options: Options
    private let context: Context
    private let loaded: Policy.Loaded
    private let command: Command
    private let code: CodeToRun
    private let destinations: Destinations
    private let record: RunRecord
    private let signals: SignalQueue
    private let birth: Birth

    /// Settles what the command line names. Whatever is wrong ends guardrun here, before anything has begun.
    init(_ options: Options, _ context: Context) {
        self.options = options
        self.context = context
        signals = Self.queueSignals()
        var birth = Self.clone()
        birth.findCgroups()
        self.birth = birth
        loaded = Loading.policy(options.policy, settings: options.settings, context)
        command = Loading.command(options.command, context)
        // Code may come from a slow pipe, and a name server may be far. Nothing has begun that would have to be ended
        // in an orderly way.
        let (command, directory, network) = (command, context.directory, loaded.policy.network)
        (code, destinations) = signals.lettingThrough {
            (CodeToRun(command, in: directory), Loading.destinations(network))
        }
        record = RunRecord(options, context, loaded)
    }

    func run() -> Never {
        let streams = Loading.streams(loaded.policy.limits, code, terminal: options.terminal)
        let inspection = Inspection(
            loaded.policy.scan, mode: options.scanning, kept: loaded.policy.audit.code)
        let launched = launch(streams, inspection)
        let (witness, isAllowed) = decide(launched, inspection)
        guard isAllowed else {
            launched.abandon()
            Exit.now(
                record.finish(
                    .refused(inspection.reason), launched.plan, witness, verdicts: inspection.verdicts))
        }
        let supervision = Supervision(
            launched.child, launched.confined, plan: launched.plan, destinations: destinations,
            streams: streams.relays(events: record.events), signals: signals, recorder: witness)
        let status = record.finish(
            supervision.run(), launched.plan, witness, verdicts: inspection.verdicts)
        launched.child.reap()
        Exit.now(status)
    }

    /// Begins the trail and decides whether the code may run. Without a trail nothing runs.
    private func decide(_ launched: Launching, _ inspection: Inspection) -> (Witness, Bool) {
        do throws(RecordingError) {
            let witness = try record.begin(
                launched.plan, codeDigest: code.digest, codeNotes: code.notes, scans: inspection.events,
                code: code.inCommand)
            let isAllowed = inspection.decide(signals)
            let decision = RunEvents.decided(allowed: isAllowed, reason: inspection.reason)
            if isAllowed, let objection = objection(to: decision) {
                inspection.refuse(objection)
                try witness.record(
                    RunEvents.decided(allowed: false, reason: objection, rule: "--on"), counting: false)
                return (witness, false)
            }
            try witness.record(decision, counting: false)
            return (witness, isAllowed)
        } catch {
            launched.abandon()
            fail("the audit trail cannot be written, so nothing was run: \(error)")
        }
    }

    private func objection(to decision: Event) -> String? {
        guard !options.hooks.isEmpty else { return nil }
        return Hook.objection(
            of: options.hooks, to: decision, of: record.runID.description,
            more: [
                .init("command", .array(command.words.map { JSON.text($0) })),
                .init("directory", .text(context.directory.bytes)),
                .init("policy", .string(loaded.policy.name)),
                .init("code_digest", code.digest.map { .string($0.description) } ?? .null),
            ])
    }

    /// Those that a person or a service manager sends; they are passed on to the program.
    static func queueSignals() -> SignalQueue {
        ignoreBrokenPipes()
        do throws(SystemError) {
            return try SignalQueue([
                SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTSTP, SIGWINCH, SIGCONT,
            ])
        } catch {
            fail("signals could not be queued: \(error.errno)")
        }
    }

    private func launch(_ streams: StandardStreams, _ inspection: Inspection) -> Launching {
        do throws(LaunchError) {
            return try Launching(
                birth, plan: { makePlan($0, streams) }, streams: streams.numbers,
                keep: { (copy) throws(LaunchError) in try record.keep(copy) },
                meanwhile: {
                    inspection.look(at: code.sources)
                    record.open()
                })
        } catch {
            record.discard()
            fail("the run could not be started: \(error)", error.exitStatus)
        }
    }

    static func clone() -> Birth {
        do throws(LaunchError) {
            return try Birth(on: .withoutCgroups())
        } catch {
            fail("the run could not be started: \(error)", error.exitStatus)
        }
    }

    private func makePlan(_ host: Sandbox.Host, _ streams: StandardStreams) -> Plan {
        var request = Request(
            command: command, directory: context.directory, sealed: code.sealed, variables: context.variables,
            asked: options.environment, auditDirectory: record.store.directory,
            terminal: streams.terminalPath,
            name: record.runID.description, destinations: destinations)
        if loaded.policy.files.workspace == .overlay { request.layers = record.placeForCopy() }
        do throws(Unenforceable) {
            return try Plan.make(loaded.policy, host: host, request: request)
        } catch {
            // What a first plan promised may have turned out not to be there, with the trail open already.
            record.discard()
            Loading.refuse(error)
        }
    }
}
