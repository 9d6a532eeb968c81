import Audit
import Changes
import Linux

extension AuditCommand {
    /// Every event of one run.
    func show() throws(UsageError) -> Never {
        let run = try run(for: "show")
        guard let bytes = try? store.trail(of: run).contents(atMost: 1 << 30) else {
            throw UsageError(description: "the trail of \(run) cannot be read")
        }
        let terminal = Terminal.standardOutput
        if isJSON { terminal.write(bytes: bytes) } else { TrailText(terminal).write(bytes) }
        if !isJSON, let kept = Kept(run, in: store) { terminal.line(Self.standing(kept)) }
        let verification = Verification.of(run, in: store)
        if !verification.isSound { Terminal.standardError.line("guardrun: \(verification.fault)") }
        Exit.now(verification.isSound ? Exit.success : Exit.unsound)
    }

    /// How it stands with what the run changed in its copy of the working directory.
    private static func standing(_ kept: Kept) -> String {
        switch kept.state() {
        case .settled(let how, let trail): "what it changed was \(inert(how)) by \(inert(trail))"
        case .pending:
            "what it changed waits to be committed: guardrun changes \(KeptChoice.short(kept.runID))"
        case .open: "it goes on, in a workspace of its own"
        }
    }
}
