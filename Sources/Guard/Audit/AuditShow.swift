import Audit
import Changes
import Event
import Linux

/// A trail that a command line names. Somebody may have written anything into it.
struct NamedTrail {
    let bytes: [UInt8]
    let verification: Verification
    /// What a run without a seal had counted.
    let tally: [Repeat]

    /// How often an event came again, by its number.
    var again: [Int64: Int64] {
        var again: [Int64: Int64] = [:]
        for one in tally { again[Int64(clamping: one.sequence)] = Int64(clamping: one.count) }
        let seal = bytes.split(separator: UInt8(ascii: "\n")).last.flatMap { JSONReader.event($0) }
        for one in seal?["repeated"]?.elements ?? [] {
            if let number = one["seq"]?.intValue { again[number] = one["count"]?.intValue }
        }
        return again
    }
}

extension AuditCommand {
    /// Every event of one run.
    func show() throws(UsageError) -> Never {
        let trail = try trail(for: "audit show")
        let (bytes, verification) = (trail.bytes, trail.verification)
        let terminal = Terminal.standardOutput
        if isJSON {
            terminal.write(bytes: bytes)
        } else {
            var text = TrailText(terminal)
            text.write(bytes, again: trail.again)
        }
        if !isJSON, let kept = Kept(verification.runID, in: store) { terminal.line(Self.standing(kept)) }
        if !verification.isSound { Terminal.standardError.line("guardrun: \(verification.fault)") }
        Exit.now(verification.isSound ? Exit.success : Exit.unsound)
    }

    /// The trail of one run, named as `run(for:)` has it or by the path of its trail.
    func trail(for command: String) throws(UsageError) -> NamedTrail {
        if let name = names.first, names.count == 1, name.hasSuffix(".jsonl") {
            let bytes = try Self.contents(of: name)
            guard let run = RunID(String(Path(name).name.dropLast(6))) else {
                throw UsageError(description: "\(inert(name)) is not named for a run")
            }
            return NamedTrail(bytes: bytes, verification: Verification.check(bytes, run: run), tally: [])
        }
        let run = try run(for: command)
        guard let bytes = try? store.trail(of: run).contents(atMost: 1 << 30) else {
            throw UsageError(description: "the trail of \(run) cannot be read")
        }
        return NamedTrail(
            bytes: bytes, verification: Verification.of(run, in: store),
            tally: Tally.read((try? store.tally(of: run).contents(atMost: 1 << 20)) ?? []))
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
