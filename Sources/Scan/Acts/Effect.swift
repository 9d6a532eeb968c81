/// What a function of a library does with its arguments, in one vocabulary for all languages: the table of a language
/// says which function does what, and `Analysis.apply` turns a call into acts and a value.
enum Effect: Sendable {
    // Files. The path is the object the method belongs to when that is one, else the first argument.
    case deletes(tree: Bool)
    case writes
    case copies
    /// Reads or writes, as the mode in the second argument says.
    case opens
    case reads
    case lists
    /// Gives the names of files below a directory.
    case walks
    case permits

    // Processes and code.
    /// Hands its first argument to a shell.
    case shell
    /// Starts a program: a list of words, or text.
    case spawns
    /// Starts the program that one argument names, with the words of the others, of which the first is only what
    /// the program is told it is called.
    case replaces
    /// Starts a program whose words are the arguments.
    case spawnsWords
    case expression
    case statements
    /// Makes code of text without running it yet.
    case compiles
    case runsFile

    // Network. The address is the first argument.
    case sends
    /// Asks for data; what the call carries is sent.
    case fetches
    case fetchesToFile
    /// A request that is made and not yet sent.
    case requests
    case connects
    case listens
    case receives
    case looksUp

    // Data.
    case decodesBase64, decodesBase32, decodesHexadecimal, decodesBase85, decodesAscii85, decodesPercent
    /// Decoding that is not worked out here: only that it is done.
    case decodes
    case encodes
    case readsEnvironment, readsWholeEnvironment
    case namesHost
    case takesInput
    case observes
    case queries
    case endless
    /// Only the rules that wait for its name have to do with it.
    case call

    /// Whether reaching it by a hidden way is a finding of its own.
    var isPowerful: Bool {
        switch self {
        case .deletes, .shell, .spawns, .replaces, .spawnsWords, .expression, .statements, .runsFile: true
        default: false
        }
    }

    /// Whether handing it over as a function to be called runs code or commands.
    var runsCode: Bool {
        switch self {
        case .shell, .spawns, .replaces, .spawnsWords, .expression, .statements: true
        default: false
        }
    }
}

extension Analysis {
    /// Judges a call by its effect; what it returns.
    func apply(_ effect: Effect, _ call: Call, receiver: Value = .unknown, at range: Range<Int>) -> Value {
        judge(.call(call), at: range, "`\(call.name)` is called.")
        if call.indirect, effect.isPowerful {
            report(.indirectCall, at: range, "`\(call.name)` is reached without its name being written.")
        }
        if call.roundabout, effect.isPowerful {
            report(.roundaboutCall, at: range, "`\(call.name)` is reached by another name than its own.")
        }
        var flowing = call.payload.union(receiver.labels).subtracting(.naming)
        if case .encodes = effect {} else { flowing.remove(.endless) }
        let result = Value.name(call.name + "()", flowing)
        switch effect {
        case .deletes, .writes, .copies, .opens, .reads, .lists, .walks, .permits:
            return file(effect, call, receiver, result, at: range)
        case .shell, .spawns, .replaces, .spawnsWords, .expression, .statements, .compiles, .runsFile:
            return run(effect, call, result, at: range)
        case .sends, .fetches, .fetchesToFile, .requests, .connects, .listens, .receives, .looksUp:
            return network(effect, call, receiver, result, at: range)
        default: return data(effect, call, result, at: range)
        }
    }

    // MARK: Files

    private func file(
        _ effect: Effect, _ call: Call, _ receiver: Value, _ result: Value, at range: Range<Int>
    ) -> Value {
        let isMethod: Bool = if case .path = receiver.known { true } else { false }
        let path =
            isMethod ? receiver : call.arguments.first ?? call.named("path") ?? call.named("file") ?? .unknown
        let rest = isMethod ? call.arguments : Array(call.arguments.dropFirst())
        let target = Target(path.asText)
        let because = "`\(call.name)` is called with \(target.text.quoted())."
        switch effect {
        case .deletes(let tree):
            judge(.delete(target, tree: tree || call.named("recursive")?.integer == 1), at: range, because)
            return .unknown
        case .writes:
            judge(.write(target, .unknown(rest.reduce([]) { $0.union($1.labels) })), at: range, because)
            return result
        case .copies:
            let content = read(target, at: range, because)
            let goal = Target((rest.first ?? call.named("dst") ?? .unknown).asText)
            judge(.write(goal, .unknown(content)), at: range, "`\(call.name)` writes \(goal.text.quoted()).")
            return .unknown(content)
        case .opens:
            let mode = (rest.first ?? call.named("mode"))?.text ?? "r"
            let writes = mode.bytes.contains { "wax+".utf8.contains($0) }
            if writes { judge(.write(target, .unknown), at: range, because) }
            let reads = !writes || mode.bytes.contains(UInt8(ascii: "+"))
            return result.labelled(reads ? read(target, at: range, because) : [])
        case .reads: return result.labelled(read(target, at: range, because).union(path.labels))
        case .lists, .walks:
            judge(.list(Target(target.text.beforeWildcard)), at: range, because)
            let labels = path.labels.union(.found)
            if case .lists = effect { return .list([.text(.unknown, labels)], labels) }
            return .text(target.text, labels)
        default:
            if let mode = rest.first?.integer ?? call.named("mode")?.integer {
                judge(.permit(target, Permission(mode: mode)), at: range, because)
            } else if rest.first?.labels.contains(.assembled) == true {
                judge(.permit(target, .setID), at: range, because)
            }
            return .unknown
        }
    }

    private func read(_ target: Target, at range: Range<Int>, _ because: String) -> Labels {
        judge(.read(target), at: range, because)
        if target.isA(.endless) { return .endless }
        return target.isA([.secret, .browser, .accounts, .memory]) ? [.file, .secret] : .file
    }

    // MARK: Data

    private func data(_ effect: Effect, _ call: Call, _ result: Value, at range: Range<Int>) -> Value {
        let first = call.arguments.first ?? .unknown
        switch effect {
        case .decodesBase64: return decode(first, Decoding.base64)
        case .decodesBase32: return decode(first, Decoding.base32)
        case .decodesHexadecimal: return decode(first, Decoding.hexadecimal)
        case .decodesBase85: return decode(first, Decoding.base85)
        case .decodesAscii85: return decode(first, Decoding.ascii85)
        case .decodesPercent: return first.mapText { Text(Decoding.percent($0)) }
        case .decodes: return .unknown(result.labels.union(.decoded))
        case .readsEnvironment:
            let name = first.text?.shown ?? ""
            if name == "HOME" || name == "USERPROFILE" { return .text("~", .environment) }
            return .text(.unknown, .environment)
        case .readsWholeEnvironment: return result.labelled([.environment, .wholeEnvironment])
        case .namesHost: return .text(.unknown, .host)
        case .takesInput: return .unknown(.input)
        case .observes: return .unknown(.observed)
        case .endless: return .unknown(.endless)
        case .queries:
            if let statement = first.text {
                judge(.query(statement), at: range, "The statement is \(statement.quoted()).")
            }
            return result
        default: return result
        }
    }

    private func decode(_ value: Value, _ decoder: ([UInt8]) -> [UInt8]?) -> Value {
        let labels = value.labels.union(.decoded)
        guard let text = value.text, !text.hasHoles, spend(text.bytes.count / 16),
            let out = decoder(text.bytes)
        else {
            return .unknown(labels)
        }
        return .text(Text(out), labels)
    }
}

extension Text {
    /// The directory in which a pattern with wildcards begins to look.
    var beforeWildcard: Text {
        guard
            let wildcard = bytes.firstIndex(where: {
                $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[")
            })
        else { return self }
        return Text(bytes[..<wildcard])
    }
}
