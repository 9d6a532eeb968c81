// What calls do that start programs or run code, and what they do on the network.

extension Analysis {
    // MARK: Code and commands

    func run(_ effect: Effect, _ call: Call, _ result: Value, at range: Range<Int>) -> Value {
        let first = call.arguments.first ?? call.named("args") ?? call.named("command") ?? .unknown
        switch effect {
        case .shell: start(first, call, at: range)
        case .spawns: start(first, call, at: range)
        case .spawnsWords:
            // Beside the words there may be a mode, options and a function to call.
            let words = call.arguments.flatMap { $0.elements ?? [$0] }.filter { word in
                switch word.known {
                case .table, .function: false
                case .name(let name): !name.hasPrefix("os.P_")
                default: true
                }
            }
            start(.list(words), call, at: range)
        case .replaces:
            // `os.spawnl` begins with a mode, which is no text.
            let words = call.arguments.drop { $0.text == nil && call.arguments.count > 1 }
            let rest = words.dropFirst().flatMap { $0.elements ?? [$0] }.filter { $0.text != nil }
            start(.list([words.first ?? .unknown] + rest.dropFirst()), call, at: range)
        case .compiles: return Value.text(first.text ?? .unknown, result.labels)
        case .runsFile:
            judge(.evaluate(first, .file), at: range, "`\(call.name)` runs \(first.asText.quoted()).")
        default:
            let means: Act.Means = if case .expression = effect { .expression } else { .statements }
            judge(.evaluate(first, means), at: range, "`\(call.name)` runs \(first.asText.quoted()).")
        }
        return result.labelled(.output)
    }

    /// A program is started: what is known of its command goes to the shell's analyser.
    private func start(_ command: Value, _ call: Call, at range: Range<Int>) {
        var value = command
        if let words = command.elements {
            // Words that a list holds are no shell text: they are quoted, so that they stay words.
            let text = Array(words.map { Shell.quoted($0.asText) }.joined(separator: [0x20]))
            value = .text(Text(text), command.labels)
        }
        if let download = facts.download, value.text?.isRunOfFile ?? true {
            value = value.labelled(.network)
            report(.networkShell, at: download, "What came from the network is written to a file here.")
        }
        if let text = value.text,
            facts.dropped.contains(where: {
                ByteSearch($0.bytes).first(in: text.bytes, from: 0, to: text.bytes.count) != nil
            })
        {
            value = value.labelled(.network)
        }
        judge(.start(value), at: range, "`\(call.name)` starts \(value.asText.quoted()).")
        if !value.labels.isDisjoint(with: [.decoded, .assembled]) {
            judge(.evaluate(value, .shell), at: range, "The command is \(value.asText.quoted()).")
        }
        guard let text = value.text, !text.isUnknown else { return }
        if text.isInteractiveShell { note { $0.shellStart = $0.shellStart ?? range } }
        let leaks = value.labels.intersection([.host, .output, .wholeEnvironment, .secret])
        if !leaks.isEmpty, text.mentions(anyOf: ["curl ", "wget ", "nslookup ", "dig ", "invoke-webrequest"])
        {
            judge(
                .send(Act.Sending(destination: text, payload: leaks)), at: range,
                "The command carries what it was told here.")
        }
        analyze(text, as: .shell, at: range, "in the command of `\(call.name)`")
    }

    // MARK: Network

    /// Which argument says where a call goes to: the first, but for what is sent on a socket (socket(2)'s family of
    /// calls): `sendto` names the address last, the others have it from before.
    private static func placeOfDestination(in call: Call) -> Int? {
        guard call.name.mentions("ocket") || call.name.hasPrefix("socket.") else { return 0 }
        switch call.name.split(separator: ".").last {
        case "sendto": return call.arguments.count > 1 ? call.arguments.count - 1 : nil
        case "send", "sendall": return nil
        default: return 0
        }
    }

    func network(_ effect: Effect, _ call: Call, _ receiver: Value, _ result: Value, at range: Range<Int>)
        -> Value
    {
        let place = Self.placeOfDestination(in: call)
        let first =
            place.flatMap { $0 < call.arguments.count ? call.arguments[$0] : nil } ?? call.named("url")
            ?? .unknown
        let url = (first.elements?.first ?? first).text ?? receiver.text ?? .unknown
        let because = url.isUnknown ? "`\(call.name)` is called." : "`\(call.name)` goes to \(url.quoted())."
        switch effect {
        case .sends, .fetches, .fetchesToFile:
            // What only names the host in a local or unknown address is what a client sends anyway.
            let body = Call(
                name: "",
                arguments: call.arguments.enumerated().filter { $0.offset != place }.map { $0.element },
                named: call.named.filter { $0.name != "url" })
            let payload = body.payload.union(receiver.labels).union(
                first.labels.subtracting([.file, .environment]))
            let carries = payload.intersection([
                .secret, .wholeEnvironment, .environment, .host, .output, .file, .observed,
            ])
            let isSend: Bool = if case .sends = effect { true } else { false }
            if isSend || !carries.subtracting([.file, .environment]).isEmpty {
                judge(.send(Act.Sending(destination: url, payload: payload)), at: range, because)
            }
            judge(.fetch(url), at: range, because)
            if case .fetchesToFile = effect { note { $0.download = $0.download ?? range } }
            return result.labelled(.network)
        case .requests:
            // A request that is given data is made to send it.
            if let data = call.named("data") ?? call.named("json") ?? call.arguments.dropFirst().first {
                judge(.send(Act.Sending(destination: url, payload: data.labels)), at: range, because)
            }
            return Value.text(url, first.labels)
        case .connects: judge(.connect(url), at: range, because)
        case .listens: judge(.listen(url), at: range, because)
        case .receives: return .unknown(result.labels.union(.network))
        default:
            // Its own name a machine may look up; data travels in front of a domain that is written out.
            let domain = url.bytes.split(separator: Text.hole, omittingEmptySubsequences: false).last ?? []
            if url.hasHoles, domain.contains(UInt8(ascii: ".")) {
                judge(
                    .send(Act.Sending(destination: url, payload: call.payload, asName: true)), at: range,
                    because)
            }
            return .unknown(.network)
        }
        return result
    }
}

extension Text {
    /// `/bin/sh`, `bash -i` and the like, which do what they are then told.
    var isInteractiveShell: Bool {
        let words = bytes.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
        guard let program = words.first?.split(separator: "/").last.map(String.init)?.lowercased() else {
            return false
        }
        let isShell = [
            "sh", "bash", "zsh", "dash", "ksh", "cmd.exe", "cmd", "powershell", "powershell.exe", "'/bin/sh'",
        ].contains(program)
        return isShell && words.dropFirst().allSatisfy { $0.hasPrefix("-") && !$0.contains("c") }
    }

    /// Starts a file by its path, or an interpreter, or something that is not known.
    var isRunOfFile: Bool {
        guard let first = bytes.split(separator: 0x20).first else { return false }
        if first.contains(0x2F) || first.contains(Text.hole) || first.contains(0x5C) { return true }
        let name = String(decoding: first, as: UTF8.self)
        return [
            "python", "python3", "sh", "bash", "chmod", "start", "node", "perl", "cmd", "powershell",
            "pythonw",
        ].contains(name) || name.hasSuffix(".exe")
    }
}

/// Words for a shell.
enum Shell {
    /// A word in single quotes where it needs them, so that a shell reads it as it stands.
    static func quoted(_ text: Text) -> [UInt8] {
        let isPlain =
            !text.isEmpty
            && text.bytes.allSatisfy { byte in
                byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
                    || byte >= UInt8(ascii: "+") && byte <= UInt8(ascii: ":")
                    || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "@")
                    || byte == UInt8(ascii: "%") || byte >= 0x80
            }
        if isPlain { return text.bytes }
        return [0x27] + text.bytes.replacing([0x27], with: [0x27, 0x5C, 0x27, 0x27]) + [0x27]
    }
}
