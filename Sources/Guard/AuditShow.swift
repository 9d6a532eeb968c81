import Audit
import Changes
import Linux

extension AuditCommand {
    /// Every event of one run, named as `run(for:)` has it or by the path of its trail.
    func show() throws(UsageError) -> Never {
        let bytes: [UInt8]
        let verification: Verification
        var tally: [Repeat] = []
        if let name = names.first, names.count == 1, name.hasSuffix(".jsonl") {
            bytes = try Self.contents(of: name)
            guard let run = RunID(String(Path(name).name.dropLast(6))) else {
                throw UsageError(description: "\(inert(name)) is not named for a run")
            }
            verification = Verification.check(bytes, run: run)
        } else {
            let run = try run(for: "show")
            guard let trail = try? store.trail(of: run).contents(atMost: 1 << 30) else {
                throw UsageError(description: "the trail of \(run) cannot be read")
            }
            bytes = trail
            tally = Tally.read((try? store.tally(of: run).contents(atMost: 1 << 20)) ?? [])
            verification = Verification.of(run, in: store)
        }
        let terminal = Terminal.standardOutput
        if isJSON {
            terminal.write(bytes: bytes)
        } else {
            var text = TrailText(terminal)
            text.write(bytes, tally: tally)
        }
        if !isJSON, let kept = Kept(verification.runID, in: store) { terminal.line(Self.standing(kept)) }
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
