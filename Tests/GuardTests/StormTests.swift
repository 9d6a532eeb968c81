import Event
import Foundation
import Testing

/// A run that makes calls at random, tens of thousands, on memory that changes while they are judged.
@Suite("A storm of calls")
struct StormTests {
    /// How many a storm has; GUARDRUN_STORM says how many more times that.
    static let calls = 20_000 * (ProcessInfo.processInfo.environment["GUARDRUN_STORM"].flatMap(Int.init) ?? 1)

    static let settings: [[String]] = [
        [],
        ["visibility=fast"],
        [
            "files.write=[.]", "files.workspace=overlay",
            "network.allow=[\"tcp://127.0.0.1:*\", \"udp://127.0.0.1:1-60000\"]",
            "network.listen=[\"tcp://127.0.0.1:*\"]",
        ],
    ]

    @Test(
        "the supervisor outlives it, and what it wrote is sound", arguments: Caller.possible, settings.indices
    )
    func outlived(_ caller: Caller, _ index: Int) throws {
        let outside = try Scratch(for: caller)
        try outside.file("secret")
        let bystander = try Bystander(caller)
        let guarded = Guarded(
            caller, settings: ["limits.wall=10m", "limits.cpu=10m"] + Self.settings[index],
            in: try Scratch(for: caller))
        // Another storm each time; a test that fails says which.
        let seed = "\(UInt32.random(in: 0...UInt32.max))"
        let paths = [outside.path("secret"), outside.path("made"), "/proc/self/mem", ".", "x/y", "/tmp/x"]
        let seen = try guarded.run(["--", Shared.victim, "storm", seed, "\(Self.calls)"] + paths)
        #expect(seen.status == 0, "seed \(seed): \(seen.status) \(seen.errors.prefix(2_000))")
        // It may have written anything to its standard streams before.
        #expect(seen.output.hasSuffix("ok \(Self.calls / 400)\n"), "seed \(seed): \(seen.output.suffix(200))")
        #expect(!seen.violations.isEmpty)
        #expect(seen.object?["outcome"]?.stringValue == "completed", "seed \(seed)")
        let verified = try Command(
            [Shared.guardrun, "audit", "verify", "--audit", seen.audit.path], as: caller,
            in: guarded.directory
        ).run()
        #expect(verified.status == 0, "seed \(seed): \(verified.output)\(verified.errors)")
        #expect(outside.contents("secret") == "secret\n", "seed \(seed)")
        #expect(outside.contents("made") == nil, "seed \(seed)")
        #expect(bystander.isAlive, "seed \(seed)")
    }
}
