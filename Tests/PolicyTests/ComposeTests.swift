import Event
import Linux
import Policy
import Testing

@Suite("Policies that extend others")
struct ComposeTests {
    let directory: Directory

    init() throws { directory = try Directory() }

    @Test("Maps merge by key, lists and scalars are replaced, {+: …} appends, and each line keeps its place")
    func merge() throws {
        try directory.write(
            """
            guardrun: 1
            files: {read: [/a, /b], write: [/c], deny: [/a/x]}
            limits: {wall: 30s, cpu: 10s}
            scan: {threats: {code_execution: deny, network_access: {review: deny}}}
            """, to: "base/one.yaml")
        try directory.write(
            """
            guardrun: 1
            extends: [one.yaml]
            loosen: [files]
            files:
              read: [/z]
              write: {+: [/d]}
            limits: {wall: 20s}
            scan: {threats: {network_access: {block: deny}}}
            """, to: "base/two.yaml")
        try directory.write("guardrun: 1\nextends: [base/two.yaml]\n", to: "top.yaml")
        let loaded = try directory.load("top.yaml")
        let policy = loaded.policy
        #expect(loaded.chain == ["base/one.yaml", "base/two.yaml", "top.yaml"])
        #expect(policy.name == "top")
        #expect(
            policy.files.read == [Located(Path("/z"), at: Origin(file: "base/two.yaml", line: 5, column: 10))]
        )
        #expect(
            policy.files.write == [
                Located(Path("/c"), at: Origin(file: "base/one.yaml", line: 2, column: 33)),
                Located(Path("/d"), at: Origin(file: "base/two.yaml", line: 6, column: 15)),
            ])
        #expect(policy.files.deny.map(\.value) == [Path("/a/x")])
        #expect(policy.limits.wall == 20_000_000_000 && policy.limits.cpu == 10_000_000_000)
        #expect(policy.scan.action(for: .networkAccess, .review) == .deny)
        #expect(loaded.origin(of: "limits.wall")?.description == "base/two.yaml:7:16")
        #expect(loaded.origin(of: "limits.cpu")?.description == "base/one.yaml:3:26")
        #expect(loaded.origin(of: "limits.disk") == nil)
        #expect(loaded.origin(of: "limits.wall.x") == nil)
    }

    @Test("Several bases are laid over each other in their order")
    func several() throws {
        try directory.write("guardrun: 1\nlimits: {wall: 30s, cpu: 1s}\n", to: "a.yaml")
        try directory.write("guardrun: 1\nlimits: {wall: 10s}\nrequire: [landlock]\n", to: "b.yaml")
        try directory.write("guardrun: 1\nname: own name\nextends: [a.yaml, b.yaml]\n", to: "c.yaml")
        let policy = try directory.load("c.yaml").policy
        #expect(policy.limits.wall == 10_000_000_000 && policy.limits.cpu == 1_000_000_000)
        #expect(policy.require.map(\.value) == [.landlock] && policy.name == "own name")
    }

    @Test("A circle is printed, and so is a chain that is too long")
    func circles() throws {
        try directory.write("guardrun: 1\nextends: [sub/b.yaml]\n", to: "a.yaml")
        try directory.write("guardrun: 1\nextends: [../a.yaml]\n", to: "sub/b.yaml")
        #expect(
            directory.faults("./a.yaml") == [
                "sub/b.yaml:2:11: extends goes round in a circle: ./a.yaml → sub/b.yaml → a.yaml"
            ])
        for step in 0..<9 {
            try directory.write("guardrun: 1\nextends: [s\(step + 1).yaml]\n", to: "s\(step).yaml")
        }
        #expect(
            directory.faults("s0.yaml") == [
                "s7.yaml:2:11: this extends too much; a policy is made of at most 32 documents, 8 deep"
            ])
        let many = (0..<40).map { _ in "strict" }.joined(separator: ", ")
        try directory.write("guardrun: 1\nextends: [\(many)]\n", to: "many.yaml")
        #expect(directory.faults("many.yaml").count == 9)
    }

    @Test("A contradiction between two documents names both lines")
    func contradiction() throws {
        try directory.write("guardrun: 1\nsyscalls: {deny: [ptrace]}\n", to: "a.yaml")
        try directory.write(
            "guardrun: 1\nextends: [a.yaml]\nloosen: [syscalls]\nsyscalls: {allow: [ptrace]}\n", to: "b.yaml")
        #expect(
            directory.faults("b.yaml").first
                == "b.yaml:4:20: allow has ptrace, which deny has too (a.yaml:2:19); keep one of them")
    }

    @Test("A reference is a profile's name, or the path of a file")
    func references() throws {
        try directory.write("guardrun: 1\nname: mine\n", to: "strict.yaml")
        try directory.write("guardrun: 1\n", to: "own")
        #expect(try directory.load("strict").chain == ["profile strict"])
        #expect(try directory.load("strict.yaml").policy.name == "mine")
        #expect(try directory.load("./strict.yaml").policy.name == "mine")
        #expect(try directory.load("own").policy.name == "own")
        #expect(
            directory.faults("pyhton") == [
                "pyhton: 'pyhton' is no profile and no file; the profiles are strict, python, python-data, shell, "
                    + "build, network-allowlist, observe; did you mean 'python'?"
            ])
        #expect(directory.faults("no.yml") == ["no.yml: the file cannot be read: No such file or directory"])
        #expect(
            directory.faults("./strict") == ["./strict: the file cannot be read: No such file or directory"])
        #expect(directory.faults("") == [": '' names no policy"])
        #expect(directory.faults("a\u{0}b") == ["a\\u{0}b: 'a\\u{0}b' names no policy"])
    }
}
