import Audit
import Event
import Glibc
import Linux

// What trails cost: appending, verifying, and asking a million events. `make bench-trails` runs it in a directory that
// it is given, which must not be there, and prints a line for each.

/// Nanoseconds that this process has computed (clock_gettime(2), CLOCK_PROCESS_CPUTIME_ID).
func processorTime() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// Seconds of the clock and of the processor that a piece of work takes.
func measured(_ work: () -> Void) -> (wall: Double, processor: Double) {
    let (wall, processor) = (Clock.monotonic, processorTime())
    work()
    return (Double(Clock.monotonic - wall) / 1e9, (processorTime() - processor) / 1e9)
}

func say(_ text: String) { try? Descriptor(owning: dup(1)).write((text + "\n").utf8) }

func stop(_ reason: String) -> Never {
    say(reason)
    exit(1)
}

/// A refused open, as a run writes it.
func denial(_ number: Int) -> Event {
    Denial(
        operation: .open, syscall: "openat",
        arguments: [
            .init("path", .string("/home/user/data/file-\(number).txt")),
            .init("flags", "O_RDONLY|O_CLOEXEC"),
        ],
        pid: 4_242, executable: "/usr/bin/python3.11", errno: "ENOENT", threat: .credentialAccess,
        rule: "files.read", sentence: "opening /home/user/data/file-\(number).txt to read is not granted"
    ).event
}

guard CommandLine.arguments.count == 3, let count = Int(CommandLine.arguments[2]), count > 0 else {
    stop("usage: trail-bench DIRECTORY EVENTS")
}
let store = Store(Path(CommandLine.arguments[1]))
let run = RunID(startingAt: Clock.wall)

let appended = measured {
    do throws(SystemError) {
        let trail = try Trail(run, in: store, syncsDenials: false, maxBytes: nil, listener: nil)
        do throws(RecordingError) {
            for number in 0..<count { try trail.record(denial(number), counting: false) }
            try trail.seal(Event(.runFinished, .info, "exit 0", fields: [.init("outcome", "completed")]))
        } catch { stop("\(error)") }
    } catch { stop("\(error)") }
}
let bytes = Double((try? store.trail(of: run).status().size) ?? 0)
say(
    "append  \(Int(Double(count) / appended.wall)) events/s of \(Int(bytes) / (count + 1)) bytes, "
        + "\(Int(appended.processor * 1e9) / count) ns of processor each")

let verified = measured {
    if Verification.of(run, in: store).state != .sound { stop("the trail is not sound") }
}
say("verify  \(Int(bytes / verified.processor / 1e6)) MB per second of processor")

do throws(DatabaseError) {
    var index: Index?
    let built = measured { index = try? Index.current(of: store) }
    say("index   \(Int(Double(count) / built.wall)) events/s, once")
    for (name, question) in [
        // As `audit query` asks them.
        ("the last hundred", ""), ("of a type", " WHERE type = 'policy_violation'"),
        ("of a threat", " WHERE threat = 'credential_access'"), ("of a run", " WHERE run = '\(run)'"),
        (
            "with a word",
            " WHERE events.rowid IN (SELECT rowid FROM words WHERE words MATCH '\"file-\(count / 2).txt\"')"
        ),
    ] {
        let text =
            "SELECT run, seq, events.time AS time, type, severity, threat, rule, op, subject, exe, errno, times, message "
            + "FROM events JOIN runs USING (number)\(question) ORDER BY \(name == "of a run" ? "" : "events.time DESC, ")seq DESC LIMIT 100"
        guard let statement = try index?.database.prepare(text) else { stop("there is no index") }
        var rows = 0
        let asked = measured { while (try? statement.step()) == true { rows += 1 } }
        say("query   \(Double(Int(asked.wall * 1e4)) / 10) ms for \(rows) rows: \(name)")
    }
} catch { stop(error.description) }
