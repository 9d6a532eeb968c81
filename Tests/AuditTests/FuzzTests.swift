import Event
import Foundation
import Linux
import Testing

@testable import Audit

/// Readers of bytes that somebody else chose never trap, and never take long.
@Suite("Garbage for the readers")
struct FuzzTests {
    /// Changes a few bytes: flips, cuts, doubles and inserts.
    static func mutate(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[place] = Array("{}[]\",:\\\n0eE-u".utf8).randomElement(using: &random) ?? 0
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 9))
            case 3: bytes.insert(.random(in: 0...255, using: &random), at: place)
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 40)], at: place)
            }
        }
        return bytes
    }

    @Test("a trail that was changed at random is never sound", arguments: [1, 2, 3] as [UInt64])
    func trails(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let (run, bytes) = try Trails().sealed()
        for _ in 0..<3_000 {
            let changed = Self.mutate(bytes, &random)
            let verification = Verification.check(changed, run: run)
            #expect(!verification.isSound || changed == bytes)
        }
    }

    @Test("JSON that was changed at random is read or refused", arguments: [1, 2, 3] as [UInt64])
    func json(_ seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<3_000 {
            let text = Self.value(&random, depth: 4).encoded
            _ = JSONReader.value(Self.mutate(text, &random))
        }
    }

    @Test("what is written as JSON is read back as it was", arguments: [1, 2, 3] as [UInt64])
    func roundTrip(_ seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<2_000 {
            let value = Self.value(&random, depth: 4)
            #expect(JSONReader.value(value.encoded) == value)
        }
    }

    @Test("bytes that are no JSON at all", arguments: [7] as [UInt64])
    func noise(_ seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0..<200, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = JSONReader.value(bytes)
            _ = Tally.read(bytes)
            _ = Digest(hex: bytes)
            _ = ChainedLine.hashes(of: bytes.span, after: .zero)
        }
    }

    @Test("nesting is bounded")
    func deep() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(JSONReader.value(deep) == nil)
        let closed = [UInt8](repeating: UInt8(ascii: "["), count: 100) + [UInt8](repeating: 93, count: 100)
        #expect(JSONReader.value(closed) == nil)
        #expect(JSONReader.value("{\"a\":1,\"a\":2}".utf8) == nil)
        #expect(JSONReader.value([]) == nil)
    }

    static func value(_ random: inout Seeded, depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int64(bitPattern: random.next()) >> Int64.random(in: 0..<63, using: &random))
        case 3, 4: return .string(text(&random))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth: depth - 1) })
        default:
            // Repeated names would be refused.
            return .object(
                (0..<Int.random(in: 0..<4, using: &random)).map {
                    .init("\($0)" + text(&random), value(&random, depth: depth - 1))
                })
        }
    }

    private static func text(_ random: inout Seeded) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let range: ClosedRange<UInt32> = Bool.random(using: &random) ? 0x1...0x7F : 0x1...0x10_FFFF
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
        }
        return String(text)
    }
}
