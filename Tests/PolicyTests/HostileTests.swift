import Event
import Foundation
import Policy
import Testing

@Suite("Input that means harm, or is only broken")
struct HostileTests {
    let directory: Directory

    init() throws { directory = try Directory() }

    @Test("A file that is no policy is refused with a sentence that says what it is")
    func files() throws {
        try directory.write("", to: "empty.yaml")
        try directory.write("# nothing\n", to: "comment.yaml")
        try directory.write([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0xFF, 0xFE], to: "elf.yaml")
        try directory.write([UInt8](repeating: 0xE9, count: 100), to: "latin.yaml")
        try directory.write([0xFF, 0xFE, 0x67, 0, 0x75, 0], to: "utf16.yaml")
        try directory.write([UInt8](repeating: UInt8(ascii: "a"), count: 10 << 20), to: "big.yaml")
        try directory.write(String(repeating: "[", count: 100_000), to: "deep.yaml")
        try directory.write("guardrun: 1\n", to: "sub/x.yaml")
        unsafe mkfifo(directory.url.appending(path: "fifo.yaml").path, 0o600)
        let expected = [
            "empty.yaml:1:1: the document is empty; the smallest policy is guardrun: 1",
            "comment.yaml:1:1: the document is empty; the smallest policy is guardrun: 1",
            "elf.yaml:1:9: these bytes are not text; a document is written in UTF-8",
            "latin.yaml:1:1: these bytes are not text; a document is written in UTF-8",
            "utf16.yaml:1:1: these bytes are not text; a document is written in UTF-8",
            "big.yaml: the file is 10485760 bytes long; a policy may have at most 1048576 (1 MiB)",
            "deep.yaml:1:33: lists and mappings are nested more than 32 deep here",
            "./sub: the file cannot be read: Is a directory",
            "fifo.yaml: the file is no regular file",
            "/dev/zero: the file is no regular file",
        ]
        for message in expected {
            let name = String(message.prefix { $0 != ":" })
            #expect(directory.faults(name) == [message])
        }
    }

    @Test("A megabyte of mistakes is all named, within seconds")
    func manyFaults() throws {
        let unknown = (0..<60_000).map { "  memroy\($0): 1" }.joined(separator: "\n")
        try directory.write("guardrun: 1\nlimits:\n\(unknown)\n", to: "unknown.yaml")
        let repeated = String(repeating: "  wall: 30s\n", count: 60_000)
        try directory.write("guardrun: 1\nlimits:\n\(repeated)", to: "repeated.yaml")
        let start = ContinuousClock.now
        #expect(directory.faults("unknown.yaml").count == 60_000)
        #expect(directory.faults("repeated.yaml").count == 59_999)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("Lists are capped, and the longest are compared within seconds")
    func longLists() throws {
        let paths = { (count: Int) in
            (0..<count).map { "/srv/directory/of/files/\($0)" }.joined(separator: ", ")
        }
        try directory.write("guardrun: 1\nfiles: {read: [\(paths(4_097))]}\n", to: "more.yaml")
        #expect(
            directory.faults("more.yaml") == ["more.yaml:2:15: read has 4097 entries; a list may have 4096"])
        let list = paths(4_096)
        try directory.write("guardrun: 1\nfiles: {read: [\(list)], deny: [\(list)]}\n", to: "base.yaml")
        let patterns = [String](repeating: "'rm -rf /'", count: 4_096).joined(separator: ", ")
        try directory.write(
            "guardrun: 1\nextends: [base.yaml]\nloosen: [files]\nfiles: {read: [\(list)], deny: []}\n"
                + "scan: {patterns: [\(patterns)]}\n", to: "own.yaml")
        let start = ContinuousClock.now
        #expect(try directory.load("own.yaml").policy.files.read.count == 4_096)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("Messages never carry what a terminal obeys")
    func escapes() throws {
        try directory.write(
            """
            guardrun: 1
            "\\e[31m": 1
            name: "\\a"
            extends: ["\\e.yaml"]
            files: {read: ["~\\e"]}
            network: {allow: ["\\e"]}
            limits: {wall: "\\e", "\\u202e": 1}
            syscalls: {allow: ["\\e"]}
            loosen: ["\\e"]
            visibility: "\\e"
            """, to: "p.yaml")
        let faults = directory.faults("p.yaml")
        #expect(faults.count == 10)
        for fault in faults {
            #expect(fault.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E }, "\(fault)")
        }
    }

    @Test("Whatever the bytes, a policy loads or is refused: nothing traps and nothing hangs")
    func garbage() throws {
        let good = try ["every-key.yaml", "appends.yaml", "flow.yaml"].map { name in
            let bytes = Array(
                try Data(contentsOf: projectRoot.appending(path: "fixtures/policy/good/\(name)")))
            try directory.write(bytes, to: name)
            return bytes
        }
        let bad = try FileManager.default.contentsOfDirectory(
            at: projectRoot.appending(path: "fixtures/policy/bad"), includingPropertiesForKeys: nil
        ).sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
        var random = SplitMix(state: 0x9E37_79B9)
        var loaded = 0
        for turn in 0..<4_000 {
            var bytes = (turn % 2 == 0 ? good : bad).randomElement(using: &random) ?? []
            if turn % 10 == 1 {
                bytes = (0..<Int.random(in: 0..<300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
            }
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, &random) }
            try directory.write(bytes, to: "p.yaml")
            do throws(PolicyFaults) {
                let policy = try directory.load("p.yaml")
                loaded += 1
                _ = policy.yaml
                _ = policy.policy.document.encoded
            } catch {
                #expect(!error.faults.isEmpty)
            }
        }
        #expect(loaded > 50)
    }
}

/// Changes, removes, repeats or inserts a few bytes.
private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
    let at = Int.random(in: 0...bytes.count, using: &random)
    let end = min(bytes.count, at + Int.random(in: 0...8, using: &random))
    let marks = Array("{}[]:,-+'\"\\#&*!|>%@`~ \n\t\r0a\u{0}\u{85}é".utf8)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes.removeSubrange(at..<end)
    case 1: bytes.insert(contentsOf: bytes[at..<end], at: at)
    case 2: bytes.insert(marks.randomElement(using: &random) ?? 0, at: at)
    case 3 where at < bytes.count: bytes[at] = UInt8.random(in: 0...255, using: &random)
    default:
        let from = Int.random(in: 0...bytes.count, using: &random)
        let piece = Array(bytes[from..<min(bytes.count, from + 20)])
        bytes.replaceSubrange(at..<end, with: piece)
    }
}

/// Steele, Lea and Flood's SplitMix64: the same numbers on every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
