import Event
import Foundation
import Linux

@testable import Audit

/// An audit directory of a test's own, which goes with the test.
final class Trails: Sendable {
    let url: URL
    let store: Store

    init() {
        url = URL(fileURLWithPath: "/var/tmp/guardrun-audit-\(UUID().uuidString)")
        store = Store(Path(url.path))
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func open(
        _ run: RunID = RunID(startingAt: Clock.wall), syncsDenials: Bool = false, maxBytes: UInt64? = nil,
        listener: (([UInt8]) -> Void)? = nil
    ) throws -> Trail {
        try Trail(run, in: store, syncsDenials: syncsDenials, maxBytes: maxBytes, listener: listener)
    }

    /// A sealed trail of a handful of lines.
    func sealed(_ run: RunID = RunID(startingAt: Clock.wall), lines: Int = 5) throws -> (RunID, [UInt8]) {
        let trail = try open(run)
        for number in 0..<(lines - 1) { try trail.record(Self.event(number), counting: false) }
        try trail.seal(Self.end)
        return (run, bytes(of: run))
    }

    func bytes(of run: RunID) -> [UInt8] {
        Array(FileManager.default.contents(atPath: store.trail(of: run).description) ?? Data())
    }

    static func event(_ number: Int) -> Event {
        Event(
            .policyViolation, .high, rule: "files.read", threat: .credentialAccess,
            "reading /secret/\(number) is not granted",
            fields: [.init("path", .string("/secret/\(number)")), .init("pid", .number(100 + number))])
    }

    static let end = Event(.runFinished, .info, "the program exited", fields: [.init("outcome", "completed")])
}

/// Random numbers that are the same in every run (SplitMix64, Steele et al., OOPSLA 2014).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
