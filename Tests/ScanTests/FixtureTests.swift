import Foundation
import Linux
import Policy
import Testing

@testable import Scan

/// `fixtures/scan`: whole small programs, each of which says itself what it expects.
@Suite("Small programs")
struct FixtureTests {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("fixtures/scan")

    static let files: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? [])
        .filter { !$0.hasSuffix(".md") }.sorted()

    @Test("there are some") func some() { #expect(Self.files.count >= 15) }

    @Test("each reaches the level it says, by the rules it names, whatever its name", arguments: files)
    func level(_ name: String) throws {
        let bytes = Array(try Data(contentsOf: Self.directory.appendingPathComponent(name)))
        let source = Source(file: Path(name), bytes: bytes)
        let verdict = try Scanner(rules: ScanRules()).scan(source)
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first {
            $0.contains("expect: ")
        }
        let words = try #require(line).split(separator: " ").drop { $0 != "expect:" }.dropFirst().map(
            String.init)
        let level = try #require(words.first)
        #expect((verdict.level?.rawValue ?? "nothing") == level, "\(verdict.rules.sorted())")
        for rule in words.dropFirst() {
            #expect(verdict.rules.contains(rule), "\(rule) is not among \(verdict.rules.sorted())")
        }
    }
}
