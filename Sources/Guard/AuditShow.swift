import Audit
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
        let verification = Verification.of(run, in: store)
        if !verification.isSound { Terminal.standardError.line("guardrun: \(verification.fault)") }
        Exit.now(verification.isSound ? Exit.success : Exit.unsound)
    }
}
