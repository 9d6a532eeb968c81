// What calls do.

extension PythonReader {
    /// `callee(…)`
    mutating func call(
        _ callee: Value, _ arguments: [Value], _ named: [(name: String, value: Value)],
        receiver: Value = .unknown, from first: Int
    ) -> Value {
        switch callee.known {
        case .function(let function): return inline(function, arguments, named)
        case .name(let name):
            var call = Call(name: name, arguments: arguments, named: named)
            call.indirect = callee.labels.contains(.indirect)
            call.roundabout = callee.labels.contains(.roundabout)
            call.context = hasPickled ? context.calls.union(.afterPickling) : context.calls
            hasPickled = hasPickled || name == "pickle.dump"
            return self.call(call, callee, receiver, from: first)
        default: return handOver(arguments, named, to: callee.labels, from: first)
        }
    }

    private mutating func call(_ call: Call, _ callee: Value, _ receiver: Value, from first: Int) -> Value {
        let place = range(from: first)
        let kind = PythonCalls.kind(of: call.name)
        if kind?.isPlain == true { return .unknown(call.payload.subtracting(.naming)) }
        if call.name.hasPrefix("builtins."), let value = builtin(call, from: first) { return value }
        if call.name == "pip.main" || call.name.hasPrefix("pip._internal") {
            return installed(call, at: place)
        }
        if kind?.isLibrary == true || call.name.hasPrefix("operator."), let value = library(call, from: first)
        {
            return value
        }
        guard let effect = kind?.effect else {
            judgeStatement(call, at: place)
            noteDrop(call)
            let labels = handOver(
                call.arguments, call.named, to: receiver.labels.union(callee.labels), from: first
            ).labels
            return .name(call.name + "()", labels)
        }
        sweep(effect, call, receiver, at: place)
        if case .opens = effect { noteOpening(call) }
        if call.name == "os.fork", context.calls.contains(.endlessLoop) {
            analysis.report(.forkBomb, at: place, "`os.fork` is called in a loop that nothing ends.")
        }
        if case .spawns = effect { tie(call, at: place) }
        if case .call = effect { _ = handOver(call.arguments, call.named, to: [], from: first) }
        let value = analysis.apply(effect, call, receiver: receiver, at: place)
        return evaluated(effect, call, value, at: place)
    }

    /// `open(name, 'wb')`: what is written next goes there.
    private mutating func noteOpening(_ call: Call) {
        guard let mode = call.argument(1, "mode").text,
            mode.bytes.contains(where: { "wax".utf8.contains($0) }),
            let file = call.arguments.first?.text, !file.isUnknown, file.bytes.count > 2
        else { return }
        lastWritten = file
    }

    /// A write of what came from the network: the file that was opened for it becomes one that is not to be run.
    private func noteDrop(_ call: Call) {
        guard let file = lastWritten, call.payload.contains(.network),
            call.name.hasSuffix("open().write") || call.name == "shutil.copyfileobj"
        else { return }
        analysis.note { if $0.dropped.count < 16 { $0.dropped.append(file) } }
    }

    /// pip called as a function takes the words that follow its name on a command line.
    private func installed(_ call: Call, at place: Range<Int>) -> Value {
        let words = [.text("pip")] + (call.arguments.first?.elements ?? call.arguments)
        let command = Call(name: call.name, arguments: [.list(words)], named: [])
        return analysis.apply(.spawns, command, at: place)
    }

    /// Code that is run is looked into; what `eval` gives is worked out where it can be.
    private mutating func evaluated(_ effect: Effect, _ call: Call, _ value: Value, at place: Range<Int>)
        -> Value
    {
        let code = call.arguments.first ?? call.named("stmt") ?? .unknown
        switch effect {
        case .expression, .statements:
            guard let text = code.text, !text.isUnknown else { return value }
            let isExpression: Bool = if case .expression = effect { true } else { false }
            return looked(into: text, isExpression: isExpression, call.name, value, at: place)
        default: return value
        }
    }

    /// Reads code that is given as text, with the names that are known here. What it binds is known here afterwards;
    /// the value of an expression is that of the call.
    private mutating func looked(
        into text: Text, isExpression: Bool, _ name: String, _ value: Value, at place: Range<Int>
    ) -> Value {
        var result = Value.unknown
        var bound: [(name: String, value: Value)] = []
        let outer = scopes.bound.filter { PythonReader.isShared($0.value) }
            .map { (name: symbols.names[Int($0.symbol)], value: $0.value) }
        let imports = starImports
        let before = analysis.facts.acts
        analysis.nested(at: place, "in the code that `\(name)` runs") {
            var inner = PythonReader(text.bytes, in: analysis)
            for (name, value) in outer { inner.scopes.bind(inner.symbols.number(of: name), value) }
            inner.scopes.enter()
            inner.starImports = imports
            if isExpression { result = inner.expressionList() }
            inner.run()
            for (symbol, value) in inner.scopes.boundHere where PythonReader.isShared(value) {
                bound.append((inner.symbols.names[Int(symbol)], value))
            }
        }
        if analysis.facts.acts > before {
            analysis.report(
                .concealedAct, at: place, "The code that `\(name)` runs acts on its surroundings.")
        }
        for (name, value) in bound { bind(symbols.number(of: name), value) }
        if case .function = result.known { return .unknown(result.labels) }
        guard !result.known.isNothing else { return value }
        return result.labelled(result.qualifiedName == nil ? .assembled : .indirect)
    }

    /// Functions are numbers that mean nothing in another text.
    private static func isShared(_ value: Value) -> Bool {
        if case .function = value.known { false } else { true }
    }

    private static let renaming = ["os.rename", "os.renames", "os.replace"]

    /// The same act for every file that a loop finds.
    private func sweep(_ effect: Effect, _ call: Call, _ receiver: Value, at place: Range<Int>) {
        guard let root = context.root, call.payload.union(receiver.labels).contains(.found) else {
            if let root = context.root, call.name.hasSuffix(".encrypt") {
                analysis.judge(.sweep(Target(root), .encrypt), at: place)
            }
            return
        }
        let because = "The files are found below \(root.quoted())."
        switch effect {
        case .deletes: analysis.judge(.sweep(Target(root.beforeWildcard), .delete), at: place, because)
        case .opens:
            let mode = call.argument(1, "mode").text ?? "r"
            if mode.bytes.contains(where: { "w+".utf8.contains($0) }) {
                analysis.judge(.sweep(Target(root.beforeWildcard), .overwrite), at: place, because)
            }
        case .copies where PythonReader.renaming.contains(call.name):
            // What `os.listdir` gives has no directory; the path that is made of it does.
            let known = call.arguments.first?.asText.bytes.prefix { $0 != Text.hole } ?? []
            let below = root.isUnknown ? Text(known) : root.beforeWildcard
            analysis.judge(.sweep(Target(below), .rename), at: place, because)
        case .writes: analysis.judge(.sweep(Target(root.beforeWildcard), .overwrite), at: place, because)
        case .encodes where call.name.hasSuffix(".encrypt"):
            analysis.judge(.sweep(Target(root), .encrypt), at: place, because)
        default: return
        }
    }

    /// A shell whose streams are those of a connection.
    private func tie(_ call: Call, at place: Range<Int>) {
        let streams = ["stdin", "stdout", "stderr"].compactMap { call.named($0)?.qualifiedName }
        if streams.contains(where: { $0.mentions("socket") || $0.mentions("fileno") }) {
            analysis.note { $0.shellTied = true }
        }
    }

    private func judgeStatement(_ call: Call, at place: Range<Int>) {
        guard let statement = call.arguments.first?.text else { return }
        let method = call.name.split(separator: ".").last ?? ""
        guard method.hasPrefix("execute") || method == "query" else { return }
        analysis.judge(.query(statement), at: place, "The statement is \(statement.quoted()).")
    }

    private func judgeHook(_ value: Value, from first: Int) {
        guard case .name(let name) = value.known, PythonCalls.effect(of: name)?.runsCode == true else {
            return
        }
        analysis.judge(
            .evaluate(value, .hook), at: range(from: first), "`\(name)` is handed over to be called.")
    }

    /// Arguments that go to something unknown. A function that runs code or commands may be called there.
    mutating func handOver(
        _ arguments: [Value], _ named: [(name: String, value: Value)], to labels: Labels, from first: Int
    ) -> Value {
        for value in arguments { judgeHook(value, from: first) }
        for argument in named { judgeHook(argument.value, from: first) }
        return .unknown(
            Call.payload(arguments, named).union(labels).subtracting([.indirect, .roundabout, .endless]))
    }
}
