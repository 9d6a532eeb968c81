import Event
import Foundation
import Linux
import Policy
import Testing

@Suite("Policies of other tools")
struct ForeignPolicyTests {
    /// What it becomes, and that this is sound.
    private func imported(
        _ text: String, as format: ForeignPolicy.Format, file: String = "old"
    ) throws -> (imported: ImportedPolicy, policy: Policy) {
        let bytes = Array(text.utf8)
        #expect(ForeignPolicy.format(of: bytes, file: file) == format)
        let imported = try ForeignPolicy.imported(bytes, file: file, as: format, standing: standing)
        return (imported, try policy(imported.text))
    }

    private func standing(_ name: String) -> CallStanding {
        switch name {
        case "mount", "bpf": .core
        case "ptrace", "shmget": .forbidden
        case "open", "clone", "socket": .judged
        default: .native
        }
    }

    private func sentence(_ imported: ImportedPolicy, _ field: String) -> String {
        imported.rows.first { $0.field.hasPrefix(field) }?.sentence ?? "no row for \(field)"
    }

    @Test("a command line of bubblewrap, whose later mounts hide earlier ones")
    func bubblewrap() throws {
        let (imported, policy) = try imported(
            """
            #!/bin/sh
            # shows a page
            cd /srv || exit
            exec bwrap --ro-bind /usr /usr --ro-bind-try "/opt/my app" '/opt/my app' \\
                --ro-bind /srv /srv --bind /srv/out /srv/out --ro-bind /srv/out/keep /srv/out/keep \\
                --tmpfs /srv/cache --dir /run/user/$(id -u) --bind "$(pwd)" "$(pwd)" --bind "$HOME/.cache" "$HOME/.cache" \\
                --ro-bind /data /mnt --proc /proc --dev /dev --setenv A b --unshare-net --cap-add CAP_NET_ADMIN \\
                python3 page.py | tee log
            """, as: .bubblewrap)
        #expect(policy.files.exec.map(\.value.description).prefix(3) == ["/usr", "/opt/my app", "/srv"])
        #expect(policy.files.write.map(\.value.description).prefix(1) == ["/srv/out"])
        #expect(
            imported.text.contains("  write:\n    - '/srv/out'\n    - '.'\n    - '~/.cache'\n")
                || imported.text.contains("- /srv/out\n    - '.'\n    - '~/.cache'\n"), "\(imported.text)")
        #expect(policy.files.deny.map(\.value.description) == ["/srv/out/keep", "/srv/cache"])
        #expect(policy.network.allow.isEmpty)
        #expect(sentence(imported, "--ro-bind /data /mnt").hasPrefix("CANNOT"))
        #expect(sentence(imported, "--ro-bind /srv/out/keep").hasPrefix("STRICTER"))
        #expect(sentence(imported, "--cap-add").hasPrefix("CANNOT"))
        #expect(sentence(imported, "--setenv").hasPrefix("CANNOT"))
        #expect(sentence(imported, "COMMAND").contains("python3 page.py"))
        #expect(try self.imported("bwrap --bind / / sh\n", as: .bubblewrap).policy.network.allowsAny)
        #expect(throws: PolicyFaults.self) {
            try ForeignPolicy.bubblewrap(["bwrap", "--ro-bnd", "/", "/"], file: "x")
        }
        #expect(throws: PolicyFaults.self) {
            try ForeignPolicy.bubblewrap(["bwrap", "--bind", "/"], file: "x")
        }
    }

    @Test("settings of sandbox-runtime")
    func sandboxRuntime() throws {
        let (imported, policy) = try imported(
            """
            {
            \t"network": {"allowedDomains": ["example.com", "api.example.com:443", "*.example.org", "bad.example.com"],
                "deniedDomains": ["bad.example.com", "other.example"], "allowUnixSockets": ["/run/app.sock"],
                "allowLocalBinding": true},
              "filesystem": {"denyRead": ["~/.ssh"], "allowRead": ["~/.ssh/known_hosts"], "allowWrite": [".", "src/"],
                "denyWrite": [".env", "/etc/passwd"]},
              "ignoreViolations": {"*": ["/usr/bin"]}
            }
            """, as: .sandboxRuntime)
        #expect(
            policy.network.allow.map(\.value.description) == [
                "tcp://example.com:*", "tcp://api.example.com:443", "unix:///run/app.sock",
            ])
        #expect(policy.network.listen.map(\.value.description) == ["tcp://127.0.0.1:*"])
        #expect(policy.files.exec.map(\.value.description) == ["/"])
        #expect(policy.files.write.count == 2)
        #expect(imported.text.contains("'./.env'") || imported.text.contains("'.env'"), "\(imported.text)")
        #expect(policy.files.deny.count == 2)
        #expect(sentence(imported, "network.allowedDomains: *.example.org").hasPrefix("CANNOT"))
        #expect(sentence(imported, "filesystem.allowRead").hasPrefix("CANNOT"))
        #expect(
            sentence(imported, "filesystem.denyWrite: /etc/passwd") == "it is not granted for writing anyway")
    }

    @Test("what is denied of a larger grant takes that grant away")
    func denied() throws {
        let (imported, policy) = try imported(
            "{\"network\": {\"allowedDomains\": [\"*\"], \"deniedDomains\": [\"evil.example\"]}}",
            as: .sandboxRuntime)
        #expect(policy.network.allow.isEmpty)
        #expect(sentence(imported, "network.deniedDomains").hasPrefix("CANNOT"))
    }

    @Test("a seccomp profile, by names")
    func seccomp() throws {
        let (imported, policy) = try imported(
            """
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [
              {"names": ["read", "write", "open", "exit_group", "ptrace", "mount", "arm_fadvise64_64"], "action": "SCMP_ACT_ALLOW"},
              {"names": ["personality"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]},
              {"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
              {"names": ["bpf"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_BPF"]}}]}
            """, as: .seccomp)
        #expect(policy.syscalls.allow.map(\.value) == ["ptrace"])
        let denied = Set(policy.syscalls.deny.map(\.value))
        #expect(denied.contains("getpid") && denied.contains("personality"))
        #expect(denied.isDisjoint(with: ["read", "write", "open", "clone", "execve", "mount", "shmget"]))
        #expect(sentence(imported, "personality").hasPrefix("STRICTER"))
        #expect(imported.rows.contains { $0.field == "mount" && $0.sentence.hasPrefix("CANNOT") })
        #expect(sentence(imported, "syscalls: bpf").contains("capability"))
        #expect(sentence(imported, "arm_fadvise64_64").contains("architecture"))
        let (_, open) = try self.imported(
            "{\"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"getpid\", \"ptrace\"], \"action\": \"SCMP_ACT_KILL\"}]}}}",
            as: .seccomp)
        #expect(open.syscalls.deny.map(\.value) == ["getpid"])
        #expect(open.syscalls.allow.isEmpty)
    }

    @Test("a profile of nono")
    func nono() throws {
        let (imported, policy) = try imported(
            """
            {"meta": {"name": "page"}, "groups": {"include": ["node_runtime"]},
             "filesystem": {"allow": ["$WORKDIR/out"], "read": ["$HOME/.npm", "$NONO_CONFIG/x"], "write_file": ["/srv/log"],
               "deny": ["/srv/keys"]},
             "network": {"allow_domain": ["example.com", {"domain": "api.example.com", "endpoints": []}], "open_port": [3000]},
             "workdir": {"access": "read"}, "hooks": {}}
            """, as: .nono)
        #expect(policy.name == "page")
        #expect(policy.files.write.count == 2 && policy.files.exec.count == 3 && policy.files.deny.count == 1)
        #expect(
            policy.network.allow.map(\.value.description) == [
                "tcp://example.com:*", "tcp://api.example.com:*", "tcp://127.0.0.1:3000",
            ])
        #expect(policy.network.listen.map(\.value.description) == ["tcp://127.0.0.1:3000"])
        for field in ["groups: node_runtime", "hooks", "filesystem.read: $NONO_CONFIG/x"] {
            #expect(sentence(imported, field).hasPrefix("CANNOT"), "\(field)")
        }
        // Nothing closes it there.
        #expect(
            try self.imported("{\"workdir\": {\"access\": \"none\"}}", as: .nono).policy.network.allowsAny)
        #expect(
            try !self.imported("{\"network\": {\"block\": true}}", as: .nono).policy.network.allowsAny)
    }

    @Test("a profile of sandlock")
    func sandlock() throws {
        let (imported, policy) = try imported(
            """
            # a comment
            [program]
            exec = "/bin/true"
            clean_env = true
            env = { LANG = 'C', "A" = "b" }
            [filesystem]
            read = ["/usr", '/lib',  # and more
                "/etc",]
            write = ["/srv/work"]
            deny = ["/etc/shadow"]
            mount = ["/data:/data:ro", "/a:/b"]
            on_exit = "abort"
            [network]
            allow = ["api.example.com:443", ":8443", "udp://192.0.2.53:53", "10.0.0.0/8", "icmp://*"]
            allow_bind = [8080, "9000-9005"]
            [syscalls]
            extra_allow = ["sysv_ipc", "shmget"]
            extra_deny = ["ptrace"]
            [limits]
            memory = "512M"
            processes = 1_000
            cpu = 50
            """, as: .sandlock)
        #expect(policy.files.exec.map(\.value.description) == ["/usr", "/lib", "/etc", "/data"])
        #expect(policy.files.write.map(\.value.description) == ["/srv/work"])
        #expect(
            policy.limits.memory == 512 << 20 && policy.limits.processes == 1_000 && policy.limits.cpu == nil)
        let reached = policy.network.allow.map(\.value.description)
        #expect(
            reached.contains("tcp://api.example.com:443") && reached.contains("udp://api.example.com:443"))
        #expect(reached.contains("tcp://0.0.0.0/0:8443") && reached.contains("udp://192.0.2.53:53"))
        #expect(!reached.contains("tcp://192.0.2.53:53"))
        #expect(
            policy.network.listen.map(\.value.description) == [
                "tcp://0.0.0.0:8080", "tcp://0.0.0.0:9000-9005",
            ])
        #expect(
            policy.syscalls.allow.map(\.value) == ["shmget"]
                && policy.syscalls.deny.map(\.value) == ["ptrace"])
        for field in [
            "filesystem.mount: /a:/b", "filesystem.on_exit", "limits.cpu", "syscalls.extra_allow: sysv_ipc",
        ] {
            #expect(sentence(imported, field).hasPrefix("CANNOT"), "\(field)")
        }
    }

    @Test(
        "an unknown key is an error with its place, in every format",
        arguments: [
            (
                "srt", "{\"filesystem\": {\"allowWrites\": []}}",
                "old:1:17: unknown key 'allowWrites' under filesystem; did you mean 'allowWrite'?"
            ),
            ("nono", "{\"workdirs\": 1}", "old:1:2: unknown key 'workdirs'; did you mean 'workdir'?"),
            (
                "seccomp", "{\"defaultActions\": 1}",
                "old:1:2: unknown key 'defaultActions'; did you mean 'defaultAction'?"
            ),
            (
                "sandlock", "[filesystem]\nreads = []\n",
                "old:2:1: unknown key 'reads' under filesystem; did you mean 'read'?"
            ),
            ("sandlock", "[limits]\nmemory = 512M\n", "old:2:10: '512M' is no value; text stands in quotes"),
        ])
    func unknown(format: String, text: String, message: String) throws {
        let format = try #require(ForeignPolicy.Format(rawValue: format))
        do throws(PolicyFaults) {
            _ = try ForeignPolicy.imported(Array(text.utf8), file: "old", as: format, standing: standing)
            Issue.record("it was imported")
        } catch {
            #expect(error.faults.map(\.description) == [message])
        }
    }

    @Test("whatever the bytes, they are imported to a sound policy or refused")
    func garbage() throws {
        let seeds: [(ForeignPolicy.Format, String)] = [
            (
                .bubblewrap,
                "bwrap --ro-bind /usr /usr --bind \"$HOME/x\" ~/x --tmpfs /tmp $(id -u) `x` 'a' -- sh -c 'x'"
            ),
            (
                .sandboxRuntime,
                "{\"network\": {\"allowedDomains\": [\"a.b:1\", \"[::1]:2\"]}, \"filesystem\": {\"allowWrite\": [\".\"]}}"
            ),
            (
                .seccomp,
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"read\"], \"action\": \"SCMP_ACT_LOG\"}]}"
            ),
            (
                .nono,
                "{\"meta\": {\"name\": \"x\"}, \"filesystem\": {\"read\": [\"$HOME\"]}, \"network\": {\"open_port\": [1]}}"
            ),
            (
                .sandlock,
                "[network]\nallow = [\"a:1\", '[::1]:2', \"*\"]\n[limits]\nmemory = \"1G\"\n[program]\nenv = {a = {b = [1]}}\n"
            ),
        ]
        var state: UInt64 = 11
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let odd = Array("{}[]\"'$`()\\#:*-=,~\n\t/ \0\u{e9}".utf8)
        for (format, seed) in seeds {
            for _ in 0..<400 {
                var bytes = Array(seed.utf8)
                for _ in 0...next(6) {
                    let place = next(bytes.count)
                    switch next(3) {
                    case 0: bytes[place] = odd[next(odd.count)]
                    case 1: bytes.insert(odd[next(odd.count)], at: place)
                    default: bytes.remove(at: place)
                    }
                    if bytes.isEmpty { bytes = [0x20] }
                }
                _ = ForeignPolicy.format(of: bytes, file: "old")
                do throws(PolicyFaults) {
                    let text = try ForeignPolicy.imported(bytes, file: "old", as: format, standing: standing)
                        .text
                    let found = (try? faults(in: text)) ?? []
                    #expect(
                        found.first?.hasPrefix("loaded") == true,
                        "\(String(decoding: bytes, as: UTF8.self))\n\(text)\n\(found)")
                } catch {
                    #expect(!error.faults.isEmpty)
                }
            }
        }
        let deep = "a = " + String(repeating: "[", count: 100_000)
        #expect(throws: PolicyFaults.self) {
            try ForeignPolicy.imported(Array(deep.utf8), file: "old", as: .sandlock, standing: standing)
        }
    }

    private func policy(_ text: String) throws -> Policy { try PolicyTests.policy(text) }
}
