import Audit
import Event
import Foundation
import Testing

/// The ledger as its readers use it: proofs for others, checkpoints that were kept, keys, and retention.
@Suite("The ledger on the command line", .timeLimit(.minutes(60)))
struct LedgerCommandTests {
    private struct Place {
        let caller: Caller
        let scratch: Scratch

        init(_ caller: Caller) throws {
            self.caller = caller
            scratch = try Scratch(for: caller)
        }

        @discardableResult
        func run(_ code: String = "exit 0") throws -> String {
            let result = try Command(
                [
                    Shared.guardrun, "-q", "-p", "python", "--audit", "audit", "--json", "object.json", "--",
                    "/bin/sh", "-c", code,
                ], as: caller, in: scratch.url
            ).run()
            #expect(result.errors.isEmpty, "\(result.errors)")
            return JSONReader.value((scratch.contents("object.json") ?? "").utf8)?["run_id"]?.stringValue
                ?? ""
        }

        func audit(_ words: String...) throws -> Command.Result {
            try Command(
                [Shared.guardrun, "audit"] + words + ["--audit", "audit"], as: caller, in: scratch.url
            ).run()
        }

        /// What a command writes, kept in a file.
        func keep(_ name: String, _ words: String...) throws -> Command.Result {
            let result = try Command(
                [Shared.guardrun, "audit"] + words + ["--audit", "audit"], as: caller, in: scratch.url
            ).run()
            try scratch.file(name, result.output)
            return result
        }
    }

    @Test("proofs convince another implementation, and a forged trail does not", arguments: Caller.possible)
    func independent(_ caller: Caller) throws {
        let place = try Place(caller)
        for _ in 0..<3 { try place.run() }
        #expect(try place.keep("kept", "checkpoint").status == 0)
        let run = try place.run("exit 3")
        for _ in 0..<2 { try place.run() }
        #expect(try place.keep("proof", "prove", run).status == 0)
        #expect(try place.keep("consistency", "prove", "--since", "kept").status == 0)
        let key = try place.audit("key").output.trimmingCharacters(in: .newlines)
        func verdict() throws -> Command.Result {
            try Command(
                [
                    "/usr/bin/python3", "-c", IndependentVerifier.script, "proof", key,
                    "audit/runs/\(run).jsonl",
                    "kept", "consistency", "audit/ledger/entries",
                ], as: caller, in: place.scratch.url
            ).run()
        }
        let verified = try verdict()
        #expect(verified.output == "verified 7 12 6\n", "\(verified.errors)")
        let own = try place.audit("verify", "--proof", "proof", "--key", key, "audit/runs/\(run).jsonl")
        #expect(own.status == 0, "\(own.output)\(own.errors)")
        let trail = try #require(place.scratch.contents("audit/runs/\(run).jsonl"))
        try place.scratch.file(
            "audit/runs/\(run).jsonl",
            trail.replacingOccurrences(of: "\"exit_status\":3", with: "\"exit_status\":0"))
        #expect(try verdict().status != 0)
        #expect(
            try place.audit("verify", "--proof", "proof", "--key", key, "audit/runs/\(run).jsonl").status == 1
        )
    }

    @Test("a ledger that was rolled back is found by who kept a checkpoint")
    func rolledBack() throws {
        let place = try Place(.user)
        try place.run()
        let ledger = place.scratch.path("audit/ledger")
        let copy = ["/bin/cp", "-a", ledger, place.scratch.path("old")]
        #expect(try Command(copy, as: .user, in: place.scratch.url).run().status == 0)
        let run = try place.run()
        #expect(try place.keep("kept", "checkpoint").status == 0)
        #expect(try place.audit("verify", "--checkpoint", "kept").status == 0)
        try FileManager.default.removeItem(atPath: ledger)
        try FileManager.default.moveItem(atPath: place.scratch.path("old"), toPath: ledger)
        try FileManager.default.removeItem(atPath: place.scratch.path("audit/runs/\(run).jsonl"))
        #expect(try place.audit("verify").status == 0)
        let found = try place.audit("verify", "--checkpoint", "kept")
        #expect(found.status == 1)
        #expect(found.output == "ledger  the ledger was rolled back: it has 2 entries, and kept covers 4\n")
        #expect(try place.audit("prove", "--since", "kept").status == 1)
        try FileManager.default.removeItem(atPath: place.scratch.path("audit"))
        #expect(try place.audit("verify", "--checkpoint", "kept").status == 1)
    }

    @Test("old trails are pruned, and everything else stays proved")
    func pruned() throws {
        let place = try Place(.user)
        for _ in 0..<3 { try place.run() }
        #expect(try place.keep("kept", "checkpoint").status == 0)
        #expect(try place.audit("prune", "--older-than", "1d").output == "0 trails were removed\n")
        #expect(
            try place.audit("prune", "--older-than", "0s", "--dry-run").output
                == "3 trails would be removed\n")
        #expect(try place.audit("prune", "--older-than", "0s").output == "3 trails were removed\n")
        try place.run()
        let verify = try place.audit("verify", "--checkpoint", "kept")
        #expect(verify.status == 0)
        #expect(verify.output.hasPrefix("1 trail, all sound, 3 pruned\n"), "\(verify.output)")
        // One that something is wrong with is evidence.
        let run = try place.run()
        try place.scratch.file("audit/runs/\(run).jsonl", "{}\n")
        #expect(
            try place.audit("prune", "--older-than", "0s").output
                == "1 trail was removed; 1 kept, because they go on or are not sound\n")
        #expect(try place.audit("verify").output.hasPrefix("\(run)  line 1: "))
    }

    @Test("a run sees neither the ledger nor its keys", arguments: Caller.possible)
    func hidden(_ caller: Caller) throws {
        let place = try Place(caller)
        try place.run()
        let base = place.scratch.url.path
        let seen = try Command(
            [
                Shared.guardrun, "-q", "-p", "python", "--set",
                "files.read=[/usr, /lib, /lib64, /bin, \(base)]",
                "--set", "files.write=[\(base)]", "--audit", "audit", "--", "/bin/sh", "-c",
                "cat audit/keys/signing audit/ledger/entries; echo x >> audit/ledger/entries; ls audit",
            ], as: caller, in: place.scratch.url
        ).run()
        #expect(!seen.output.contains("PRIVATE"), "\(seen.output)")
        #expect(!seen.output.contains("start "))
        #expect(try place.audit("verify").status == 0)
    }

    @Test("runs that are killed at random leave no torn line and no false alarm", arguments: Caller.possible)
    func killed(_ caller: Caller) throws {
        let place = try Place(caller)
        let outside = try Scratch(for: caller)
        for number in 0..<200 { try outside.file("secret-\(number)") }
        // Says which file it was refused, once it has been.
        let code = """
            n=0; while [ $n -lt 200 ]; do read x < \(outside.url.path)/secret-$n || echo refused $n.; n=$((n+1)); done
            """
        var random = SystemRandomNumberGenerator()
        for _ in 0..<6 {
            let running = try (0..<10).map { _ in
                try Running(
                    [
                        Shared.guardrun, "-q", "-p", "python", "--set", "limits.output=unlimited", "--audit",
                        "audit",
                        "--", "/bin/sh", "-c", code,
                    ], as: caller, in: place.scratch.url)
            }
            _ = running[0].says("refused \(Int.random(in: 0..<100, using: &random)).")
            for one in running { one.send(SIGKILL) }
            for one in running { _ = one.finish() }
            try place.run()
        }
        let verify = try place.audit("verify", "--format", "json")
        let objects = verify.output.split(separator: "\n").compactMap { JSONReader.value($0.utf8) }
        #expect(objects.last?["faults"]?.elements?.isEmpty == true, "\(objects.last.map(\.encoded) ?? [])")
        let isSound = objects.dropLast().map { $0["sound"] == true }
        #expect(isSound.contains(false) && isSound.contains(true))
        for object in objects.dropLast() where object["sound"] != true {
            let fault = object["fault"]?.stringValue ?? ""
            #expect(fault.hasPrefix("cut off after"), "\(fault)")
        }
        #expect(objects.count > 6)
    }
}
