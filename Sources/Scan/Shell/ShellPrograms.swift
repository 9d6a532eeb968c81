import Linux

// What programs do with their words.

extension ShellReader {
    /// A program that starts no other: judged as a command, and as the acts that are known of it. What it prints.
    mutating func perform(_ command: Command, _ words: [ShellWord], _ upstream: [String]) -> Value {
        guard let first = words.first else { return .text("") }
        if command.wrappers.isEmpty { report(first) }
        noteExit(command)
        // A program asked for its help or version does nothing else.
        if command.words.count == 1, command.has(anyWord: "--help", "--version") { return .text(.unknown) }
        let place = first.range.lowerBound..<(words.last?.range.upperBound ?? first.range.upperBound)
        analysis.judge(.command(command), at: place, "The command is `\(String(command.shown.prefix(80)))`.")
        if isDownloaded(first.text) {
            analysis.judge(.start(.text(first.text, .network)), at: place, "The program was downloaded here.")
        }
        if let output = interpreter(command, words, upstream, at: place) { return output }
        if let output = fileProgram(command, words, at: place) { return output }
        if let output = networkProgram(command, words, upstream, at: place) { return output }
        if let output = textProgram(command, words) { return output }
        return builtin(command, words, at: place)
    }

    /// Whether a command of this text has downloaded that file.
    func isDownloaded(_ file: Text) -> Bool {
        let path = Path(bytes: file.bytes).normalised
        return downloads.contains { Path(bytes: $0.bytes).normalised == path }
    }

    /// Marks the loops around a command that may end or wait there.
    private mutating func noteExit(_ command: Command) {
        switch command.name {
        case ":", "true", "false", "echo", "printf", "[", "[[", "test", "let", "((", "…": return
        default: for index in frames.indices { frames[index].hasExit = true }
        }
    }

    /// Builtins of the shell and programs that need no group of their own.
    private mutating func builtin(_ command: Command, _ words: [ShellWord], at place: Range<Int>) -> Value {
        switch command.name {
        case "export", "declare", "local", "readonly", "typeset":
            for word in words.dropFirst() {
                if let (name, value) = ShellReader.assignment(word) { assign(name, value, at: word.range) }
            }
            return .text("")
        case "unset", "cd", "set", "shift", ":", "true", "false", "test", "[", "[[", "return", "exit",
            "break", "continue", "umask", "pushd",
            "popd", "mkdir", "wait", "sleep", "shopt", "ulimit", "pwd":
            return .text(command.name == "pwd" ? "." : "")
        case "read", "mapfile", "readarray":
            for name in command.operands {
                variables[name.shown] = .text(.unknown, command.input.labels.union(.input))
            }
            return .text("")
        case "env", "printenv", "set -o":
            return .text(.unknown, command.operands.isEmpty ? .wholeEnvironment : .environment)
        case "whoami", "hostname", "id", "uname", "ifconfig", "ip", "logname", "groups", "users", "who", "w",
            "last":
            return .text(.unknown, [.host, .output])
        case "ps", "netstat", "ss", "lsof", "history", "dpkg", "lsblk", "df", "mount", "arp", "route",
            "dmidecode":
            return .text(.unknown, .output)
        case "yes": return .text(.unknown, .endless)
        case "trap":
            if let code = command.operands.first { nested(code, .shell, "in the trap", at: place) }
            return .text("")
        case "mysql", "psql", "sqlite3", "mariadb", "sqlcmd", "clickhouse-client":
            database(command, at: place)
        case "git", "docker": break
        default: break
        }
        return .text(.unknown, command.input.labels)
    }

    private func database(_ command: Command, at place: Range<Int>) {
        let statements =
            ["-e", "-c", "--execute", "--command", "-Q"].compactMap { command.value(of: $0) }
            + (command.name == "sqlite3" ? Array(command.operands.dropFirst()) : [])
            + [command.input.text].compactMap { $0 }
        for statement in statements {
            analysis.judge(.query(statement), at: place, "The statement is \(statement.quoted()).")
        }
    }

    /// Looks into code in a word.
    mutating func nested(_ code: Text, _ language: Language, _ note: String, at place: Range<Int>) {
        guard !code.isEmpty, !code.isUnknown else { return }
        guard language == .shell else { return analysis.analyze(code, as: language, at: place, note) }
        let (variables, functions) = (variables, functions)
        analysis.nested(at: place, note) {
            var inner = ShellReader(code.bytes, in: analysis)
            inner.variables = variables
            // Functions are ranges of this text's tokens; in another text their names stand for nothing.
            _ = functions
            _ = inner.runAll(input: .unknown)
        }
    }
}
