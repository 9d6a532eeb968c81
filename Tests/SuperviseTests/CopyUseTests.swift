import Foundation
import Linux
import Testing

@testable import Sandbox
@testable import Supervise

/// What a copy takes, counted while it is made.
@Suite("Use of a copy")
struct CopyUseTests {
    private final class Place {
        let root = URL(fileURLWithPath: "/var/tmp/guardrun-use-\(UUID().uuidString)")
        var copy: WorkingCopy {
            WorkingCopy(way: .overlay, directory: Path("/"), layers: Path(root.path), made: [])
        }

        init(names: Int) throws {
            let upper = root.appendingPathComponent("upper")
            try FileManager.default.createDirectory(at: upper, withIntermediateDirectories: true)
            try Data().write(to: upper.appendingPathComponent("first"))
            for number in 0..<names {
                unsafe link(upper.path + "/first", upper.path + "/\(number)")
            }
        }

        deinit { try? FileManager.default.removeItem(at: root) }
    }

    @Test("many names are counted in turns, and each is a block")
    func turns() throws {
        let place = try Place(names: 30_000)
        var use = CopyUse(place.copy, limit: 1 << 30)
        // No machine reads that many in one turn.
        #expect(use.bytes(isOver: false) < 30_000 * 4_096 && use.isWalking)
        while use.isWalking { _ = use.bytes(isOver: false) }
        #expect(use.bytes(isOver: false) == 30_001 * 4_096)
        #expect(use.bytes(isOver: true) == 30_001 * 4_096)
    }

    @Test("counting ends where the limit is passed, whatever that is", arguments: [0, 4_096, 1 << 20, .max])
    func limits(_ limit: UInt64) throws {
        let place = try Place(names: 1_000)
        var use = CopyUse(place.copy, limit: limit)
        let bytes = use.bytes(isOver: true)
        #expect(bytes == min(1_001, limit / 4_096 + 1) * 4_096)
    }
}
