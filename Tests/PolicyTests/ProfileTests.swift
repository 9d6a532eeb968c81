import Event
import Foundation
import Linux
import Policy
import Testing

@Suite("The shipped profiles")
struct ProfileTests {
    let directory = Directory("profiles")

    @Test("They are six, and each is the file of its name")
    func names() throws {
        #expect(
            Profiles.names == [
                "strict", "python", "python-data", "shell", "build", "network-allowlist", "observe",
            ])
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.url.path)
        #expect(files.sorted() == Profiles.names.map { $0 + ".yaml" }.sorted())
        for name in Profiles.names {
            let text = try Data(contentsOf: directory.url.appending(path: name + ".yaml"))
            #expect(Profiles.text(name) == Array(text), "\(name)")
        }
        #expect(Profiles.text("nobody") == nil)
    }

    @Test(
        "Each passes the checks that files get, and is the same by name and as a file",
        arguments: Profiles.names)
    func loads(name: String) throws {
        let (byName, asFile) = (try directory.load(name), try directory.load("\(name).yaml"))
        #expect(byName.warnings.isEmpty && asFile.warnings.isEmpty)
        #expect(byName.policy.name == name)
        #expect(byName.policy.document == asFile.policy.document)
        #expect(byName.chain.last == "profile \(name)")
    }

    @Test("Each opens with who it is for and what it does not stop", arguments: Profiles.names)
    func header(name: String) throws {
        let text = String(decoding: try #require(Profiles.text(name)), as: UTF8.self)
        #expect(text.hasPrefix("# \(name): for "))
        let comment = text.split(separator: "\n").prefix { $0.hasPrefix("#") }
        #expect(comment.contains { $0.contains("does not stop") })
    }

    @Test(
        "Each shows as a policy that loads to the same, with the place of every line",
        arguments: Profiles.names)
    func shows(name: String) throws {
        let loaded = try directory.load(name)
        let shown = try Directory()
        try shown.write(loaded.yaml, to: "shown.yaml")
        #expect(try shown.load("shown.yaml").policy.document == loaded.policy.document)
        for line in loaded.yaml.split(separator: "\n") where !line.hasSuffix(":") {
            #expect(line.contains("  # profile ") || line.hasSuffix("  # default"), "\(line)")
        }
    }

    @Test("strict reads, writes, runs and reaches nothing, and is the only one with its limits")
    func strict() throws {
        let policy = try directory.load("strict").policy
        #expect(policy.files == FileRules() && policy.network == NetworkRules())
        #expect(policy.visibility == .full && policy.syscalls.base == .strict)
        let limits = Limit.allCases.map { "\($0.rawValue) \($0.text(policy.limits[$0]))" }
        #expect(
            limits == [
                "wall 10s", "cpu 5s", "memory 512MiB", "processes 16", "open_files 64", "file_size 16MiB",
                "disk 64MiB", "output 1MiB", "execs 1",
            ])
        for threat in Threat.allCases {
            #expect(policy.scan.threats.first { $0.threat == threat }?.actions == .standard, "\(threat)")
        }
    }

    @Test(
        "python has the limits of the design, reads the working directory, and warns beyond the three worst")
    func python() throws {
        let policy = try directory.load("python").policy
        #expect(policy.files.read.map(\.value) == [directory.context.workingDirectory])
        #expect(policy.files.write.isEmpty && policy.files.exec.isEmpty && policy.network == NetworkRules())
        let limits = Limit.allCases.map { "\($0.rawValue) \($0.text(policy.limits[$0]))" }
        #expect(
            limits == [
                "wall 1m", "cpu 30s", "memory 1GiB", "processes 64", "open_files 256", "file_size 256MiB",
                "disk 256MiB", "output 10MiB", "execs 20",
            ])
        for threat in Threat.allCases {
            let denied: Set<Threat> = [.destructiveData, .dataExfiltration, .sandboxEscape]
            #expect(policy.scan.action(for: threat, .block) == (denied.contains(threat) ? .deny : .warn))
            #expect(policy.scan.action(for: threat, .review) == .warn)
            #expect(policy.scan.action(for: threat, .capability) == .allow)
        }
    }

    @Test("python-data is python with ./out to write, 4 GiB, and the list of fonts")
    func pythonData() throws {
        var policy = try directory.load("python-data").policy
        var python = try directory.load("python").policy
        #expect(policy.files.write.map(\.value) == [directory.context.workingDirectory.appending("out")])
        #expect(policy.limits.memory == 4 << 30)
        #expect(policy.files.exec.map(\.value) == [Path("/usr/bin/fc-list")])
        policy.files.write = []
        policy.files.exec = []
        policy.files.read.removeAll { ["fonts", "fontconfig"].contains($0.value.name) }
        policy.limits.memory = python.limits.memory
        policy.name = ""
        python.name = ""
        #expect(policy.document == python.document)
    }

    @Test("shell works in its directory and never sees the password hashes")
    func shell() throws {
        let policy = try directory.load("shell").policy
        let here = directory.context.workingDirectory
        #expect(policy.files.write.map(\.value) == [here])
        let programs = ["/usr/bin", "/bin", "/usr/lib", "/usr/libexec", "/usr/share"].map { Path($0) }
        #expect(policy.files.exec.map(\.value) == programs)
        #expect(policy.files.read.map(\.value).contains(Path("/etc/passwd")))
        for secret in ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/root/.ssh", "/home/u/.ssh"] {
            #expect(!policy.files.read.contains { $0.value.contains(Path(secret)) }, "\(secret)")
        }
        #expect(policy.network == NetworkRules() && policy.syscalls.base == .shell)
    }

    @Test("build is shell that runs what it made")
    func build() throws {
        let policy = try directory.load("build").policy
        let shell = try directory.load("shell").policy
        #expect(
            policy.files.exec.map(\.value) == shell.files.exec.map(\.value) + [
                directory.context.workingDirectory
            ])
        #expect(policy.files.read == shell.files.read && policy.files.write == shell.files.write)
        #expect(policy.network == NetworkRules() && policy.syscalls.base == .shell)
    }

    @Test("network-allowlist reaches nothing until it is extended, as its header shows")
    func networkAllowlist() throws {
        #expect(try directory.load("network-allowlist").policy.network == NetworkRules())
        let header = String(decoding: try #require(Profiles.text("network-allowlist")), as: UTF8.self)
        let example = header.split(separator: "\n").filter { $0.hasPrefix("#     ") }.map { $0.dropFirst(6) }
        let own = try Directory()
        try own.write(example.joined(separator: "\n"), to: "own.yaml")
        let loaded = try own.load("own.yaml")
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.policy.network.allow.map(\.value.description) == ["tcp://api.example.com:443"])
    }

    @Test("observe refuses nothing and records everything")
    func observe() throws {
        let policy = try directory.load("observe").policy
        for rules in [policy.files.read, policy.files.write, policy.files.exec] {
            #expect(rules.map(\.value) == [.root])
        }
        #expect(policy.network.allowsAny && policy.visibility == .full && policy.syscalls.base == .observe)
        for threat in Threat.allCases {
            for level in Level.allCases { #expect(policy.scan.action(for: threat, level) == .allow) }
        }
        #expect(Limit.allCases.filter { policy.limits[$0] != nil } == [.wall, .output])
    }
}
