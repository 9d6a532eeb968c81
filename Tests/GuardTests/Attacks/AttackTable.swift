import Foundation
import Testing

/// The table of attacks for people, which `make attacks` prints and docs/attacks.md holds.
enum AttackTable {
    static let introduction = """
        # Attacks

        Each line is one thing that a hostile program tries, for real: by a program in C that makes the calls itself
        (`Tests/victim`), or by a shell, Python or Perl where that is what an agent has. `Tests/GuardTests/Attacks` runs every
        one under the shipped profiles `strict`, `python` and `shell`, as root and as an ordinary user. Before and after each,
        the test looks from outside at the files, the sockets and the process that the attacks are after: nothing may have
        changed, and no secret may stand in the output. Then it looks for the event.

        *Event* is what stands in the trail: the operation and the system call of a violation, the limit, or the reason why
        none is due. *Others* names the same case in another sandbox's tests, or where it was a hole.

        This page is written by `make attacks` and held against the table by a test.

        """

    static var text: String {
        var lines = [introduction]
        for (title, attacks) in Attack.families {
            lines.append("## \(title)\n")
            lines.append("| attack | tries to | held by | event | others |")
            lines.append("| --- | --- | --- | --- | --- |")
            lines += attacks.map(row)
            lines.append("")
        }
        lines.append("## Cases of others that stand elsewhere\n")
        lines.append("| case | where, or why not |")
        lines.append("| --- | --- |")
        lines += PeerCases.elsewhere.map { "| \($0.name) | \($0.place) |" }
        lines.append("\n\(Attack.all.count) attacks.")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ attack: Attack) -> String {
        var event = event(attack.trace)
        if let user = attack.userTrace { event += "; as an ordinary user: " + self.event(user) }
        return
            "| \(attack.name) | \(attack.tries) | \(attack.held) | \(event) | \(attack.peers.joined(separator: "; ")) |"
    }

    private static func event(_ trace: Attack.Trace) -> String {
        switch trace {
        case .denied(let operation, let syscall): "\(operation), `\(syscall)`"
        case .deniedWhere(let path, let operation, let syscall):
            "\(operation), `\(syscall)`, where the host has \(path)"
        case .refused: "a violation"
        case .killed: "syscall, and the caller is killed"
        case .limit(let name): "limit `\(name)`"
        case .none(let reason): "none: \(reason)"
        }
    }
}

/// Cases in other sandboxes' tests that the table has to cover, or that something else does.
enum PeerCases {
    /// Those that stand in the table, by the beginning of their names.
    static let inTable = [
        "codex sandboxed_command_has_no_effective_or_permitted_capabilities",
        "codex sandbox_inner_stage_rejects_retained_capabilities", "codex test_no_new_privs_is_enabled",
        "codex sandbox_blocks_metadata_writes_inside_writable_root",
        "codex sandbox_blocks_codex_symlink_replacement_attack",
        "codex sandbox_blocks_explicit_split_policy_carveouts_under_bwrap",
        "codex sandbox_blocks_root_read_carveouts_under_bwrap",
        "codex sandbox_starts_with_denied_tmp_without_exposing_registry", "codex sandbox_blocks_curl",
        "codex sandbox_blocks_wget", "codex sandbox_blocks_ping", "codex sandbox_blocks_nc",
        "codex sandbox_blocks_ssh",
        "codex sandbox_blocks_getent", "codex sandbox_blocks_dev_tcp_redirection", "codex wsl_interop_*",
        "codex daemon_sockets_tests", "codex managed_proxy_unix_sockets_tests",
        "sandlock test_seccomp_enforce ptrace",
        "sandlock test_seccomp_enforce mount", "sandlock test_seccomp_enforce personality",
        "sandlock test_seccomp_enforce raw socket", "sandlock test_seccomp_enforce udp",
        "sandlock test_seccomp_enforce shmget", "sandlock test_abstract_unix_socket_contained",
        "sandlock test_named_unix_socket_symlink_escape_denied",
        "sandlock test_named_unix_dgram_sendmmsg_denied_without_fs_write",
        "sandlock test_deny_openat2_does_not_bypass", "sandlock test_isolate_signals_blocks_parent",
        "sandlock test_sensitive_proc_resists_bypasses", "sandlock test_proc_parent_pid_blocked",
        "sandlock test_resource", "sandlock test_tty", "sandlock test_chroot_legacy_syscalls",
        "srt \"mv a c, write c/b, mv c a\" rename bypass", "srt move of an ancestor of a denied path",
        "srt symlink escape", "srt special-file creation", "srt orphan after timeout",
        "srt DNS when allowedDomains is empty", "srt test/fixtures/uds-race.c", "srt linux-nested-userns",
        "agentsh TestIsShellCBypassAttempt", "agentsh TestBuiltin_Acat_SymlinkEscape",
        "OpenShell test_landlock_blocks_user_owned_path_outside_policy",
        "OpenShell test_ssrf_blocks_metadata_endpoint_despite_policy_allow", "bubblewrap CVE-2017-5226",
        "firejail test/filters memwrexe", "firejail test/filters namespaces",
        "firejail test/filters seccomp-su",
        "firejail test/filters seccomp-ptrace", "landrun test.sh",
    ]

    static let elsewhere: [(name: String, place: String)] = [
        (
            "codex sandbox_reenables_writable_subpaths_under_unreadable_parents",
            "FileDenialTests, grants inside what is cut out"
        ),
        ("sandlock test_policy_fn", "no callback decides at run time; a policy is a document"),
        ("sandlock test_cow, test_transaction", "files.workspace, when it is there"),
        ("srt PID ns isolation", "the family \"Other processes\""),
        (
            "srt deny-path-made-meanwhile",
            "a policy that denies what is not there under a written directory is refused (PlanTests)"
        ),
        ("srt linux-violation-monitor", "every line with an event"),
        (
            "agentsh TestNewIntegrityStore_RejectsTamperedLastEntryEvenWhenSidecarMatches",
            "AuditTests/VerificationTests"
        ),
        (
            "agentsh TestNewIntegrityStore_SidecarMissingRejectsTamperedV2Log",
            "AuditTests/VerificationTests; there is no sidecar"
        ),
        (
            "agentsh TestManager_SigningEnforce_TamperedPolicy",
            "policies are not signed; their digest stands in the trail"
        ),
        (
            "agentsh addfd_linux_test, wait_killable probe",
            "LocalSocketTests, NetworkDenialTests; Plan.filterFlags"
        ),
        ("OpenShell test_l4_binary_restricted_denies_wrong_binary", "a grant is the run's, not a program's"),
        ("OpenShell test_host_wildcard_rejects_deep_subdomain", "there are no wildcards of hosts"),
        (
            "minijail seccomp_policy_lint, kernel selftests seccomp/",
            "SandboxTests/SeccompTests, row by row in an interpreter"
        ),
        ("kernel selftests landlock/", "KernelDenialTests, BareDenialTests"),
    ]
}

@Suite("The table of attacks")
struct AttackTableTests {
    private static let page = Shared.project.appendingPathComponent("docs/attacks.md")

    @Test("it is long, and every attack has a name of its own")
    func names() {
        #expect(Attack.all.count >= 150)
        let twice = Dictionary(grouping: Attack.all, by: \.name).filter { $1.count > 1 }.keys
        #expect(twice.isEmpty, "\(twice)")
    }

    @Test("docs/attacks.md says what the table says; make attacks writes it")
    func page() throws {
        if ProcessInfo.processInfo.environment["GUARDRUN_WRITE_ATTACKS"] != nil {
            try Data(AttackTable.text.utf8).write(to: Self.page)
        }
        let written = String(decoding: try Data(contentsOf: Self.page), as: UTF8.self)
        #expect(written == AttackTable.text)
    }

    @Test("cases that others name are covered by name")
    func peers() {
        let named = Attack.all.flatMap(\.peers)
        for name in PeerCases.inTable { #expect(named.contains { $0.hasPrefix(name) }, "\(name)") }
    }

    #if arch(x86_64)
        @Test("every act that the table names is one of the victim's")
        func acts() throws {
            for attack in Attack.all where !attack.words[0].hasPrefix("/") {
                let act = attack.words[0] == "linked" ? attack.words[3] : attack.words[0]
                let sources = try FileManager.default.contentsOfDirectory(
                    atPath: Shared.project.appendingPathComponent("Tests/victim").path
                ).map {
                    String(
                        decoding: try Data(
                            contentsOf: Shared.project.appendingPathComponent("Tests/victim/\($0)")),
                        as: UTF8.self)
                }
                #expect(sources.contains { $0.contains("{\"\(act)\",") }, "\(act)")
            }
        }
    #endif
}
