/// A text that means something wherever it stands: the byte layer looks for these in every source, whether or not it
/// can be read as code.
struct Atom: Sendable {
    /// What must follow the text for it to count.
    enum Tail: Sendable {
        case nothing
        /// At least that many letters, digits, `_` or `-`.
        case token(Int)
        /// The same, capitals and digits only.
        case capitals(Int)
    }

    /// What the text means where it stands.
    enum Meaning: Sendable {
        case key
        case hidden
        case word

        var rule: Rule {
            switch self {
            case .key: .embeddedKey
            case .hidden: .hiddenText
            case .word: .knownText
            }
        }
    }

    let text: StaticString
    let tail: Tail
    let meaning: Meaning

    private init(_ text: StaticString, _ meaning: Meaning, _ tail: Tail = .nothing) {
        self.text = text
        self.meaning = meaning
        self.tail = tail
    }

    private static func key(_ text: StaticString, _ tail: Tail) -> Atom { Atom(text, .key, tail) }

    /// Looked for in every source.
    static let everywhere: [Atom] = [
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
        // They turn the direction of text that is shown (CVE-2021-42574).
        Atom("\u{202A}", .hidden), Atom("\u{202B}", .hidden), Atom("\u{202C}", .hidden),
        Atom("\u{202D}", .hidden),
        Atom("\u{202E}", .hidden), Atom("\u{2066}", .hidden), Atom("\u{2067}", .hidden),
        Atom("\u{2068}", .hidden),
        Atom("\u{2069}", .hidden),
    ]

    /// Looked for besides in what could not be read as code, where words are all there is to go by.
    static let inUnread: [Atom] = everywhere + words.map { Atom($0, .word) }

    private static let words: [StaticString] = [
        "os.system", "subprocess", "exec(", "eval(", "__import__", "marshal.loads", "pickle.loads",
        "shutil.rmtree", "os.remove", "rm -rf", "/dev/tcp/",
        "base64 -d", "| sh", "| bash", "|sh", "|bash", "/etc/shadow", ".ssh/id_", "child_process",
        "powershell", "chmod 777", "chmod +s", "mkfs", "dd if=",
        "nc -e", "xmrig", "stratum+tcp", "discord.com/api/webhooks", "api.telegram.org/bot",
        "169.254.169.254", "system(", "IO.popen", "rm_rf", "unlink(",
        "curl ", "wget ", "docker.sock", "release_agent", "LD_PRELOAD", "authorized_keys",
    ]
}
