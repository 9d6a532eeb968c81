import Policy
import Testing

@Suite("What a policy says for nothing")
struct DoubtTests {
    private func doubts(_ text: String, hasSession: Bool = true) throws -> [String] {
        let directory = try Directory()
        try directory.write(text, to: "p.yaml")
        let context = Policy.Context(
            workingDirectory: directory.context.workingDirectory, home: directory.context.home,
            hasSession: hasSession)
        return try Policy.load(
            reference: "p.yaml", settings: [], context: context, checkPattern: checkPattern
        ).doubts.map(\.description)
    }

    @Test("paths that are granted twice, or granted and denied")
    func files() throws {
        let found = try doubts(
            """
            guardrun: 1
            files:
              read: [/srv/data, /srv/data/a, /srv/out/b, /srv/secret/x]
              write: [/srv/out]
              exec: [/srv/bin, /srv/bin/tool]
              deny: [/srv/secret, /srv/secret/y, /nowhere, /usr/share/doc]
            """)
        #expect(
            found == [
                "p.yaml:3:21: read has /srv/data/a, which is granted already: read has /srv/data (p.yaml:3:10)",
                "p.yaml:3:34: read has /srv/out/b, which is granted already: write has /srv/out (p.yaml:4:11)",
                "p.yaml:5:20: exec has /srv/bin/tool, which is granted already: exec has /srv/bin (p.yaml:5:10)",
                "p.yaml:6:23: deny has /srv/secret/y, which is denied already: deny has /srv/secret (p.yaml:6:10)",
                "p.yaml:3:46: read has /srv/secret/x, and deny takes all of it back: it has /srv/secret (p.yaml:6:10)",
                "p.yaml:6:38: deny has /nowhere, of which this policy grants nothing",
            ])
    }

    @Test("a path in two lists that both are needed, and a denial inside a grant, are no doubt")
    func sound() throws {
        #expect(
            try doubts(
                """
                guardrun: 1
                files: {read: [/srv], write: [/srv/out], exec: [/srv/bin], deny: [/srv/keys]}
                network: {allow: ['tcp://example.com:443', 'udp://example.com:443', 'tcp://example.org:443']}
                limits: {wall: 10s, cpu: 40s, processes: 4, file_size: 1MiB, disk: 1MiB}
                tools: {allow: ['files.*'], approve: [files.delete], rules: [{tool: '*.read', calls: 3}]}
                """) == [])
    }

    @Test("destinations, patterns and tools that something else comes before")
    func rules() throws {
        let found = try doubts(
            """
            guardrun: 1
            network:
              allow: ['tcp://10.0.0.0/8:443', 'tcp://10.1.0.0/16:443', 'tcp://example.com:443', 'tcp://EXAMPLE.com:443']
              listen: ['tcp://127.0.0.1:80-90', 'tcp://127.0.0.1:85']
            scan: {patterns: [secret, {contains: secret, id: again}]}
            limits: {tool_calls: 4}
            tools:
              allow: [web_search]
              approve: [send_email]
              rules:
                - {tool: web_search, calls: 5}
                - {tool: 'files.*', calls: 2}
            """)
        #expect(
            found == [
                "p.yaml:3:35: allow has tcp://10.1.0.0/16:443, which is granted already: it has tcp://10.0.0.0/8:443 (p.yaml:3:11)",
                "p.yaml:3:85: allow has tcp://example.com:443, which is granted already: it has tcp://example.com:443 (p.yaml:3:60)",
                "p.yaml:4:37: listen has tcp://127.0.0.1:85, which is granted already: it has tcp://127.0.0.1:80-90 (p.yaml:4:12)",
                "p.yaml:12:7: the rule for files.* is never asked: tools.allow has no such tool",
                "p.yaml:9:13: approve has send_email, and tools.allow has no such tool",
                "p.yaml:11:7: calls of web_search can never be reached: limits.tool_calls is 4",
                "p.yaml:5:27: the pattern again finds what secret finds already (p.yaml:5:19)",
            ])
    }

    @Test("the largest blocks are held against each other as soon as small ones")
    func blocks() throws {
        let found = try doubts(
            """
            guardrun: 1
            network: {allow: ['tcp://[::]/0:443', 'tcp://0.0.0.0/0:443', 'tcp://10.0.0.0/8:*', 'tcp://[2001:db8::]/32:443']}
            """)
        #expect(
            found == [
                "p.yaml:2:84: allow has tcp://[2001:db8::]/32:443, which is granted already: it has tcp://[::]/0:443 (p.yaml:2:19)"
            ])
    }

    @Test("limits that another one always comes before")
    func limits() throws {
        #expect(
            try doubts(
                """
                guardrun: 1
                limits:
                  wall: 10s
                  cpu: 41s
                  processes: 4
                  file_size: 2MiB
                  disk: 1MiB
                  session_wall: 5s
                  idle: 6s
                """) == [
                    "p.yaml:4:8: limits.cpu can never be reached: 4 processes have 40s in a wall time of 10s",
                    "p.yaml:6:14: limits.file_size can never be reached: limits.disk is 1MiB",
                    "p.yaml:9:9: limits.idle can never be reached: limits.session_wall is 5s",
                    "p.yaml:3:9: limits.wall can never be reached: limits.session_wall is 5s",
                ])
    }

    @Test("the shipped profiles leave no doubt, and neither do the lists of a thousand")
    func shipped() throws {
        let directory = try Directory()
        for name in Profiles.names { #expect(try directory.load(name).doubts.isEmpty) }
        let paths = (0..<1_000).map { "/srv/directory/\($0)" }.joined(separator: ", ")
        let hosts = (0..<1_000).map { "'tcp://host\($0).example:443'" }.joined(separator: ", ")
        #expect(try doubts("guardrun: 1\nfiles: {read: [\(paths)]}\nnetwork: {allow: [\(hosts)]}\n") == [])
    }
}
