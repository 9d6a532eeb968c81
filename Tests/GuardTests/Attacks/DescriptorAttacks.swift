/// What can be done with a descriptor that was rightly opened, or given.
extension Attack {
    private static let acts = ["mode", "owner", "times", "mode-by-name", "owner-by-name", "times-by-name"]

    private static let syscalls = [
        "mode": "fchmod", "owner": "fchown", "times": "utimensat", "mode-by-name": "fchmodat2",
        "owner-by-name": "fchownat", "times-by-name": "utimensat",
    ]

    static let onDescriptors: [Attack] =
        acts.map { act in
            .act(
                "given-\(act)", "change the \(act) of the file that is its standard input",
                ["change-open", "0", act],
                "open", syscalls[act] ?? "", by: "the supervisor does it, on its own copy", input: "secret")
        }
        + ["mode", "owner", "times"].map { act in
            .quiet(
                "read-\(act)", "change the \(act) of a file that it may only read",
                ["change-open", "{granted}/inside", act],
                by: "read-only mounts, the supervisor", says: ["EROFS", "EPERM"],
                because: "the view's mount refuses by itself, as a read-only disk would",
                settings: ["files.read=[{granted}]", "files.write=[]"])
        }
        + [
            .quiet(
                "given-attribute", "hang an access list on its standard input",
                ["change-open", "0", "attribute"],
                by: "seccomp", says: ["EOPNOTSUPP", "ENOTSUP"],
                because: "no file of a run has extended attributes, so there is nothing that could be set",
                input: "secret"),
            .act(
                "given-flags", "make its standard input immutable", ["change-open", "0", "flags"], "syscall",
                "ioctl",
                by: "seccomp", input: "secret"),
            .act(
                "given-version", "change the generation of its standard input",
                ["control-device", "0", "0", "0x40087602", "7"],
                "syscall", "ioctl", by: "seccomp", input: "secret"),
            .act(
                "given-verity", "seal its standard input for good",
                ["control-device", "0", "0", "0x40806685"], "syscall",
                "ioctl", by: "seccomp", input: "secret"),
            .act(
                "given-project", "charge its standard input to another project",
                ["control-device", "0", "0", "0x401c5820"],
                "syscall", "ioctl", by: "seccomp", input: "secret"),
            .quiet(
                "given-size", "empty its standard input", ["change-open", "0", "size"],
                by: "how it was opened",
                says: ["EINVAL", "EBADF"], because: "it was opened for reading by the caller", input: "secret"
            ),
            .quiet(
                "given-map", "map its standard input to write it", ["change-open", "0", "map"],
                by: "how it was opened",
                says: ["EACCES"], because: "it was opened for reading by the caller", input: "secret"),
            .act(
                "given-path-mode", "change the mode of its standard input by its path in /proc",
                ["chmod", "/proc/self/fd/0", "777"], "open", "fchmodat",
                by: "the supervisor does it, on its own copy",
                says: ["EPERM", "EACCES", "ENOENT"], input: "secret"),
            .act(
                "given-path-times", "change its times by that path", ["utimes", "/dev/stdin"], "open",
                "utimensat",
                by: "the supervisor does it, on its own copy", says: ["EPERM", "EACCES", "ENOENT"],
                input: "secret"),
            .act(
                "given-path-xattr", "hang an attribute on it by that path", ["setxattr", "/dev/fd/0"], "open",
                "setxattr",
                by: "the supervisor does it, on its own copy", says: ["EPERM", "EACCES", "ENOENT"],
                input: "secret"),
            .act(
                "given-path-link", "the same through a link of its own",
                ["linked", "/proc/self/fd/0", "/tmp/link", "chmod", "/tmp/link", "777"], "open", "fchmodat",
                by: "the supervisor does it, on its own copy", says: ["EPERM", "EACCES", "ENOENT"],
                input: "secret"),
            .quiet(
                "device-mode", "open the host's /dev/full to everybody",
                ["change-open", "/dev/full", "mode"],
                by: "read-only mounts", says: ["EROFS", "EPERM"],
                because: "the view's mount refuses by itself, as a read-only disk would"),
            .act(
                "set-user-id-left", "leave a program behind that others run as this user",
                ["create-with", "{written}/owned", "4755"], "open", "openat", by: "seccomp",
                settings: ["files.write=[{written}]"]),
            .act(
                "set-user-id-made", "give a file of its own that bit", ["chmod", "/tmp", "6777"], "open",
                "fchmodat", by: "seccomp"),
            .act(
                "set-user-id-node", "make a file with that bit", ["mknod-with", "/tmp/owned", "4755"], "open",
                "mknodat",
                by: "seccomp"),
            .quiet(
                "directory-passed", "have another of its processes climb by a directory it was handed",
                ["pass-directory", "{granted}", "..{outside}/secret"], by: "mount view, Landlock",
                says: ["ENOENT", "EACCES"],
                because: "that path leads nowhere on the host either",
                settings: ["files.read=[{granted}]", "files.write=[]"]),
            .quiet(
                "long-path", "have the supervisor read a path of a megabyte", ["long-path", "1000000"],
                by: "bounds",
                says: ["ENAMETOOLONG", "EFAULT"], because: "no path is that long, so nothing is opened"),
            .quiet(
                "path-nowhere", "have it read a path that is not there", ["path-nowhere"], by: "bounds",
                says: ["EFAULT"],
                because: "the kernel would say the same"),
        ]
}
