import Audit
import Changes
import Event
import Glibc
import Linux
import Policy
import Sandbox
import Scan
import Supervise

/// What one run leaves behind: its trail, the events it streams, its report and its exit status.
final class RunRecord {
    let runID: RunID
    let store: Store
    let events: Outlet?
    private let options: Options
    private let loaded: Policy.Loaded
    private let directory: Path
    private lazy var policy = PolicySummary(loaded)
    private var trail: Trail?
    /// Why there is no trail.
    private var obstacle: SystemError?
    /// Who else gets each line of the trail, and what its first event says besides.
    private let tap: (([UInt8]) -> Void)?
    private let notes: [JSON.Member]
    private let context: Context
    /// The run's copy of its working directory, and the lock that says that it goes on.
    private var kept: Kept?
    private var hold: Directory?
    /// The run could write to guardrun's own standard error, which may be a terminal.
    private var hadScreen = false
    /// Where guardrun reports when the run is over.
    private lazy var screen: Terminal = {
        if hadScreen { Terminal.standardError.reset() }
        return .standardError
    }()

    init(
        _ options: Options, _ context: Context, _ loaded: Policy.Loaded, notes: [JSON.Member] = [],
        tap: (([UInt8]) -> Void)? = nil
    ) {
        self.tap = tap
        self.notes = notes
        self.options = options
        self.loaded = loaded
        directory = context.directory
        self.context = context
        runID = options.runID ?? RunID(startingAt: Clock.wall)
        store = Store.standard(asked: options.audit, user: context.user, workingDirectory: context.directory)
        events = options.events.map { Loading.eventStream($0) }
        // The plan cuts the directory out of what is granted, so it has to be there before.
        do throws(SystemError) {
            try store.make()
        } catch {
            fail("the audit trail cannot be written to \(store.directory), so nothing was run: \(error)")
        }
    }

    /// Opens the trail, once however often the launch has to be tried. What stands in the way is said by `begin`.
    func open() {
        guard trail == nil, obstacle == nil else { return }
        do throws(SystemError) {
            trail = try Trail(
                runID, in: store, syncsDenials: loaded.policy.audit.denials == .sync,
                maxBytes: loaded.policy.audit.maxBytes, listener: listener)
            // Worked out here because this is where there is time.
            _ = policy
        } catch {
            obstacle = error
        }
    }

    /// Where the run's copy of its working directory goes.
    func placeForCopy() -> Path {
        do throws(SystemError) {
            return try CopyPlace.make(runID.description, in: store, for: context)
        } catch {
            fail("the workspace cannot be kept, so nothing was run: \(inert("\(error)"))")
        }
    }

    /// Makes it, and holds it for as long as the run lasts.
    func keep(_ copy: WorkingCopy) throws(LaunchError) -> Kept {
        do throws(SystemError) {
            let kept = try Kept(
                of: copy.directory, for: runID, in: store, layers: copy.layers, isWhole: copy.way == .copy)
            self.kept = kept
            hold = try kept.taken()
            return kept
        } catch {
            throw LaunchError(
                stage: "making of the workspace", errno: error.errno, subject: error.subject,
                obstacle: copy.way == .copy ? .copy : .none)
        }
    }

    /// Takes the trail away again, when the run did not come to be.
    func discard() { trail?.discard() }

    /// Writes what the run starts with.
    ///
    /// - Parameter code: what of the command is code, which not every policy wants kept.
    func begin(
        _ plan: Plan, codeDigest: Digest?, codeNotes: [String], scans: [Event], code: [[UInt8]] = []
    ) throws(RecordingError) -> Witness {
        open()
        guard let trail else { throw RecordingError(obstacle.map { "\($0)" } ?? "it is not open") }
        if loaded.policy.audit.code == .digest { trail.withhold(code) }
        let witness = Witness(trail)
        try witness.record(
            RunEvents.started(
                plan, policy: policy, codeDigest: codeDigest, notes: codeNotes, more: notes),
            counting: false)
        for event in scans { try witness.record(event, counting: false) }
        return witness
    }

    private lazy var stream = events.map { outlet in
        // Both live as long as this process.
        EventStream(outlet) { try? self.trail?.record($0, counting: false) }
    }

    private var listener: (([UInt8]) -> Void)? {
        guard let tap else { return stream.map { stream in { stream.put($0) } } }
        guard let stream else { return tap }
        return {
            stream.put($0)
            tap($0)
        }
    }

    /// Seals the trail and reports; the run's exit status.
    ///
    /// - Parameter isLast: whether this is the end of what was asked for, and not of one of its interpreters.
    func finish(
        _ outcome: Outcome, _ plan: Plan, _ witness: Witness, verdicts: [Verdict], isLast: Bool = true
    ) -> Int32 {
        let status = Self.exitStatus(outcome)
        // An interpreter of a session has pipes.
        hadScreen = outcome.kind != .refused && tap == nil
        let changed = outcome.kind == .refused ? nil : concluded()
        do throws(RecordingError) {
            // A trail that is full has no room for this one, and still takes its seal.
            if outcome.kind != .refused { try? witness.record(RunEvents.exited(outcome), counting: false) }
            stream?.tell()
            try trail?.seal(RunEvents.finished(outcome, exitStatus: status, changed: changed))
        } catch {
            screen.line("guardrun: the end of the run is not recorded: \(error)")
        }
        events?.finish(within: 2_000_000_000)
        guard isLast else { return status }
        if let file = options.json {
            let object = RunObject.json(
                runID: runID.description, outcome: outcome, exitStatus: status, policy: policy,
                enforcement: plan.enforcement, changed: changed)
            if let link = plan.grants.plantedLink(to: directory.appending(file)) {
                screen.line(
                    "guardrun: --json \(inert(file)) was not written: it leads through the link "
                        + "\(inert(link.description)), which a run may have made")
            } else {
                Loading.writeJSON(object, to: file)
            }
        }
        if !options.quiet {
            RunReport(
                outcome: outcome, exitStatus: status, policy: policy.name,
                isFitted: options.policy == nil, verdicts: verdicts, witness: witness,
                trail: store.trail(of: runID), warnings: loaded.warnings.map { "\($0)" }, plan: plan,
                changed: changed.map { ($0, review) }
            ).print(to: screen)
        }
        return status
    }

    /// What the run wrote into its copy, listed for whoever will review it.
    private func concluded() -> Kept.Contents? {
        guard let kept else { return nil }
        do throws(SystemError) {
            return try kept.conclude()
        } catch {
            screen.line(
                "guardrun: what the run changed could not be listed: \(inert("\(error)"))")
            return nil
        }
    }

    /// The command that shows it.
    private var review: String {
        let elsewhere = options.audit.map { " --audit \(inert($0.description))" } ?? ""
        return "guardrun changes\(elsewhere) \(runID.description.suffix(8))"
    }

    private static func exitStatus(_ outcome: Outcome) -> Int32 {
        switch outcome.kind {
        case .limit: outcome.limit == "wall" ? Exit.wall : Exit.limit
        case .refused: Exit.refused
        case .failed: outcome.exitCode ?? Exit.failure
        case .completed, .killed, .interrupted:
            outcome.exitCode ?? outcome.signal.map { 128 + $0 } ?? Exit.failure
        }
    }
}
