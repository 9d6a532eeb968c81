/// A text that means something wherever it stands: the byte layer looks for these in every source, whether or not it
/// can be read as code.
struct Atom: Sendable {
    /// Which sources it is looked for in.
    enum Scope: Sendable {
        case everySource
        /// What could not be read as code, where words are all there is to go by.
        case unreadSource
    }

    /// What must follow the text for it to count.
    enum Tail: Sendable {
        case nothing
        /// At least that many letters, digits, `_` or `-`.
        case token(Int)
        /// The same, capitals and digits only.
        case capitals(Int)
    }

    let text: [UInt8]
    let scope: Scope
    let tail: Tail
    let rule: Rule

    private init(_ text: String, _ scope: Scope, _ tail: Tail, _ rule: Rule) {
        self.init(Array(text.utf8), scope, tail, rule)
    }

    private init(_ bytes: [UInt8], _ scope: Scope, _ tail: Tail, _ rule: Rule) {
        text = bytes
        self.scope = scope
        self.tail = tail
        self.rule = rule
    }

    private static func key(_ text: String, _ tail: Tail) -> Atom {
        Atom(text, .everySource, tail, .embeddedKey)
    }

    static let all: [Atom] = keys + hidden + words.map { Atom($0, .unreadSource, .nothing, .knownText) }

    private static let keys: [Atom] = [
        key("BEGIN PRIVATE KEY-----", .nothing), key("BEGIN RSA PRIVATE KEY-----", .nothing),
        key("BEGIN EC PRIVATE KEY-----", .nothing),
        key("BEGIN DSA PRIVATE KEY-----", .nothing), key("BEGIN OPENSSH PRIVATE KEY-----", .nothing),
        key("BEGIN PGP PRIVATE KEY", .nothing),
        key("AKIA", .capitals(16)), key("ASIA", .capitals(16)), key("ghp_", .token(36)),
        key("gho_", .token(36)), key("ghs_", .token(36)),
        key("github_pat_", .token(22)), key("glpat-", .token(20)), key("xoxb-", .token(20)),
        key("xoxp-", .token(20)), key("AIza", .token(35)),
        key("sk-ant-", .token(20)), key("sk-proj-", .token(20)), key("sk_live_", .token(24)),
        key("npm_", .token(36)), key("hf_", .token(34)),
    ]

    /// U+202A to U+202E and U+2066 to U+2069: they turn the direction of text that is shown (CVE-2021-42574).
    private static let hidden: [Atom] =
        ([UInt8(0xAA), 0xAB, 0xAC, 0xAD, 0xAE].map { [0xE2, 0x80, $0] }
        + [UInt8(0xA6), 0xA7, 0xA8, 0xA9].map { [0xE2, 0x81, $0] })
        .map { Atom($0, .everySource, .nothing, .hiddenText) }

    private static let words = [
        "os.system", "subprocess", "exec(", "eval(", "__import__", "marshal.loads", "pickle.loads",
        "shutil.rmtree", "os.remove", "rm -rf", "/dev/tcp/",
        "base64 -d", "| sh", "| bash", "|sh", "|bash", "/etc/shadow", ".ssh/id_", "child_process",
        "powershell", "chmod 777", "chmod +s", "mkfs", "dd if=",
        "nc -e", "xmrig", "stratum+tcp", "discord.com/api/webhooks", "api.telegram.org/bot",
        "169.254.169.254", "system(", "IO.popen", "rm_rf", "unlink(",
        "curl ", "wget ", "docker.sock", "release_agent", "LD_PRELOAD", "authorized_keys",
    ]
}
