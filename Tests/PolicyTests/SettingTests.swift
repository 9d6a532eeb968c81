import Event
import Linux
import Policy
import Testing

@Suite("Settings of the command line")
struct SettingTests {
    let directory: Directory

    init() throws { directory = try Directory() }

    @Test("A setting is laid over the policy, later ones over earlier ones, and needs no loosen")
    func applied() throws {
        let loaded = try directory.load(
            "strict",
            [
                "limits.wall=1h", "files.read={+: [/data]}", "files.read={+: [~]}",
                "scan.threats.code_execution=allow",
                "limits.wall=2h", "limits.cpu=unlimited", "name=other", "network={allow: [any]}",
            ])
        let policy = loaded.policy
        #expect(policy.limits.wall == 7_200_000_000_000 && policy.limits.cpu == nil)
        #expect(policy.files.read.map(\.value) == [Path("/data"), Path("/home/u")])
        #expect(policy.scan.action(for: .codeExecution, .block) == .allow)
        #expect(policy.name == "other" && policy.network.allowsAny && policy.network.listen.isEmpty)
        #expect(policy.limits.memory == 512 << 20)
        #expect(loaded.origin(of: "limits.wall")?.description == "--set limits.wall=2h")
        #expect(loaded.chain.first == "profile strict" && loaded.chain.last == "--set network={allow: [any]}")
    }

    @Test(
        "What is wrong with a setting names the argument",
        arguments: [
            ("limits.wal=30s", "unknown key 'wal' under limits; did you mean 'wall'?"),
            ("limits.wall=30", "wall is '30', which has no unit; write 30s"),
            ("limits.wall=", "there is no value after the '='"),
            ("limits.wall", "there is no '='; write --set limits.wall=30s"),
            ("=1", "there is no path of keys before the '='; write --set limits.wall=30s"),
            ("limits..wall=1s", "there is no path of keys before the '='; write --set limits.wall=30s"),
            ("a.b.c.d.e.f.g.h.i=1", "there is no path of keys before the '='; write --set limits.wall=30s"),
            ("guardrun=1", "guardrun is for files and cannot be set here"),
            ("extends=[observe]", "extends is for files and cannot be set here"),
            ("loosen=[files]", "loosen is for files and cannot be set here"),
            ("files.read=[a", "the list opened at line 1, column 1 misses a ',' before this, or its ']'"),
            ("files.read=/a", "read is the text '/a', not a list; write read: [.]"),
            ("scan.patterns=[{regex: '(bad'}]", "the pattern '(bad' is wrong: missing )"),
            ("limits.tokens=5", "limits.tokens needs a session; use `guardrun session`"),
            (
                "limits=1\u{1B}",
                "an invisible character (U+001B) is not allowed; remove it, or write it as an escape in "
                    + "double quotes"
            ),
        ])
    func wrong(setting: String, sentence: String) {
        let shown = setting.replacing("\u{1B}", with: "\\u{1b}")
        #expect(directory.faults("strict", [setting]) == ["--set \(shown): \(sentence)"])
    }

    @Test("The faults of the file and of all settings come together, the file's first")
    func together() throws {
        try directory.write("guardrun: 1\nlimits: {wall: 1}\n", to: "p.yaml")
        #expect(
            directory.faults("p.yaml", ["limits.cpu=1", "nonsense", "x=1"]) == [
                "p.yaml:2:16: wall is '1', which has no unit; write 1s",
                "--set limits.cpu=1: cpu is '1', which has no unit; write 1s",
                "--set nonsense: there is no '='; write --set limits.wall=30s",
                "--set x=1: unknown key 'x'",
            ])
    }
}
