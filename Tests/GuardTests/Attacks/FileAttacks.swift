/// Ways to files that are not granted, by their names.
extension Attack {
    private static let hidden = "mount view, Landlock"
    /// What may only be read: a directory of the caller's own that holds `inside`.
    private static let readOnly = ["files.read=[{granted}]", "files.write=[]"]
    private static let written = [
        "files.read=[{granted}]", "files.write=[{written}]", "files.deny=[{written}/denied]",
    ]

    private static func read(
        _ name: String, _ tries: String, _ words: [String], _ syscall: String = "openat",
        says: [String] = ["ENOENT", "EACCES"], peers: [String] = [], settings: [String] = []
    ) -> Attack {
        .act(name, tries, words, "open", syscall, by: hidden, says: says, peers: peers, settings: settings)
    }

    private static func change(_ name: String, _ words: [String], _ syscall: String) -> Attack {
        .act(
            "\(name)-read-only", "\(name) in a directory that may only be read", words, "open", syscall,
            by: "read-only mounts, Landlock", says: ["EACCES", "EROFS"], settings: readOnly)
    }

    static let onFiles: [Attack] =
        [
            read(
                "open-secret", "open a file that is not granted", ["read-file", "{secret}"],
                peers: [
                    "codex sandbox_blocks_root_read_carveouts_under_bwrap",
                    "OpenShell test_landlock_blocks_user_owned_path_outside_policy", "landrun test.sh",
                ]),
            read("open-dots", "the same by a path full of dots", ["read-file", "/tmp/../proc/..{secret}"]),
            read(
                "openat2", "the same by the newer call", ["openat2", "{secret}"], "openat2",
                peers: ["sandlock test_deny_openat2_does_not_bypass"]),
            read(
                "old-open", "the same by the older call", ["old-open", "{secret}"], "open",
                peers: ["sandlock test_chroot_legacy_syscalls"]),
            read(
                "climb", "climb out of a granted directory", ["climb", "{granted}", "{secret}"],
                settings: readOnly),
            read(
                "own-link", "follow a link of its own", ["open-through-link", "{secret}", "/tmp/link"],
                peers: ["agentsh TestBuiltin_Acat_SymlinkEscape", "srt symlink escape"]),
            read("self-root", "go by /proc/self/root", ["read-file", "/proc/self/root{secret}"]),
            read("self-cwd", "go by /proc/self/cwd", ["read-file", "/proc/self/cwd/../../..{secret}"]),
            read("task-root", "go by a thread's number", ["read-file", "/proc/self/task/2/root{secret}"]),
            read(
                "long-way-round", "go by its own root again and again",
                ["read-file", String(repeating: "/proc/self/root", count: 12) + "{secret}"], says: ["ELOOP"]),
            read("thread-root", "go by a thread's root", ["read-file", "/proc/thread-self/root{secret}"]),
            read(
                "host-init-root", "go by the root of process 1", ["read-file", "/proc/1/root{secret}"],
                says: ["EACCES", "ENOENT", "EPERM"]
            ).onlyRoot("of the host's process 1 this user could not read it either"),
            .quiet(
                "named-descriptor", "name the file first and open it later", ["reopen-named", "{secret}"],
                by: hidden,
                says: ["ENOENT", "EACCES"], because: "naming opens nothing; opening the name is judged"
            )
            .seen(.denied("open", "openat")),
            .act(
                "given-link", "open standard input anew by a link of its own",
                ["write-file", "/tmp/link", "pwned"], "open",
                "openat", by: hidden, says: ["EACCES", "ENOENT"], input: "secret"
            ).afterLinking("/proc/self/fd/0", "/tmp/link"),
            .act(
                "given-truncated", "open standard input anew to write it",
                ["write-file", "/proc/self/fd/0", "pwned", "0x200"],
                "open", "openat", by: hidden, says: ["EACCES", "ENOENT"], input: "secret"),
            read(
                "link-bomb", "keep the supervisor following links of links", ["link-bomb", "/tmp"],
                says: ["ELOOP"]),
            .quiet(
                "stat-hidden", "see whether a hidden file exists", ["stat", "{secret}"], by: "mount view",
                says: ["ENOENT"],
                because: "what is not granted is not there, not even to look at"),
            .quiet(
                "access-hidden", "see whether a hidden file may be read", ["access", "{secret}"],
                by: "mount view",
                says: ["ENOENT"], because: "what is not granted is not there, not even to look at"),
            .quiet(
                "list-above", "list the directory that a granted one lies in",
                ["list", "/var/tmp", "{outside-name}"],
                by: "mount view", says: ["ENOENT", "EACCES"],
                because: "it holds only what leads to what is granted",
                settings: readOnly),
            .quiet(
                "watch-hidden", "watch a hidden directory", ["watch", "{outside}"], by: "mount view",
                says: ["ENOENT"],
                because: "what is not granted is not there, not even to look at"),
            .quiet(
                "statfs-hidden", "ask about the disk behind a hidden file", ["statfs", "{secret}"],
                by: "mount view",
                says: ["ENOENT"], because: "what is not granted is not there, not even to look at"),
            .quiet(
                "enter-hidden", "work in a hidden directory", ["chdir", "{outside}"], by: "mount view",
                says: ["ENOENT"],
                because: "what is not granted is not there, not even to look at"),
            read("list-hidden", "list a hidden directory", ["list", "{outside}", "secret"]),
            read("write-secret", "write a hidden file", ["open-append", "{secret}"]),
            read(
                "create-hidden", "make a file in a hidden directory", ["open-write", "{outside}/new"],
                peers: ["srt special-file creation"]),
            read("remove-secret", "remove a hidden file", ["unlink", "{secret}"], "unlinkat"),
            read("truncate-secret", "empty a hidden file", ["truncate", "{secret}"], "truncate"),
            read(
                "link-secret", "give a hidden file a name in /tmp", ["link", "{secret}", "/tmp/mine"],
                "linkat"),
            read(
                "rename-secret", "move a hidden file into /tmp", ["rename", "{secret}", "/tmp/mine"],
                "renameat2"),
            read(
                "rename-onto-secret", "move a file onto a hidden one", ["rename", "/tmp", "{secret}"],
                "renameat2",
                says: ["ENOENT", "EACCES", "EBUSY"]),
            .act(
                "shadow", "read the hashes of passwords", ["read-file", "/etc/shadow"], "open", "openat",
                by: hidden,
                says: ["ENOENT", "EACCES"], user: Trace.none("an ordinary user may not read it anyway")),
            .act(
                "passwd-write", "add a user", ["open-append", "/etc/passwd"], "open", "openat", by: hidden,
                says: ["ENOENT", "EACCES", "EROFS"],
                user: Trace.none("an ordinary user may not write it anyway")),
            read(
                "other-tmp", "read what others left in /tmp", ["read-file", "/tmp/{host-tmp}"],
                peers: ["codex sandbox_starts_with_denied_tmp_without_exposing_registry"]
            )
            .seen(.none("the run's /tmp is its own, and in that the name does not exist")),
            read("other-shm", "read what others left in /dev/shm", ["read-file", "/dev/shm/{host-shm}"])
                .seen(.none("the run's /dev/shm is its own, and in that the name does not exist")),
        ]
        + [
            "mem", "kmsg", "port", "vda", "loop-control", "fuse", "kvm", "net/tun", "mapper/control",
            "userfaultfd",
            "cpu/0/msr", "hpet", "input/event0", "tty0", "vcs1",
        ].map { device in
            Attack(
                name: "dev-\(device.replacing("/", with: "-"))", tries: "open the device /dev/\(device)",
                held: "mount view",
                words: ["read-file", "/dev/\(device)"], answers: ["ENOENT", "EACCES"],
                trace: .deniedWhere("/dev/\(device)", "open", "openat"),
                peers: device == "kmsg" ? ["sandlock mknod", "SANDBOX.md 5 device nodes"] : [])
        }
        + [
            .act(
                "mknod-device", "make a device in /tmp", ["mknod", "/tmp/null"], "open", "mknodat",
                by: "capabilities, nodev", user: Trace.none("an ordinary user could not make one anyway"),
                peers: ["SANDBOX.md 5 mknod as root"]),
            .act(
                "mknod-device-written", "make a device where it may write", ["mknod", "{written}/null"],
                "open",
                "mknodat", by: "capabilities, nodev",
                user: Trace.none("an ordinary user could not make one anyway"), settings: written),
            change("create", ["open-write", "{granted}/new"], "openat"),
            change("overwrite", ["open-append", "{granted}/inside"], "openat"),
            change("creat", ["creat", "{granted}/new"], "creat"),
            change("unlink", ["unlink", "{granted}/inside"], "unlinkat"),
            change("mkdir", ["mkdir", "{granted}/new"], "mkdirat"),
            change("mkfifo", ["mkfifo", "{granted}/new"], "mknodat"),
            change("symlink", ["symlink", "x", "{granted}/new"], "symlinkat"),
            change("rename", ["rename", "{granted}/inside", "{granted}/new"], "renameat2"),
            change("truncate", ["truncate", "{granted}/inside"], "truncate"),
            change("chmod", ["chmod", "{granted}/inside"], "fchmodat"),
            change("chown", ["chown", "{granted}/inside"], "fchownat"),
            change("utimes", ["utimes", "{granted}/inside"], "utimensat"),
            change("setxattr", ["setxattr", "{granted}/inside"], "setxattr"),
            change("replace-by-link", ["replace-by-link", "{granted}/inside", "/etc/passwd"], "symlink"),
            read(
                "denied-inside", "read what is cut out of a granted directory",
                ["read-file", "{written}/denied/secret"],
                peers: ["codex sandbox_blocks_explicit_split_policy_carveouts_under_bwrap", "srt deny-path"],
                settings: written),
            read(
                "denied-written", "write what is cut out of a granted directory",
                ["open-write", "{written}/denied/new"],
                says: ["EACCES", "EROFS", "ENOENT"],
                peers: ["codex sandbox_blocks_metadata_writes_inside_writable_root"],
                settings: written),
            .act(
                "denied-moved", "move what is cut out, and read it elsewhere",
                ["rename", "{written}/denied", "{written}/moved"],
                "open", "renameat2", by: "masked mounts", says: ["EACCES", "EBUSY", "EXDEV"],
                peers: ["srt \"mv a c, write c/b, mv c a\" rename bypass"], settings: written),
            .act(
                "denied-replaced", "put a link in its place",
                ["replace-by-link", "{written}/denied", "{written}/other"],
                "open", "rename", by: "masked mounts", says: ["EACCES", "EBUSY", "EISDIR"],
                peers: ["codex sandbox_blocks_codex_symlink_replacement_attack"], settings: written),
            .quiet(
                "denied-parent-moved", "move the directory that it lies in",
                ["move-write-back", "{written}", "/tmp/moved", "/tmp/moved/denied/secret"],
                by: "masked mounts",
                says: ["EBUSY", "EXDEV", "EACCES", "EROFS"], because: "see `denied-moved`",
                peers: ["srt move of an ancestor of a denied path"],
                settings: written
            ).seen(.refused),
        ]

    private func seen(_ trace: Trace) -> Attack { copy(words: words, trace: trace, user: userTrace) }
    private func `as`(_ words: [String]) -> Attack { copy(words: words, trace: trace, user: userTrace) }
    private func onlyRoot(_ reason: String) -> Attack {
        copy(words: words, trace: trace, user: Trace.none(reason))
    }
    /// Makes a link first.
    private func afterLinking(_ target: String, _ link: String) -> Attack {
        copy(words: ["linked", target, link] + words, trace: trace, user: userTrace)
    }

    private func copy(words: [String], trace: Trace, user: Trace?) -> Attack {
        var attack = Attack(
            name: name, tries: tries, held: held, words: words, answers: answers, trace: trace)
        attack.userTrace = user
        attack.peers = peers
        attack.settings = settings
        attack.input = input
        attack.profiles = profiles
        return attack
    }
}
