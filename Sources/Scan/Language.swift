import Linux

/// The languages that the scanner tells apart. Python, shell and JavaScript are lexed; the others are searched for
/// patterns and known texts only, and a verdict says so.
package enum Language: String, CaseIterable, Sendable {
    case python, shell, javascript, perl, ruby, other

    /// The language of an interpreter by its file name, with or without a version (`python3.11`, `bash`, `nodejs`);
    /// `nil` when it is none that is known.
    package init?(interpreter name: String) {
        let base = name.prefix { !$0.isNumber && $0 != "-" }
        switch base {
        case "python", "pypy", "ipython": self = .python
        case "sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "rbash", "busybox": self = .shell
        case "node", "nodejs", "bun", "deno": self = .javascript
        case "perl": self = .perl
        case "ruby": self = .ruby
        case "php", "lua", "luajit", "Rscript", "fish", "tclsh", "awk", "gawk", "mawk": self = .other
        default: return nil
        }
    }

    /// The language of a file: what its `#!` line asks for, else what its name ends in, else what it looks like.
    package init(ofFile name: Path, _ bytes: [UInt8]) {
        self = Language(signsOf: name, bytes) ?? Language(looksOf: bytes)
    }

    /// The language that a file says it is in, by its `#!` line or its name; nil when neither says anything.
    package init?(signsOf name: Path, _ bytes: [UInt8]) {
        guard let language = Language(shebangOf: bytes) ?? Language(extensionOf: name) else { return nil }
        self = language
    }

    /// The language that a `#!` line asks for; `env` and its options are looked through.
    package init?(shebangOf bytes: [UInt8]) {
        guard bytes.starts(with: "#!".utf8) else { return nil }
        let line = bytes.dropFirst(2).prefix(256).prefix {
            $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r")
        }
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let programs = words.lazy.map { Path(bytes: Array($0)).name }
            .filter { !$0.hasPrefix("-") && !$0.contains("=") && $0 != "env" }
        guard let program = programs.first else { return nil }
        self.init(interpreter: program)
    }

    private init?(extensionOf name: Path) {
        guard let dot = name.bytes.lastIndex(of: UInt8(ascii: ".")) else { return nil }
        switch String(decoding: name.bytes[(dot + 1)...], as: UTF8.self) {
        case "py", "pyw", "pyi", "pth": self = .python
        case "sh", "bash", "ksh", "zsh", "dash", "bashrc", "profile", "envrc": self = .shell
        case "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx": self = .javascript
        case "pl", "pm", "t": self = .perl
        case "rb": self = .ruby
        case "php", "lua", "r", "R", "fish", "ps1", "bat", "cmd", "awk": self = .other
        default: return nil
        }
    }

    /// What text without a name looks like, by counting words that begin its lines. Text that looks like nothing is
    /// `other`, which always earns a review.
    package init(looksOf bytes: [UInt8]) {
        var score = [Language: Int]()
        for line in bytes.prefix(1 << 16).split(whereSeparator: { $0 == UInt8(ascii: "\n") }).prefix(400) {
            let words = line.split(maxSplits: 1) { !Language.isWord($0) }
            guard let first = words.first else { continue }
            let starts = line.first.map(Language.isWord) ?? false
            guard let language = Language.opener(String(decoding: first, as: UTF8.self), atMargin: starts)
            else {
                continue
            }
            score[language, default: 0] += 1
        }
        // Ties go to the language named first, so that the same bytes always give the same answer.
        var best = (language: Language.other, count: 0)
        for language in [Language.python, .shell, .javascript] where score[language, default: 0] > best.count
        {
            best = (language, score[language, default: 0])
        }
        self = best.language
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
    }

    private static func opener(_ word: String, atMargin: Bool) -> Language? {
        switch word {
        case "import", "from", "def", "class", "elif", "print", "with", "try", "except", "raise", "lambda",
            "async",
            "exec", "eval", "assert", "nonlocal", "global", "yield", "pass":
            .python
        case "const", "let", "var", "function", "require", "module", "export", "throw", "await", "console",
            "process",
            "new":
            word == "export" && !atMargin ? nil : .javascript
        case "fi", "done", "esac", "then", "do", "echo", "printf", "cd", "ls", "rm", "cat", "grep", "sudo",
            "set",
            "source", "curl", "wget", "mkdir", "chmod", "chown", "cp", "mv", "find", "sed", "awk", "tar",
            "git",
            "sh", "bash", "eval-", "trap", "local", "unset", "alias", "kill", "dd", "tee", "head", "tail",
            "sort",
            "apt", "apt-get", "pip", "npm", "docker", "ssh", "scp", "nc", "env", "xargs", "test", "read",
            "shift":
            .shell
        default: nil
        }
    }
}
