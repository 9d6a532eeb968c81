import Foundation
import Testing

/// `guardrun policy compare` and `guardrun policy diff` as programs call them.
@Suite("Two policies held against each other")
struct PolicyCompareTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch(for: .user)
        try scratch.file("small.yaml", "guardrun: 1\nfiles: {read: [/etc/hostname]}\n")
        try scratch.file(
            "large.yaml", "guardrun: 1\nname: x\nfiles: {read: [/etc]}\nlimits: {wall: unlimited}\n")
        try scratch.file("other.yaml", "guardrun: 1\nfiles: {read: [/srv]}\n")
        try scratch.file(
            "odd.yaml", "guardrun: 1\nscan: {patterns: [{regex: '\\pL'}]}\nfiles: {read: [/etc/hostname]}\n")
    }

    private func policy(_ words: String...) throws -> Command.Result {
        try Command([Shared.guardrun, "policy"] + words, as: .user, in: scratch.url).run()
    }

    @Test("compare prints the relation and a witness for each difference, and exits with 0")
    func compare() throws {
        let result = try policy("compare", "small.yaml", "large.yaml", "--format", "json")
        #expect(result.status == 0)
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(object?["relation"] as? String == "stricter")
        #expect((object?["parts"] as? [String: String])?["files"] == "stricter")
        let differences = try #require(object?["differences"] as? [[String: Any]])
        let only = try #require(differences.first)
        #expect(differences.count == 1)
        #expect(only["path"] as? String == "files.read")
        #expect(only["relation"] as? String == "stricter")
        #expect((only["a"] as? String)?.hasPrefix("/etc") == true)
        #expect((only["b"] as? String)?.hasPrefix("/etc") == true)
        let witness = try #require(only["witness"] as? [String: Any])
        #expect(witness["op"] as? String == "open")
        #expect((witness["path"] as? String)?.hasPrefix("/etc/") == true)
        #expect(
            try policy("compare", "small.yaml", "other.yaml").output.hasPrefix(
                "small.yaml is incomparable with"))
        #expect(
            try policy("compare", "small.yaml", "small.yaml").output.hasPrefix(
                "small.yaml allows the same as"))
    }

    @Test("diff exits with 1 when something differs")
    func diff() throws {
        #expect(try policy("diff", "small.yaml", "small.yaml").status == 0)
        let result = try policy("diff", "large.yaml", "small.yaml")
        #expect(result.status == 1)
        #expect(result.output.contains("/etc: read → /etc: nothing  stricter"), "\(result.output)")
        #expect(
            try policy("diff", "--format", "json", "large.yaml", "small.yaml").output.hasPrefix(
                "{\"relation\":\"looser\""))
    }

    @Test("with --fail-if-looser it does when the second allows more, or nobody knows")
    func failIfLooser() throws {
        func status(_ a: String, _ b: String) throws -> Int32 {
            try policy("diff", "--fail-if-looser", a, b).status
        }
        #expect(try status("small.yaml", "small.yaml") == 0)
        #expect(try status("large.yaml", "small.yaml") == 0)
        #expect(try status("small.yaml", "large.yaml") == 1)
        #expect(try status("small.yaml", "other.yaml") == 1)
        #expect(try status("odd.yaml", "small.yaml") == 1)
        #expect(try status("small.yaml", "odd.yaml") == 1)
    }

    @Test("test answers what would become of an act, and check decides a policy's examples")
    func whatIf() throws {
        #expect(try policy("test", "small.yaml", "--", "open", "/etc/hostname", "r").status == 0)
        let refused = try policy("test", "small.yaml", "--format", "json", "--", "open", "/etc/passwd", "r")
        #expect(refused.status == 77)
        let object = try JSONSerialization.jsonObject(with: Data(refused.output.utf8)) as? [String: Any]
        #expect(object?["answer"] as? String == "deny")
        #expect(object?["rule"] as? String == "files.read")
        #expect(try policy("test", "small.yaml", "--", "opn").status == 125)
        try scratch.file(
            "examples.yaml",
            "guardrun: 1\nfiles: {read: [/etc/hostname]}\nexamples:\n  - allow: open /etc/hostname r\n"
                + "  - allow: open /etc/passwd r\n  - deny: opn x\n")
        let checked = try policy("check", "examples.yaml")
        #expect(checked.status == 78)
        #expect(
            checked.errors.contains(
                "examples.yaml:5:12: the example 'open /etc/passwd r' should be allow and is deny"))
        #expect(
            checked.errors.contains("examples.yaml:6:11: the example 'opn x' cannot be read: 'opn' is no act")
        )
    }

    @Test("what is wrong is said as everywhere")
    func wrong() throws {
        try scratch.file("wrong.yaml", "guardrun: 1\nlimit: {}\n")
        let result = try policy("compare", "small.yaml", "wrong.yaml")
        #expect(result.status == 78)
        #expect(result.errors.contains("wrong.yaml:2:1: unknown key 'limit'; did you mean 'limits'?"))
        #expect(try policy("compare", "small.yaml").status == 125)
        #expect(try policy("check", "--fail-if-looser", "small.yaml").status == 125)
    }
}
