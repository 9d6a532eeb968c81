import Audit
import Event
import Linux

extension AuditCommand {
    /// Holds trails against themselves and the ledger, and the ledger against its checkpoint and those that were kept.
    func verify() throws(UsageError) -> Never {
        if let proof = flags.last("--proof") { try verify(proof: proof) }
        let chosen = names.isEmpty ? nil : runs(names)
        guard chosen?.isEmpty != true else {
            throw UsageError(description: "no run is named '\(inert(names[0]))' in \(store.runs)")
        }
        var kept: [KeptCheckpoint] = []
        for name in flags.all("--checkpoint") {
            kept.append(KeptCheckpoint(name: inert(name), bytes: try Self.contents(of: name)))
        }
        let trusted = try keys()
        let found: DirectoryVerification
        do throws(SystemError) {
            found = try DirectoryVerification(store, chosen, keeping: kept, trusting: trusted)
        } catch {
            fail("\(store.runs) cannot be read: \(error.errno)")
        }
        if isJSON { writeObjects(found) } else { writeLines(found) }
        // Who brings a checkpoint wants it held against a ledger, also where there is none any more.
        Exit.now(found.isSound && (kept.isEmpty || found.ledger.isThere) ? Exit.success : Exit.unsound)
    }

    /// The public keys that the command line says to trust.
    private func keys() throws(UsageError) -> [VerifierKey] {
        var keys: [VerifierKey] = []
        for text in flags.all("--key") {
            guard let key = VerifierKey(text) else {
                throw UsageError(
                    description:
                        "'\(inert(text))' is no public key; write one as `guardrun audit key` prints it")
            }
            keys.append(key)
        }
        return keys
    }

    private func writeLines(_ found: DirectoryVerification) {
        let terminal = Terminal.standardOutput
        func fault(_ subject: String, _ sentence: String) {
            terminal.line("\(subject)  \(terminal.styled(inert(sentence), .red))")
        }
        for run in found.runs where !run.isSound { fault("\(run.trail.runID)", run.fault) }
        for sentence in found.ledger.faults { fault("ledger", sentence) }
        for run in found.runs {
            for note in run.notes { Terminal.standardError.line("note: \(run.trail.runID): \(note)") }
        }
        for note in found.ledger.notes { Terminal.standardError.line("note: the ledger: \(inert(note))") }
        if !found.ledger.isThere, !flags.all("--checkpoint").isEmpty {
            fault("ledger", "there is no ledger in \(store.directory)")
        } else if found.runs.isEmpty, found.pruned == 0, found.isSound {
            terminal.line("there is no trail in \(store.runs)")
        } else if found.isSound {
            let count = found.runs.count
            let running = found.runs.count { $0.trail.state == .running }
            terminal.line(
                "\(count) trail\(count == 1 ? "" : "s"), all sound"
                    + (running == 0 ? "" : ", \(running) still running")
                    + (found.pruned == 0 ? "" : ", \(found.pruned) pruned"))
            if let checkpoint = found.ledger.checkpoint {
                let signer = found.ledger.signer.map { "signed with \($0)" } ?? "not signed"
                terminal.line(
                    "the ledger has \(found.ledger.leaves.count) entries, \(checkpoint.size) of them \(signer)"
                )
            }
        }
    }

    private func writeObjects(_ found: DirectoryVerification) {
        func sentences(_ list: [String]) -> JSON { .array(list.map(JSON.string)) }
        for run in found.runs {
            write(
                .object([
                    .init("run_id", .string(run.trail.runID.description)), .init("sound", .bool(run.isSound)),
                    .init("running", .bool(run.trail.state == .running)),
                    .init("lines", .number(run.trail.lines)),
                    .init("head", .string(run.trail.head.description)), .init("fault", .string(run.fault)),
                    .init("notes", sentences(run.notes)),
                ]))
        }
        guard found.ledger.isThere else { return }
        write(
            .object([
                .init("ledger", .string(found.ledger.checkpoint?.origin ?? "")),
                .init("sound", .bool(found.ledger.faults.isEmpty)),
                .init("entries", .number(found.ledger.leaves.count)),
                .init("signed", .number(found.ledger.checkpoint?.size ?? 0)),
                .init("key", found.ledger.signer.map { .string($0.description) } ?? .null),
                .init("pruned", .number(found.pruned)), .init("faults", sentences(found.ledger.faults)),
                .init("notes", sentences(found.ledger.notes)),
            ]))
    }

    /// Checks a trail that came without its audit directory.
    private func verify(proof: String) throws(UsageError) -> Never {
        let keys = try keys()
        guard names.count == 1, keys.count == 1 else {
            throw UsageError(
                description:
                    "audit verify --proof FILE takes one trail, a path, and --key with the ledger's public key"
            )
        }
        guard let proof = RunProof(try Self.contents(of: proof, atMost: 64 << 10)) else {
            throw UsageError(description: "\(inert(proof)) is not a proof that `guardrun audit prove` writes")
        }
        let name = Path(names[0]).name
        guard name.hasSuffix(".jsonl"), let run = RunID(String(name.dropLast(6))) else {
            throw UsageError(description: "\(inert(names[0])) is not named for a run")
        }
        let trail = Verification.check(try Self.contents(of: names[0]), run: run)
        let objection = proof.objection(to: trail, key: keys[0])
        let terminal = Terminal.standardOutput
        terminal.line("\(run)  " + (objection.map { terminal.styled($0, .red) } ?? "in the ledger as it is"))
        Exit.now(objection == nil ? Exit.success : Exit.unsound)
    }
}
