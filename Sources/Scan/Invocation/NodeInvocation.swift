import Linux

extension ArgumentVector {
    /// The options of node(1). A long one may take its value behind `=`; `-e`, `-p` and `-pe` take code, and with
    /// `-r` and `--import` modules run first.
    mutating func node(_ name: String) -> Invocation {
        var code: Invocation.Code?
        var also: [Invocation.Code] = []
        var readsInput = false
        if name == "deno" || name == "bun", let word = option, ["run", "eval"].contains(word) {
            index += 1
            if word == "eval" {
                return Invocation(.javascript, next == nil ? .none : .argument(index, from: 0))
            }
        }
        while let argument = next, argument.first == UInt8(ascii: "-") {
            let word = option ?? ""
            let own = index
            index += 1
            if word == "--" { break }
            if word == "-" {
                readsInput = true
                break
            }
            let equals = word.hasPrefix("--") ? argument.firstIndex(of: UInt8(ascii: "=")) : nil
            let name = equals.map { String(decoding: argument[..<$0], as: UTF8.self) } ?? word
            switch name {
            case "-h", "--help", "-v", "--version", "--v8-options", "--completion-bash":
                return Invocation(.javascript, .none)
            case "-e", "--eval", "-p", "--print", "-pe", "-ep":
                if let equals {
                    code = .argument(own, from: equals + 1)
                } else if index < arguments.count {
                    code = .argument(index, from: 0)
                    index += 1
                }
            case "-r", "--require", "--import", "--loader", "--experimental-loader":
                let value = equals.map { Array(argument[($0 + 1)...]) } ?? next ?? []
                if let file = local(value) { also.append(.file(file, argument: equals == nil ? index : own)) }
                if equals == nil { index += 1 }
            case "-C", "--conditions", "--title", "--inspect-port", "--env-file", "--input-type",
                "--icu-data-dir", "--openssl-config",
                "--redirect-warnings", "--trace-event-categories", "--watch-path", "--test-name-pattern",
                "--test-reporter", "--diagnostic-dir",
                "--disable-warning", "--unhandled-rejections", "--dns-result-order", "--stack-trace-limit",
                "--secure-heap":
                if equals == nil { index += 1 }
            default: break
            }
        }
        if let code { return Invocation(.javascript, code, also: also) }
        guard !readsInput, let operand = next else {
            return Invocation(.javascript, .standardInput, also: also)
        }
        if option == "inspect" || option == "debug" { index += 1 }
        return Invocation(.javascript, .file(script(next ?? operand), argument: index), also: also)
    }

    /// A module that is named by where it lies; one named otherwise is a package that was installed.
    private func local(_ name: [UInt8]) -> Path? {
        guard name.first == UInt8(ascii: ".") || name.first == UInt8(ascii: "/") else { return nil }
        return script(name)
    }

    /// The file that node(1) runs for a name: itself, with an ending, or the index of the directory.
    private func script(_ name: [UInt8]) -> Path {
        let path = directory.appending(name)
        if exists(path) { return path }
        for ending in [".js", ".json", ".node", ".mjs", ".cjs"] {
            let longer = Path(bytes: path.bytes + ending.utf8)
            if exists(longer) { return longer }
        }
        let index = path.appending("index.js")
        return exists(index) ? index : path
    }
}
