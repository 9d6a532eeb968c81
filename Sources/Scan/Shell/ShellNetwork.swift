// Programs that talk to other machines.

extension ShellReader {
    /// What is printed; `nil` when the program is none of these.
    mutating func networkProgram(
        _ command: Command, _ words: [ShellWord], _ upstream: [String], at place: Range<Int>
    ) -> Value? {
        switch command.name {
        case "curl", "wget", "http", "https", "aria2c", "lwp-request", "GET", "POST":
            return transfer(command, words, at: place)
        case "nc", "ncat", "netcat", "socat", "telnet": return netcat(command, upstream, at: place)
        case "scp", "rsync", "rclone", "sftp": return remoteCopy(command, at: place)
        case "dig", "nslookup", "host", "ping", "getent", "drill": return lookup(command, words, at: place)
        case "mail", "mailx", "sendmail", "mutt", "msmtp":
            sendInput(command, to: command.operands.last ?? "", at: place)
        case "openssl" where command.has(word: "s_client"):
            let host = command.value(of: "-connect") ?? .unknown
            analysis.judge(.connect(host), at: place, "The host is \(host.quoted()).")
            sendInput(command, to: host, at: place)
        default: return nil
        }
        return .text(.unknown, .network)
    }

    /// Options of curl(1) and wget(1) that take the next word.
    private static let valued: [String] = [
        "-o", "-X", "-H", "-A", "-e", "-x", "-u", "-b", "-c", "-m", "-w", "-K", "-C", "-E", "-r", "-U", "-P",
        "-i", "-a", "-t", "-T", "-d", "-F", "-O",
        "--output", "--request", "--header", "--user-agent", "--referer", "--proxy", "--user", "--cookie",
        "--cookie-jar", "--max-time",
        "--write-out", "--config", "--cert", "--key", "--cacert", "--connect-timeout", "--retry",
        "--output-document", "--directory-prefix", "--unix-socket",
        "--data", "--data-binary", "--data-raw", "--data-urlencode", "--data-ascii", "--json", "--form",
        "--form-string", "--upload-file", "--resolve", "--url",
        "--post-data", "--post-file", "--body-data", "--body-file", "--limit-rate",
    ]

    private static let dataOptions: [String] = [
        "-d", "--data", "--data-binary", "--data-raw", "--data-urlencode", "--data-ascii", "--json", "-F",
        "--form", "--form-string", "-T", "--upload-file",
        "--post-data", "--post-file", "--body-data", "--body-file",
    ]

    /// What a command line of curl(1) or wget(1) asks for.
    private struct Transfer {
        var urls: [ShellWord] = []
        var payload: Labels = []
        var sends = false
        var file: Text?
        var namesFileByURL: Bool
    }

    private mutating func transfer(_ command: Command, _ words: [ShellWord], at place: Range<Int>) -> Value {
        var transfer = Transfer(namesFileByURL: command.name == "wget")
        var index = 1
        while index < words.count {
            index = option(command, words, index, &transfer, at: place)
        }
        for url in transfer.urls {
            let leaks = url.labels.intersection([.secret, .host, .output, .wholeEnvironment, .file])
            if transfer.sends || !leaks.isEmpty {
                analysis.judge(
                    .send(Act.Sending(destination: url.text, payload: transfer.payload.union(leaks))),
                    at: place,
                    "Data goes to \(url.text.quoted()).")
            }
            analysis.judge(.fetch(url.text), at: place, "The address is \(url.text.quoted()).")
            if transfer.file == nil, transfer.namesFileByURL { transfer.file = url.text.lastPart }
        }
        guard let file = transfer.file, !file.bytes.reads("-"), !file.bytes.reads("/dev/stdout") else {
            return .text(.unknown, .network)
        }
        downloads.append(file)
        write([file], .unknown(.network), at: place)
        return .text("")
    }

    /// Takes the word at `index` and what belongs to it; the index behind.
    private mutating func option(
        _ command: Command, _ words: [ShellWord], _ index: Int, _ transfer: inout Transfer,
        at place: Range<Int>
    ) -> Int {
        let word = words[index]
        let bytes = word.text.bytes
        guard bytes.first == UInt8(ascii: "-"), bytes.count > 1 else {
            // httpie's `name=value` and `name@file` are data.
            if transfer.urls.isEmpty || command.name == "wget" || command.name == "curl" {
                transfer.urls.append(word)
            } else {
                transfer.sends = true
            }
            return index + 1
        }
        var (name, value, next) = (String(decoding: bytes, as: UTF8.self), ShellWord?.none, index + 1)
        if name.hasPrefix("--") {
            if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
                name = String(decoding: bytes[..<equals], as: UTF8.self)
                value = ShellWord(text: Text(bytes[(equals + 1)...]), labels: word.labels, range: word.range)
            }
        } else if let letter = bytes.dropFirst().firstIndex(where: {
            "oOXHAexubcmwKCErUPdFTa".utf8.contains($0)
        }) {
            // A cluster ends with the first letter that takes a value: `-sSLo file`, `-qO-`.
            name = "-" + String(decoding: [bytes[letter]], as: UTF8.self)
            if letter + 1 < bytes.count {
                value = ShellWord(text: Text(bytes[(letter + 1)...]), labels: word.labels, range: word.range)
            }
        }
        let isRemoteName = command.name == "curl" && (name == "-O" || name == "--remote-name")
        if isRemoteName { transfer.namesFileByURL = true }
        if value == nil, !isRemoteName, ShellReader.valued.contains(name), next < words.count {
            value = words[next]
            next += 1
        }
        if let value { apply(name, value, command, &transfer, at: place) }
        return next
    }

    private mutating func apply(
        _ name: String, _ value: ShellWord, _ command: Command, _ transfer: inout Transfer,
        at place: Range<Int>
    ) {
        if name == "--url" { transfer.urls.append(value) }
        if name == "--unix-socket" {
            analysis.judge(.connect(value.text), at: place, "The socket is \(value.text.quoted()).")
        }
        if name == "--output" || name == "--output-document" || name == (command.name == "wget" ? "-O" : "-o")
        {
            transfer.file = value.text
        }
        if ["-H", "--header", "-u", "--user", "-A", "--user-agent", "-b", "--cookie"].contains(name),
            value.labels.contains(.secret)
        {
            transfer.payload.insert(.secret)
        }
        guard ShellReader.dataOptions.contains(name), !(command.name == "wget" && name.count == 2) else {
            return
        }
        transfer.sends = true
        transfer.payload.formUnion(value.labels.subtracting(.input))
        var file = value.text.bytes[...]
        let isUpload = name == "-T" || name == "--upload-file" || name.hasSuffix("-file")
        if !isUpload {
            guard let at = file.firstIndex(of: UInt8(ascii: "@")),
                at == file.startIndex || name == "-F" || name == "--form" || name == "--data-urlencode"
            else { return }
            file = file[(at + 1)...].prefix { $0 != UInt8(ascii: ";") }
        }
        if file.elementsEqual("-".utf8) || file.elementsEqual(".".utf8) {
            transfer.payload.formUnion(command.input.labels)
        } else {
            transfer.payload.formUnion(read(Target(Text(file)), at: place).labels)
        }
    }

    // MARK: Others

    private func netcat(_ command: Command, _ upstream: [String], at place: Range<Int>) -> Value {
        let listens = command.has("l") || command.words.contains { $0.mentions("listen:") }
        let ends =
            command.name == "socat" ? command.operands.filter { $0.bytes.contains(UInt8(ascii: ":")) } : []
        var host = ends.first ?? command.operands.first ?? .unknown
        if command.name != "socat", command.name != "telnet", command.has("u") { host = "udp://" + host }
        let runs =
            command.name != "telnet"
            && (command.has("ec") || command.has(anyWord: "--exec", "--sh-exec")
                || command.words.contains { $0.mentions(anyOf: ["exec:", "system:"]) })
        let shellFeeds = upstream.contains {
            ["sh", "bash", "zsh", "dash", "ksh", "/bin/sh", "/bin/bash"].contains($0)
        }
        if runs || shellFeeds {
            analysis.report(
                listens ? .bindShell : .reverseShell, at: place,
                "`\(command.name)` ties a program to a connection.")
        }
        if listens {
            analysis.judge(.listen(host), at: place, "`\(command.name)` listens.")
        } else if !command.has("z") {
            analysis.judge(.connect(host), at: place, "The host is \(host.quoted()).")
            sendInput(command, to: host, at: place)
        }
        return .text(.unknown, .network)
    }

    private func remoteCopy(_ command: Command, at place: Range<Int>) -> Value {
        guard let target = command.operands.last else { return .text("") }
        let isRemote = target.bytes.contains(UInt8(ascii: ":"))
        if !isRemote, command.words.contains(where: { $0.bytes.starts(with: "--delete".utf8) }) {
            let because = "What is not in the source is deleted from \(target.quoted())."
            analysis.judge(.delete(Target(target), tree: true), at: place, because)
        }
        var labels: Labels = []
        for source in command.operands.dropLast() where !source.bytes.contains(UInt8(ascii: ":")) {
            labels.formUnion(read(Target(source), at: place).labels)
        }
        if isRemote {
            // Sending files is what these are for; only what they send makes it more than a copy.
            let payload = labels.subtracting(.file)
            if !payload.isEmpty {
                analysis.judge(
                    .send(Act.Sending(destination: target, payload: payload)), at: place,
                    "Files go to \(target.quoted()).")
            }
        } else {
            write([target], .unknown(.network), at: place)
        }
        return .text("")
    }

    private func lookup(_ command: Command, _ words: [ShellWord], at place: Range<Int>) -> Value {
        for word in words.dropFirst()
        where !word.labels.isEmpty && word.text.hasHoles && word.text.bytes.contains(UInt8(ascii: ".")) {
            analysis.judge(
                .send(Act.Sending(destination: word.text, payload: word.labels, asName: true)), at: place,
                "The name that is looked up is \(word.text.quoted()).")
        }
        return .text(.unknown, .network)
    }
}

extension Text {
    /// What follows the last slash of a URL, without its query.
    fileprivate var lastPart: Text {
        let path = bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return Text(path.split(separator: 0x2F).last.map { Array($0) } ?? [])
    }
}
