import Audit
import Event
import Foundation
import Testing

/// How much of the code a trail keeps: `audit.code`.
@Suite("Code in a trail", .timeLimit(.minutes(60)))
struct KeptCodeTests {
    /// A line that something is found in, one that nothing is found in, and a secret.
    private static let code = """
        quiet=remarkable-line
        cat /etc/shadow
        token=tr0ub4dor-and-3
        """

    private func trail(_ kept: String, _ caller: Caller, _ scratch: Scratch, _ command: [String]) throws
        -> Seen
    {
        let guarded = Guarded(caller, settings: ["audit.code=\(kept)"], in: scratch)
        return try guarded.run(["--"] + command)
    }

    private func text(_ seen: Seen) -> String { String(decoding: seen.trail, as: UTF8.self) }

    private func scans(_ seen: Seen) -> [JSON] { seen.events.filter { $0["type"] == "scan_finished" } }

    @Test(
        "all of it is kept under `full`, without its secrets, and shown in the report",
        arguments: Caller.possible)
    func full(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let script = try scratch.file("step.sh", Self.code)
        let seen = try trail("full", caller, scratch, ["/bin/sh", script])
        let kept = try #require(scans(seen).first?["code"]?.stringValue)
        #expect(kept.hasPrefix("quiet=remarkable-line\ncat /etc/shadow\ntoken=[redacted named "))
        #expect(!text(seen).contains("tr0ub4dor"))
        let page = try Command(
            [Shared.guardrun, "audit", "report", "last", "--audit", seen.audit.path, "-o", "-"], as: caller,
            in: scratch.url
        ).run()
        #expect(page.output.contains("quiet=remarkable-line"))
        #expect(page.output.contains("<mark>"))
    }

    @Test("by default the lines that something was found in", arguments: Caller.possible)
    func excerpt(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let script = try scratch.file("step.sh", Self.code)
        for seen in [
            try trail("excerpt", caller, scratch, ["/bin/sh", script]),
            try Guarded(caller, in: scratch).run(["--", "/bin/sh", script]),
        ] {
            let scan = try #require(scans(seen).first)
            #expect(scan["code"] == nil)
            let excerpts = scan["findings"]?.elements?.compactMap { $0["excerpt"]?.stringValue } ?? []
            #expect(excerpts.contains("cat /etc/shadow"), "\(excerpts)")
            #expect(!text(seen).contains("remarkable-line"))
        }
    }

    @Test("nothing but its digest under `digest`, wherever the code stands", arguments: Caller.possible)
    func digest(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let script = try scratch.file("step.sh", Self.code)
        let marks = ["remarkable-line", "/etc/shadow\ntoken", "cat /etc"]
        let named = try trail("digest", caller, scratch, ["/bin/sh", script])
        let given = try trail("digest", caller, scratch, ["/bin/sh", "-c", Self.code])
        for seen in [named, given] {
            for mark in marks { #expect(!text(seen).contains(mark), "\(mark)") }
            let scan = try #require(scans(seen).first)
            #expect(scan["code"] == nil)
            #expect(scan["findings"]?.elements?.isEmpty == false)
            #expect(scan["findings"]?.elements?.allSatisfy { $0["excerpt"] == nil } == true)
        }
        let digest = "\(Digest(Array(Self.code.utf8)))"
        let started = try #require(given.events.first)
        #expect(started["code_digest"]?.stringValue == digest)
        #expect(started["command"]?.elements?.last?.stringValue == "[code \(digest)]")
        let process = try #require(given.events.first { $0["type"] == "process_started" })
        #expect(process["message"]?.stringValue?.hasSuffix("-c [code \(digest)]") == true)
    }

    @Test("of a session's cells as much", arguments: ["digest", "excerpt", "full"])
    func cells(_ kept: String) throws {
        let scratch = try Scratch(for: .user)
        let host = try SessionHost(.user, settings: ["audit.code=\(kept)"], in: scratch)
        _ = try host.execute("remarkable_line = 1")
        host.finish()
        let scan = try #require(host.events(.scanFinished).first)
        #expect(scan["code"]?.stringValue == (kept == "full" ? "remarkable_line = 1" : nil))
        #expect(scan["code_digest"]?.stringValue == "\(Digest(Array("remarkable_line = 1".utf8)))")
    }

    @Test("a word that is none is said, with what it may be")
    func wrong() throws {
        let scratch = try Scratch(for: .user)
        let seen = try trail("everything", .user, scratch, ["/bin/true"])
        #expect(seen.status == 78)
        #expect(seen.errors.contains("digest, excerpt or full"), "\(seen.errors)")
    }
}
