import Audit
import Linux

extension AuditCommand {
    /// One page for people who have no terminal, or no guardrun.
    func report() throws(UsageError) -> Never {
        let chosen: [RunID]
        if flags.last("--since") != nil {
            guard names.isEmpty else {
                throw UsageError(description: "audit report takes a run or --since, not both")
            }
            let since = try since()
            chosen = runs([]).filter { $0.description >= since }
        } else {
            chosen = [try run(for: "audit report")]
        }
        guard let file = flags.last("-o") else {
            throw UsageError(description: "audit report needs -o with a file; `-o -` is standard output")
        }
        let found: DirectoryVerification
        do throws(SystemError) {
            found = try DirectoryVerification(store, chosen)
        } catch {
            fail("\(store.runs) cannot be read: \(error.errno)")
        }
        if chosen.count > Self.most {
            Terminal.standardError.line(
                "guardrun: the last \(Self.most) of \(chosen.count) runs are reported")
        }
        let runs = chosen.suffix(Self.most).map { run in
            ReportRun(
                run, (try? store.trail(of: run).contents(atMost: 256 << 20)) ?? [],
                tally: Tally.read((try? store.tally(of: run).contents(atMost: 1 << 20)) ?? []))
        }
        let page = ReportPage(found, runs).markup
        if file == "-" {
            Terminal.standardOutput.write(bytes: page.bytes)
        } else {
            do throws(SystemError) {
                try Path(file).replace(with: page.bytes, mode: 0o600)
            } catch {
                throw UsageError(description: "\(inert(file)) cannot be written: \(error.errno)")
            }
        }
        Exit.now(found.isSound ? Exit.success : Exit.unsound)
    }

    /// A page with more runs than this is none that a browser likes.
    private static let most = 300
}
