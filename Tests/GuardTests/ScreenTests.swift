import Foundation
import Testing

/// What a run does to the terminal that it shares with guardrun's report.
@Suite("The terminal after a run", .timeLimit(.minutes(60)))
struct ScreenTests {
    /// Runs a command on a new terminal and prints what arrived there.
    private static let driver = """
        import os, pty, sys
        seen = b""
        pid, master = pty.fork()
        if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
        while True:
            try: piece = os.read(master, 65536)
            except OSError: break
            if not piece: break
            seen += piece
        os.waitpid(pid, 0)
        sys.stdout.buffer.write(seen)
        """
    /// Hides what follows: other letters on another screen, without colour or cursor, in an escape without an end.
    private static let hiding = "\u{1B}[8m\u{1B}[?1049h\u{1B}(0\u{1B}[?25l\u{1B}[2;3r\u{1B}P"
    private static let code = "import sys; sys.stdout.write(\(python(hiding)))"

    private static func python(_ text: String) -> String {
        "'"
            + text.unicodeScalars.map { "\\x" + ($0.value < 16 ? "0" : "") + String($0.value, radix: 16) }
            .joined() + "'"
    }

    private func shown(
        _ caller: Caller, _ options: [String], _ code: String, environment: [String: String] = [:],
        before: [String] = []
    ) throws -> String {
        let scratch = try Scratch(for: caller)
        let script = try scratch.file("driver.py", Self.driver)
        let words =
            ["/usr/bin/python3", script] + before
            + [Shared.guardrun, "-p", "python", "--audit", scratch.path("audit")]
        return try Running(
            words + options + ["--", "/usr/bin/python3", "-c", code], as: caller, in: scratch.url,
            environment: ["TERM": "xterm"].merging(environment) { $1 }
        ).finish().text
    }

    @Test("the report is seen, whatever the run wrote last", arguments: Caller.possible, [[], ["-it"]])
    func reset(_ caller: Caller, _ options: [String]) throws {
        let text = try shown(caller, options, Self.code)
        let run = try #require(text.range(of: Self.hiding), "\(text.debugDescription)")
        let rest = text[run.upperBound...]
        let report = try #require(rest.range(of: "completed"))
        let between = rest[..<report.lowerBound]
        // First what ends any escape.
        #expect(between.unicodeScalars.first == "\u{18}", "\(between.debugDescription)")
        for undone in ["[!p", "[?1049l", "[r", "(B", "[0m", "[?25h"] {
            #expect(between.contains("\u{1B}\(undone)"), "\(undone) \(between.debugDescription)")
        }
    }

    @Test("nothing is undone where nothing was done", arguments: Caller.possible)
    func untouched(_ caller: Caller) throws {
        let refused = try shown(caller, [], "import shutil; shutil.rmtree('/')")
        #expect(refused.contains(" before it ran"), "\(refused)")
        let quiet = try shown(caller, ["-q"], "print('ran')")
        let dumb = try shown(caller, [], "print('ran')", environment: ["TERM": "dumb"])
        let elsewhere = try shown(
            caller, [], "print('ran')", before: ["/bin/sh", "-c", "exec \"$@\" 2>errors", "sh"])
        for text in [refused, quiet, dumb, elsewhere] {
            #expect(!text.contains("\u{1B}[!p"), "\(text.debugDescription)")
        }
        #expect([quiet, dumb, elsewhere].allSatisfy { $0.contains("ran") })
    }
}
