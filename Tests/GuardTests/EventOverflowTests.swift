import Audit
import Event
import Foundation
import Testing

/// A reader of `--events` that is slow, or does not read at all.
@Suite("Events that nobody reads in time", .timeLimit(.minutes(60)))
struct EventOverflowTests {
    @Test(
        "the run goes on, the trail has all of them, and says how many were left out",
        arguments: Caller.possible)
    func overflow(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        // Paths as long as paths can be: each refusal is an event of some ten thousand bytes.
        let outside = try Scratch(for: caller)
        let deep = (0..<14).map { _ in String(repeating: "d", count: 240) }.joined(separator: "/")
        try outside.folder(deep)
        for number in 0..<900 { try outside.file("\(deep)/\(number)", "") }
        let pipe = scratch.path("events")
        unsafe mkfifo(pipe, 0o666)
        unsafe chmod(pipe, 0o666)
        // Opened for both, so that the other side need not wait; nothing is read before the end.
        let reader = unsafe open(pipe, O_RDWR | O_NONBLOCK)
        defer { close(reader) }
        let code = """
            exec 2>/dev/null; cd /; n=0
            while [ $n -lt 900 ]; do read x < \(outside.url.path)/\(deep)/$n; n=$((n+1)); done; exit 7
            """
        let script = try scratch.file("step.sh", code)
        var guarded = Guarded(caller, settings: ["limits.wall=2m", "limits.cpu=2m"], in: scratch)
        guarded.options = ["-q", "--events", pipe]
        let seen = try guarded.run(["--", "/bin/sh", script])
        #expect(seen.status == 7, "\(seen.errors)")
        #expect(seen.violations("open").count == 900)
        let dropped = seen.events.filter { $0["type"] == "events_dropped" }
        #expect(dropped.reduce(0) { $0 + ($1["dropped"]?.intValue ?? 0) } > 0)
        // What came before is what the trail begins with.
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe read(reader, &buffer, buffer.count)
        #expect(count > 0 && seen.trail.starts(with: buffer.prefix(max(0, count))))
    }

    @Test("a reader that reads gets all of them, and hears of none left out", arguments: Caller.possible)
    func kept(_ caller: Caller) throws {
        let scratch = try Scratch(for: caller)
        var guarded = Guarded(caller, in: scratch)
        guarded.options = ["-q", "--events", "events.jsonl"]
        let seen = try guarded.run(["--", "/bin/sh", "-c", "exit 7"])
        #expect(seen.status == 7)
        #expect(scratch.contents("events.jsonl").map { Array($0.utf8) } == seen.trail)
        #expect(!seen.events.contains { $0["type"] == "events_dropped" })
    }
}
