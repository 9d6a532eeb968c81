import Audit
import Linux

extension AuditCommand {
    /// Evidence for somebody who has not got the audit directory.
    func prove() throws(UsageError) -> Never {
        let ledger = LedgerReading(store)
        guard ledger.isThere else {
            throw UsageError(description: "there is no ledger in \(store.directory)")
        }
        guard ledger.faults.isEmpty else {
            fail("the ledger is not sound, so it proves nothing; see `guardrun audit verify`", Exit.unsound)
        }
        if let name = flags.last("--since") {
            guard names.isEmpty else {
                throw UsageError(description: "audit prove takes a run or --since, not both")
            }
            guard let old = Checkpoint(try Self.contents(of: name, atMost: 16 << 10)) else {
                throw UsageError(description: "\(inert(name)) is not a checkpoint")
            }
            guard let proof = consistencyProof(since: old, in: ledger) else {
                fail(
                    "the ledger has fewer entries than \(inert(name)) covers: it was rolled back",
                    Exit.unsound)
            }
            Terminal.standardOutput.write(bytes: proof)
            Exit.now(Exit.success)
        }
        let run = try run(for: "audit prove")
        guard let proof = RunProof(run, in: ledger) else {
            fail("the end of \(run) is not in the ledger: it goes on, or it was cut off", Exit.unsound)
        }
        Terminal.standardOutput.write(bytes: proof.encoded)
        Exit.now(Exit.success)
    }

    /// The signed note to keep elsewhere.
    func checkpoint() throws(UsageError) -> Never {
        guard names.isEmpty else { throw UsageError(description: "audit checkpoint takes nothing after it") }
        guard let checkpoint = LedgerReading(store).checkpoint else {
            throw UsageError(description: "there is no ledger in \(store.directory)")
        }
        Terminal.standardOutput.write(bytes: checkpoint.encoded)
        Exit.now(Exit.success)
    }

    func openLedger(orElse consequence: String) -> Ledger {
        do throws(SystemError) { return try Ledger(in: store) } catch { fail("\(consequence): \(error)") }
    }

    /// `audit key`: the public keys; `key rotate`: a new one; `key none`: nothing is signed from now on.
    func key() throws(UsageError) -> Never {
        switch names {
        case []:
            for key in KeyRing.published(in: store) { Terminal.standardOutput.line("\(key)") }
        case ["rotate"], ["none"]:
            let ledger = openLedger(orElse: "the key was not changed")
            do throws(LedgerError) {
                try ledger.changeKey(to: names == ["rotate"], at: Clock.wall)
            } catch {
                fail("the key was not changed: \(error)")
            }
        default:
            throw UsageError(
                description: "audit key takes 'rotate', 'none', or nothing to print the public keys")
        }
        Exit.now(Exit.success)
    }
}
