import Audit
import Foundation
import Linux
import Testing

@testable import Changes

/// Lists of changes as they are kept, and files that were read with their holes.
@Suite("Lists of changes")
struct ChangeListTests {
    private func kept(_ bytes: [UInt8]) throws -> ChangeList? {
        let file = try Descriptor.inMemory("list")
        try file.write(bytes)
        try file.seek(to: 0)
        return try ChangeList.read(file)
    }

    private func text(_ changes: [Change], isCut: Bool = false) throws -> (bytes: [UInt8], digest: Digest) {
        var bytes: [UInt8] = []
        let digest = try ChangeList.write(changes, isCut: isCut) { bytes += $0 }
        return (bytes, digest)
    }

    private let changes = (0..<3_000).map { number in
        Change(
            kind: .deleted, path: Path(bytes: [0xFF, 10] + Array("\(number)".utf8)), before: nil, after: nil,
            obstacle: number % 2 == 0 ? nil : "x")
    }

    @Test("what is written is read, in pieces")
    func whole() throws {
        for changes in [changes, []] {
            let (bytes, digest) = try text(changes, isCut: true)
            let list = try #require(try kept(bytes))
            #expect(list.changes == changes && list.isCut)
            #expect(list.digest == digest && digest == Digest(bytes))
        }
    }

    @Test("a list that is damaged is none")
    func damaged() throws {
        let bytes = try text(Array(changes.prefix(20))).bytes
        for end in stride(from: 0, to: bytes.count, by: 7) { #expect(try kept(Array(bytes[..<end])) == nil) }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            var garbled = bytes
            garbled[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
                in: 0...255, using: &random)
            _ = try kept(garbled)
        }
        #expect(try kept([UInt8](repeating: 97, count: 3 << 20)) == nil)
        #expect(try kept(bytes + bytes) == nil)
    }

    @Test("a hole is the zeros that are read from it, and no more")
    func holes() throws {
        let layered = try Layered()
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        let (upper, base) = (
            try Directory(Path(layered.upper.path)), try Directory(Path(layered.base.path))
        )
        for (name, hole, end) in [
            ("same", 1 << 20, "x"), ("other", 1 << 20, "y"), ("end", (1 << 20) + 1, ""),
        ] {
            let bytes = Array(name.utf8)
            let full = try base.create(bytes, mode: 0o644)
            try full.write(zeros + Array("x".utf8))
            let sparse = try upper.create(bytes, mode: 0o644)
            try sparse.truncate(to: UInt64(hole))
            try sparse.seek(to: hole)
            try sparse.write(Array(end.utf8))
            let isSame = try Contents.areSame(bytes, in: upper, as: bytes, in: base)
            #expect(isSame == (name == "same"), "\(name)")
            #expect(
                try (Contents.digest(bytes, in: upper) == Contents.digest(bytes, in: base)) == isSame,
                "\(name)")
        }
        #expect(
            try Contents.digest(Array("same".utf8), in: upper) == Digest(zeros + Array("x".utf8)))
    }

    @Test("a list is looked into as far as its budget goes")
    func budget() throws {
        let layered = try Layered()
        layered.begin()
        for name in ["a", "b", "c"] { try layered.put("contents of \(name)\n", layered.upper, name) }
        let upper = try Directory(Path(layered.upper.path))
        func looks(_ budget: Look.Budget) throws -> [Look] {
            var budget = budget
            return try layered.survey().changes.map {
                Look(at: $0, base: nil, upper: upper, within: &budget)
            }
        }
        #expect(try looks(Look.Budget()).map { $0.isPartial } == [false, false, false])
        let few = try looks(Look.Budget(digested: 30))
        #expect(few.map { $0.isPartial } == [false, false, true] && few[2].after == nil)
        let short = try looks(Look.Budget(compared: 20_000))
        #expect(short.map { $0.diff != nil } == [true, false, false] && short[2].after != nil)
    }

    @Test("names as long as names can be are listed up to a bound, and never all written at once")
    func longNames() throws {
        let layered = try Layered()
        var place = try Directory(Path(layered.upper.path))
        for _ in 0..<14 {
            let name = [UInt8](repeating: 0xFF, count: 250)
            try place.makeDirectory(name, mode: 0o755)
            place = try place.directory(name)
        }
        for number in 0..<9_400 {
            try place.makeLink(
                [UInt8](repeating: 0xFF, count: 240) + Array("\(number)".utf8), to: Array("x".utf8))
        }
        let survey = try layered.survey()
        #expect(survey.isCut && survey.changes.count > 8_000)
        #expect(survey.changes.reduce(0) { $0 + $1.path.bytes.count } <= Survey.mostListed)
        var largest = 0
        _ = try ChangeList.write(survey.changes, isCut: true) { largest = max(largest, $0.count) }
        #expect(largest < 1 << 18)
    }
}
