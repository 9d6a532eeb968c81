import Foundation
import Linux
import Testing

@testable import Guard

/// What is ignored is what git ignores: compared with git itself.
@Suite("Ignored files")
struct GitIgnoreTests {
    /// SplitMix64 (Steele, Lea and Flood 2014): the same numbers in every run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    private static let names = ["a", "b", "ab", "a.py", "b.log", "build", "x y", "[z]", "!c", "#d"]
    private static let pieces = [
        "a", "b", "*", "**", "?", "/", "/", "!", "[a-b]", "[!a]", "[^b]", "[[:alpha:]]", "\\!c", "\\#d",
        ".py", "*.log",
        "build", "build/", "**/", "/**", "x y", "x\\ y", " ", "[z]", "\\[z\\]", "[", "]", "a/", "/a", "#",
    ]

    @Test("the same files as git lists, for made-up trees and rules", arguments: 0..<12)
    func git(_ seed: Int) throws {
        var numbers = Numbers(state: UInt64(seed))
        let scratch = try Scratch(for: .root)
        func line() -> String {
            (0...Int.random(in: 0...3, using: &numbers)).map { _ in
                Self.pieces.randomElement(using: &numbers) ?? ""
            }
            .joined()
        }
        var directories = [""]
        for _ in 0..<8 {
            let parent = directories.randomElement(using: &numbers) ?? ""
            directories.append(parent + (Self.names.randomElement(using: &numbers) ?? "a") + "/")
        }
        for directory in Set(directories).sorted() {
            for _ in 0..<3 {
                let name = directory + (Self.names.randomElement(using: &numbers) ?? "a")
                if !directories.contains(name + "/"), !scratch.exists(name) { try scratch.file(name, "x") }
            }
            if !directory.isEmpty, Bool.random(using: &numbers) { continue }
            if !scratch.exists(directory + ".gitignore") {
                try scratch.file(
                    directory + ".gitignore", (0..<5).map { _ in line() }.joined(separator: "\n") + "\n")
            }
        }
        let git = { (words: [String]) in
            try Command(
                ["/usr/bin/git"] + words, as: .root, in: scratch.url,
                environment: ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"]
            ).run()
        }
        #expect(try git(["init", "-q"]).status == 0)
        try scratch.file(".git/info/exclude", "b.log\n!a.py\n")
        let listed = try git(["ls-files", "-z", "--others", "--exclude-standard"]).output
        let expected = Set(listed.split(separator: "\0").map(String.init))
        let walk = ScanWalk([Array(scratch.url.path.utf8)], honoursIgnores: true)
        let found = Set(walk.files.map { String($0.path.description.dropFirst(scratch.url.path.count + 1)) })
        #expect(found == expected, "\(found.symmetricDifference(expected).sorted())")
    }

    @Test("rules of the directories above hold in a part of the repository")
    func part() throws {
        let scratch = try Scratch(for: .root)
        try scratch.folder(".git")
        try scratch.file(".gitignore", "/sub/x.py\n*.log\n")
        for name in ["sub/x.py", "sub/y.py", "sub/z.log", "sub/deep/x.py"] { try scratch.file(name) }
        let walk = ScanWalk([Array(scratch.path("sub").utf8)], honoursIgnores: true)
        #expect(walk.files.map { $0.path.name } == ["y.py", "x.py"] && walk.ignored == 2)
        #expect(ScanWalk([Array(scratch.path("sub").utf8)], honoursIgnores: false).files.count == 4)
    }

    @Test("a pattern of many stars takes time by the product of both lengths")
    func stars() throws {
        let pattern = try #require(
            GitIgnorePattern(Array((String(repeating: "*a", count: 2_000) + "b").utf8)[...]))
        let name = [UInt8](repeating: UInt8(ascii: "a"), count: 4_000)
        #expect(!pattern.matches([name[...]][...], isDirectory: false))
    }
}
