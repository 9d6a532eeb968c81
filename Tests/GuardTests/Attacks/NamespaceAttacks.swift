/// Ways into other namespaces, and to other mounts.
extension Attack {
    private static let makes = [
        ("user", "0x10000000"), ("mount", "0x20000"), ("network", "0x40000000"), ("pid", "0x20000000"),
        ("uts", "0x4000000"), ("ipc", "0x8000000"), ("cgroup", "0x2000000"),
    ]

    static let onNamespaces: [Attack] =
        makes.map { kind, flag in
            .call(
                "unshare-\(kind)", "get a \(kind) namespace of its own", ["unshare", flag], "process",
                peers: kind == "user" ? ["srt linux-nested-userns", "firejail test/filters namespaces"] : [])
        }
        + [.call("unshare-time", "get clocks of its own", ["unshare", "0x80"], "process")]
        + makes.map { kind, flag in
            .act(
                "clone-\(kind)", "start a process in a \(kind) namespace of its own", ["clone", flag],
                "process", "clone",
                by: "seccomp")
        }
        + [
            .quiet(
                "clone3-user", "the same behind a pointer that no filter sees", ["clone3", "0x10000000"],
                by: "seccomp",
                says: ["ENOSYS"], because: "libraries try clone3 first and fall back to clone"),
            .act(
                "setns-own", "enter its own namespace again, with what that gives",
                ["setns", "/proc/self/ns/mnt"],
                "process", "setns", by: "seccomp"),
            .call("setns-pidfd", "enter all namespaces of a process", ["setns", "0", "0x20000"], "process"),
            .call(
                "mount-tmpfs", "mount over /tmp", ["mount", "@none", "@/tmp", "@tmpfs", "0", "0"], "mount",
                peers: ["sandlock test_seccomp_enforce mount"]),
            .call(
                "mount-proc", "mount a /proc that may be written",
                ["mount", "@proc", "@/proc", "@proc", "0", "0"], "mount"),
            .call(
                "mount-bind", "bind a hidden directory",
                ["mount", "@{outside}", "@/tmp", "0", "0x1000", "0"], "mount"),
            .call(
                "mount-move", "move a mount out of the way",
                ["mount", "@/proc", "@/tmp", "0", "0x2000", "0"], "mount"),
            .call(
                "mount-remount", "make what is read-only writable",
                ["mount", "0", "@/proc", "0", "0x1020", "0"], "mount"),
            .call(
                "mount-shared", "have its mounts appear outside", ["mount", "0", "@/", "0", "0x104000", "0"],
                "mount"),
            .call(
                "mount-overlay", "lay a directory over another",
                ["mount", "@overlay", "@/tmp", "@overlay", "0", "@lowerdir=/"], "mount"),
            .call("umount-tmp", "uncover what lies below /tmp", ["umount2", "@/tmp", "2"], "mount"),
            .call("umount-proc", "uncover what lies below /proc", ["umount2", "@/proc", "2"], "mount"),
            .call(
                "umount-device", "uncover what lies below a device", ["umount2", "@/dev/null", "2"], "mount"),
            .call("pivot-root", "take another root", ["pivot_root", "@/tmp", "@/tmp"], "mount"),
            .call(
                "chroot", "take another root, and climb out of it", ["chroot", "@/tmp"], "mount",
                peers: ["sandlock test_chroot_legacy_syscalls"]),
            .call("fsopen", "make a file system by the new calls", ["fsopen", "@tmpfs", "0"], "mount"),
            .call("fsconfig", "configure one", ["fsconfig", "0", "6", "0", "0", "0"], "mount"),
            .call("fsmount", "mount one", ["fsmount", "0", "0", "0"], "mount"),
            .call("fspick", "reconfigure one that is there", ["fspick", "-100", "@/", "0"], "mount"),
            .call("open-tree", "get a descriptor of a mount", ["open_tree", "-100", "@/", "0"], "mount"),
            .call(
                "open-tree-clone", "copy a mount with all below it", ["open_tree", "-100", "@/", "0x8001"],
                "mount"),
            .call(
                "move-mount", "attach one elsewhere", ["move_mount", "-100", "@/tmp", "-100", "@/proc", "0"],
                "mount"),
            .call(
                "mount-setattr", "take the attributes off a mount",
                ["mount_setattr", "-100", "@/", "0x8000", "&", "32"], "mount"),
            .act(
                "uid-map", "map identities into its namespace",
                ["write-file", "/proc/self/uid_map", "0 0 1"], "open",
                "openat", by: "a read-only /proc", says: ["EACCES", "ENOENT", "EROFS"]),
            .act(
                "gid-map", "the same for groups", ["write-file", "/proc/self/gid_map", "0 0 1"], "open",
                "openat",
                by: "a read-only /proc", says: ["EACCES", "ENOENT", "EROFS"]),
            .quiet(
                "other-namespace-handles", "see whether process 1 has handles of other namespaces",
                ["readlink", "/proc/1/ns/mnt"], by: "pid namespace", says: ["EACCES", "ENOENT", "EPERM"],
                because: "a name that is looked at and not opened is no access"),
        ]
}
