import Audit
import Event
import Foundation
import Testing

/// The page that people get who have no terminal.
@Suite("The audit report", .timeLimit(.minutes(60)))
struct ReportPageTests {
    @Test(
        "one page that asks for nothing, with what was refused, found and enforced",
        arguments: Caller.possible)
    func page(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        let outside = try Scratch(for: caller)
        let secret = try outside.file("hidden-thing")
        let code = "for i in 1 2 3; do read x < \(secret); done; cat ~/.ssh/id_rsa; exit 0"
        func run(_ words: String...) throws -> Command.Result {
            try Command([Shared.guardrun] + words, as: caller, in: scratch.url).run()
        }
        _ = try run("-q", "-p", "python", "--audit", "audit", "--", "/bin/sh", "-c", code)
        _ = try run("-q", "-p", "python", "--audit", "audit", "--", "/bin/sh", "-c", ":")
        let one = try run(
            "audit", "report", "--audit", "audit", try #require(first(scratch)), "-o", "report.html")
        #expect(one.status == 0, "\(one.errors)")
        let page = try #require(scratch.contents("report.html"))
        for part in [
            "Verified", "<h3>sandbox escape</h3>", "reading \(secret) is not granted",
            "<td class=\"n\">3</td>",
            "What was enforced", "Timeline", "<svg role=\"img\"",
        ] { #expect(page.contains(part), "\(part)") }
        let all = try run("audit", "report", "--audit", "audit", "--since", "1h", "-o", "-")
        #expect(all.output.contains("<h1>2 runs</h1>") && all.output.contains("id=\"run-1\""))
        for text in [page, all.output] {
            #expect(text.contains("default-src 'none'"))
            for mark in ["<script", "<img", "<link", "http://", "https://", "url(", "@import", "javascript:"]
            {
                #expect(!text.contains(mark), "\(mark)")
            }
        }
        try scratch.file("audit/runs/\(try #require(first(scratch))).jsonl", "{}\n")
        let broken = try run("audit", "report", "--audit", "audit", "--since", "1h", "-o", "-")
        #expect(broken.status == 1 && broken.output.contains("<span class=\"badge bad\">Not sound</span>"))
        #expect(try run("audit", "report", "last", "--audit", "audit").errors.contains("needs -o"))
    }

    private func first(_ scratch: Scratch) -> String? {
        let names = try? FileManager.default.contentsOfDirectory(atPath: scratch.path("audit/runs"))
        return names?.filter { $0.hasSuffix(".jsonl") }.sorted().first.map { String($0.dropLast(6)) }
    }

    @Test("hostile words are shown and do nothing")
    func hostile() throws {
        let scratch = try Scratch(for: .user)
        let hostile =
            "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;\u{1B}[31m\u{202E}gnp.exe\u{2066}\u{200B}"
        let long = String(repeating: "y", count: 100_000)
        _ = try Command(
            [
                Shared.guardrun, "-q", "-p", "python", "--audit", "audit", "--", "/bin/sh", "-c", ":",
                hostile, long,
            ], as: .user, in: scratch.url
        ).run()
        let result = try Command(
            [Shared.guardrun, "audit", "report", "last", "--audit", "audit", "-o", "-"], as: .user,
            in: scratch.url
        ).run()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x"))
        #expect(!result.output.contains("<script") && !result.output.contains("<img"))
        for scalar in ["\u{1B}", "\u{202E}", "\u{2066}", "\u{200B}"] {
            #expect(
                !result.output.unicodeScalars.contains(Unicode.Scalar(scalar)!), "\(scalar.debugDescription)")
        }
        #expect(result.output.utf8.count < 60_000)
    }
}
