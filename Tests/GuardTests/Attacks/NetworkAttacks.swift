/// Ways out of the machine, and to other programs on it.
extension Attack {
    private static let walls = "network namespace, seccomp"

    private static func socket(
        _ name: String, _ tries: String, _ numbers: [String], says: [String] = ["EPERM", "EACCES"],
        peers: [String] = []
    ) -> Attack {
        .act(name, tries, ["socket"] + numbers, "syscall", "socket", by: "seccomp", says: says, peers: peers)
    }

    private static func connect(
        _ name: String, _ tries: String, _ words: [String], says: [String] = ["EPERM"], peers: [String] = []
    ) -> Attack {
        .act(name, tries, words, "connect", "connect", by: walls, says: says, peers: peers)
    }

    private static func program(_ name: String, _ command: [String], peers: [String]) -> Attack {
        Attack(
            name: name, tries: "get out by a program: \(command.prefix(2).joined(separator: " "))",
            held: walls, words: command,
            answers: [], trace: .refused, peers: peers, settings: ["files.write=[]"], profiles: ["shell"])
    }

    static let onNetwork: [Attack] = [
        connect(
            "tcp", "connect to a server on this machine", ["connect-tcp", "127.0.0.1", "{tcp}"],
            peers: ["landrun test.sh"]),
        connect("tcp6", "the same by IPv6", ["connect-tcp6", "::1", "{tcp}"]),
        connect("tcp-mapped", "the same by IPv4 in IPv6", ["connect-mapped", "127.0.0.1", "{tcp}"]),
        connect(
            "metadata", "ask the cloud for credentials", ["connect-tcp", "169.254.169.254", "80"],
            peers: ["OpenShell test_ssrf_blocks_metadata_endpoint_despite_policy_allow"]),
        connect("outside", "connect to another machine", ["connect-tcp", "203.0.113.9", "443"]),
        connect("dns-tcp", "ask a name server by TCP", ["connect-tcp", "9.9.9.9", "53"]),
        connect("dns-over-tls", "ask a name server by TLS", ["connect-tcp", "9.9.9.9", "853"]),
        .act(
            "dns-udp", "carry a secret out in a name that is looked up", ["ask-name", "9.9.9.9", "53"],
            "send", "sendto",
            by: walls, peers: ["srt DNS when allowedDomains is empty"]),
        .act(
            "dns-local", "ask the resolver of this machine", ["ask-name", "127.0.0.53", "53"], "send",
            "sendto", by: walls),
        connect(
            "udp-connect", "connect a datagram socket", ["connect-udp", "127.0.0.1", "{udp}"],
            peers: ["sandlock test_seccomp_enforce udp"]),
        .act("udp-send", "send a datagram", ["send-udp", "127.0.0.1", "{udp}"], "send", "sendto", by: walls),
        .act(
            "udp-sendmsg", "send one by sendmsg", ["sendmsg", "127.0.0.1", "{udp}"], "send", "sendmsg",
            by: walls),
        .act(
            "udp-sendmmsg", "send many at once", ["sendmmsg", "127.0.0.1", "{udp}"], "send", "sendmmsg",
            by: walls),
        .act(
            "quic", "reach a web server by QUIC", ["send-udp", "203.0.113.9", "443"], "send", "sendto",
            by: walls),
        .act(
            "fast-open", "connect by sending", ["send-fastopen", "127.0.0.1", "{tcp}"], "send", "sendto",
            by: walls),
        .act(
            "fast-open-sendmsg", "connect by sendmsg", ["sendmsg-fastopen", "127.0.0.1", "{tcp}"], "send",
            "sendmsg", by: walls),
        connect(
            "fast-open-connect", "put connecting off until the first byte",
            ["connect-later", "127.0.0.1", "{tcp}"]),
        .act("bind", "take a port", ["bind-tcp", "127.0.0.1", "0"], "bind", "bind", by: walls),
        .act(
            "share-port", "take the port of a server, too", ["share-port", "127.0.0.1", "{tcp}"], "bind",
            "bind", by: walls),
        .act("listen", "listen on whatever port there is", ["listen"], "bind", "listen", by: walls),
        .act(
            "route", "send by way of another host", ["route4", "127.0.0.1"], "syscall", "setsockopt",
            by: "seccomp"),
        .act("route6", "the same by IPv6", ["route6", "::1"], "syscall", "setsockopt", by: "seccomp"),
        .quiet(
            "mark", "mark packets for another route", ["option-of", "36", "7"], by: "capabilities",
            says: ["EPERM"],
            because: "marking needs a capability"),
        .quiet(
            "receive-buffer-force", "have more memory in sockets than there is for one",
            ["option-of", "33", "1000000000"],
            by: "capabilities", says: ["EPERM"], because: "forcing needs a capability"),
        socket(
            "raw", "send packets of its own making", ["2", "3", "255"],
            peers: ["sandlock test_seccomp_enforce raw socket"]),
        socket("raw-icmp", "ping by raw packets", ["2", "3", "1"]),
        socket("icmp", "ping without privilege", ["2", "2", "1"]),
        socket("packet", "see and send frames", ["17", "3", "768"]),
        socket("sctp", "connect by SCTP", ["2", "1", "132"]),
        socket("dccp", "connect by DCCP", ["2", "6", "33"]),
        socket("udplite", "send by UDP-Lite", ["2", "2", "136"]),
        socket(
            "vsock", "talk to the host of this machine", ["40", "1", "0"],
            peers: ["agentsh 12 families", "codex wsl_interop_*"]),
        socket("alg", "use the kernel's ciphers", ["38", "5", "0"]),
        socket("bluetooth", "use Bluetooth", ["31", "3", "1"]),
        socket("can", "use a car's bus", ["29", "3", "1"]), socket("tipc", "use TIPC", ["30", "1", "0"]),
        socket("rds", "use RDS", ["21", "5", "0"]), socket("smc", "use SMC", ["43", "1", "0"]),
        socket("xdp", "take packets before the kernel", ["44", "3", "0"]),
        socket("kcm", "use KCM", ["41", "2", "0"]),
        socket("key", "change the keys of IPsec", ["15", "3", "2"]),
        socket("rxrpc", "use RxRPC", ["33", "2", "2"]),
        socket("qrtr", "use a modem's router", ["42", "2", "0"]), socket("nfc", "use NFC", ["39", "5", "1"]),
        .quiet(
            "netlink-route", "list and change routes", ["socket", "16", "3", "0"], by: "seccomp",
            says: ["EAFNOSUPPORT"],
            because: "the C library asks for its addresses so, out of habit"),
        .quiet(
            "netlink-audit", "listen to the kernel's audit", ["socket", "16", "3", "9"], by: "seccomp",
            says: ["EAFNOSUPPORT"], because: "the C library asks for its addresses so, out of habit"),
        .quiet(
            "mptcp", "connect by several paths", ["socket", "2", "1", "262"], by: "seccomp",
            says: ["EPROTONOSUPPORT"],
            because: "Go asks for it before TCP, out of habit"),
        connect(
            "unix-path", "reach a server by its socket's path", ["connect-unix", "{socket}"],
            says: ["ENOENT", "EACCES"],
            peers: [
                "sandlock test_named_unix_socket_symlink_escape_denied",
                "codex managed_proxy_unix_sockets_tests",
                "srt test/fixtures/uds-race.c",
            ]),
        connect(
            "unix-link", "the same through a link of its own",
            ["connect-unix-link", "{socket}", "/tmp/link"],
            says: ["ENOENT", "EACCES"]),
        connect(
            "docker", "drive the container engine",
            ["linked", "{socket}", "/tmp/docker.sock", "look-up", "/tmp/docker.sock"],
            says: ["ENOENT", "EACCES"], peers: ["greywall #55", "agent-safehouse #19"]),
        .quiet(
            "dbus", "drive the session bus", ["look-up", "/run/user/0/bus"], by: "mount view",
            says: ["ENOENT"],
            because: "where there is one, there is an event; see `unix-path`"),
        .quiet(
            "nscd", "ask the name cache", ["look-up", "/var/run/nscd/socket"], by: "mount view",
            says: ["ENOENT"],
            because: "where there is one, there is an event; see `unix-path`"),
        .quiet(
            "x-server", "watch the screen and type", ["connect-abstract", "/tmp/.X11-unix/X0"],
            by: "network namespace",
            says: ["ECONNREFUSED", "EPERM"], because: "abstract names of the host are not there"),
        .quiet(
            "unix-abstract", "reach a server by its abstract name", ["connect-abstract", "{abstract}"],
            by: "network namespace, Landlock", says: ["ECONNREFUSED", "EPERM"],
            because: "abstract names of the host are not there",
            peers: ["sandlock test_abstract_unix_socket_contained"]),
        .act(
            "unix-datagram", "send to a socket's path", ["send-unix", "{datagram}"], "syscall", "socket",
            by: "seccomp",
            says: ["EACCES", "EPERM"],
            peers: ["sandlock test_named_unix_dgram_sendmmsg_denied_without_fs_write"]),
        .act(
            "unix-datagram-pair", "send elsewhere from one end of a pair", ["send-unix-pair", "{datagram}"],
            "syscall",
            "socketpair", by: "seccomp", says: ["EACCES", "EPERM"]),
        .quiet(
            "credentials", "say on a socket that it is somebody else", ["forge-credentials"],
            by: "capabilities",
            says: ["EPERM", "EINVAL"], because: "the kernel compares them; the run has no peer outside"),
        program(
            "bash-tcp", ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/{tcp}"],
            peers: ["codex sandbox_blocks_dev_tcp_redirection"]),
        program(
            "bash-udp", ["/bin/bash", "-c", "exec 3<>/dev/udp/127.0.0.1/{udp} && echo x >&3"], peers: []),
        program(
            "getent", ["/usr/bin/getent", "hosts", "secret.example.com"],
            peers: ["codex sandbox_blocks_getent"]
        ),
        program(
            "python-urlopen",
            [
                "/usr/bin/python3", "-c",
                "import urllib.request as u; u.urlopen('http://127.0.0.1:{tcp}/', timeout=5)",
            ],
            peers: ["codex sandbox_blocks_curl", "codex sandbox_blocks_wget"]),
        program(
            "python-raw",
            ["/usr/bin/python3", "-c", "import socket as s; s.socket(s.AF_INET, s.SOCK_RAW, 1)"],
            peers: ["codex sandbox_blocks_ping"]),
        program(
            "python-connect",
            ["/usr/bin/python3", "-c", "import socket as s; s.create_connection(('127.0.0.1', {tcp}))"],
            peers: ["codex sandbox_blocks_nc", "codex sandbox_blocks_ssh"]),
        program(
            "perl-connect",
            [
                "/usr/bin/perl", "-MSocket", "-e",
                "socket(S, PF_INET, SOCK_STREAM, 0) && connect(S, sockaddr_in({tcp}, inet_aton('127.0.0.1'))) or exit 1",
            ],
            peers: []),
    ]
}
