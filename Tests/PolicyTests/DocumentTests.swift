import Event
import Policy
import Testing

@Suite("The effective policy as a document")
struct DocumentTests {
    @Test("The JSON of a policy has every key in one order, and only what the policy means")
    func canonical() throws {
        let threats = Threat.allCases.map {
            "\"\($0.rawValue)\":{\"capability\":\"allow\",\"review\":\"warn\",\"block\":\"deny\"}"
        }
        let expected =
            "{\"guardrun\":1,\"name\":\"p\",\"scan\":{\"patterns\":[{\"contains\":\"x\",\"in\":\"any\",\"id\":\"x\","
            + "\"threat\":\"code_execution\",\"level\":\"block\"}],\"threats\":{\(threats.joined(separator: ","))},"
            + "\"confidence\":\"0.5\",\"comments\":\"ignore\"},\"files\":{\"read\":[\"/a\"],\"write\":[],\"deny\":[],\"exec\":[],"
            + "\"workspace\":\"direct\"},"
            + "\"network\":{\"allow\":[\"tcp://[::1]:1\"],\"listen\":[]},"
            + "\"syscalls\":{\"profile\":\"strict\",\"allow\":[],\"deny\":[],\"on_violation\":\"errno\"},"
            + "\"limits\":{\"wall\":\"1m\",\"cpu\":\"unlimited\",\"memory\":\"1GiB\",\"processes\":4,"
            + "\"open_files\":\"unlimited\",\"file_size\":\"unlimited\",\"disk\":\"unlimited\","
            + "\"output\":\"unlimited\",\"execs\":\"unlimited\"},\"require\":[\"landlock\"],"
            + "\"audit\":{\"denials\":\"written\",\"code\":\"excerpt\",\"max_bytes\":\"unlimited\"},\"visibility\":\"full\"}"
        let short = """
            guardrun: 1
            name: p
            scan: {patterns: [x], confidence: 0.50}
            files: {read: [/a/./b/..]}
            network: {allow: ['tcp://[0::1]:1']}
            limits: {wall: 60s, memory: 1024MiB, processes: 4}
            require: [landlock]
            """
        let long = """
            visibility: full
            limits:
              processes: 4
              memory: 1073741824
              wall: 1m
            network:
              allow: ['tcp://[::1]:1']
            require: [landlock]
            files: {read: [/a], write: []}
            scan:
              confidence: 0.5
              patterns:
                - {level: block, contains: x, in: any}
              threats: {code_execution: deny}
            name: p
            guardrun: 1
            """
        #expect(String(decoding: try policy(short).document.encoded, as: UTF8.self) == expected)
        #expect(String(decoding: try policy(long).document.encoded, as: UTF8.self) == expected)
    }

    @Test(
        "A word for a threat is the block level's, and the levels below keep at most warn",
        arguments: [
            ("deny", "allow warn deny"), ("ask", "allow warn ask"), ("warn", "allow warn warn"),
            ("allow", "allow allow allow"),
            ("{}", "allow warn deny"), ("{review: deny}", "allow deny deny"),
            ("{block: warn}", "allow warn warn"),
            ("{capability: ask, review: ask, block: ask}", "ask ask ask"),
        ])
    func threats(written: String, actions: String) throws {
        let scan = try policy("guardrun: 1\nscan: {threats: {network_access: \(written)}}\n").scan
        #expect(
            Level.allCases.map { scan.action(for: .networkAccess, $0).rawValue }.joined(separator: " ")
                == actions)
        #expect(scan.action(for: .codeExecution, .block) == .deny)
    }

    @Test("A pattern without an id gets one from its text, and no two are the same")
    func ids() throws {
        let patterns = try policy(
            "guardrun: 1\nscan: {patterns: ['rm -rf /', {glob: '*/.ssh/*'}, 'rm -rf  /', '***', {regex: '(日)'}]}\n"
        ).scan.patterns
        #expect(patterns.map(\.value.id) == ["rm-rf", "ssh", "rm-rf-3", "pattern", "pattern-5"])
    }

    @Test("Faults stand at the exact line and column, also behind wider characters")
    func positions() throws {
        #expect(
            try faults(in: "guardrun: 1\nlimits:\n  max_memory: 1GiB\n  wall: 30\n") == [
                "3:3: unknown key 'max_memory' under limits; did you mean 'memory'?",
                "4:9: wall is '30', which has no unit; write 30s",
            ])
        #expect(
            try faults(in: "guardrun: 1\nfiles: {read: [日本, '👩🏽', ~bob]}\r\nlimits: {wall: 1}\r\n") == [
                "2:26: read has '~bob'; another user's home is not looked up, write the whole path (or ./ before the ~)",
                "3:16: wall is '1', which has no unit; write 1s",
            ])
    }

    @Test("The smallest policy grants nothing, limits nothing, and is called after its file")
    func smallest() throws {
        #expect(try policy("guardrun: 1\n") == Policy(name: "policy"))
    }
}
