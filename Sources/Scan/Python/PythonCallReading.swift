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
        if call.name.hasPrefix("builtins."), let value = builtin(call, from: first) { return value }
        if call.name == "pip.main" || call.name.hasPrefix("pip._internal") {
            return installed(call, at: place)
        }
        if let value = library(call, from: first) { return value }
        guard let effect = PythonCalls.effect(of: call.name) else {
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
        var bound: [String: Value] = [:]
        let (scopes, imports) = (scopes.map(PythonReader.withoutFunctions), starImports)
        let before = analysis.facts.acts
        analysis.nested(at: place, "in the code that `\(name)` runs") {
            var inner = PythonReader(text.bytes, in: analysis)
            inner.scopes = scopes
            inner.starImports = imports
            if isExpression { result = inner.expressionList() }
            inner.run()
            bound = PythonReader.withoutFunctions(inner.scopes[inner.scopes.count - 1])
        }
        if analysis.facts.acts > before {
            analysis.report(
                .concealedAct, at: place, "The code that `\(name)` runs acts on its surroundings.")
        }
        for (name, value) in bound { bind(name, value) }
        if case .function = result.known { return .unknown(result.labels) }
        guard !result.known.isNothing else { return value }
        return result.labelled(result.qualifiedName == nil ? .assembled : .indirect)
    }

    /// Functions are numbers that mean nothing in another text.
    private static func withoutFunctions(_ scope: [String: Value]) -> [String: Value] {
        scope.filter { if case .function = $0.value.known { false } else { true } }
    }

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
        let method = call.name.split(separator: ".").last.map(String.init) ?? ""
        guard ["execute", "executescript", "executemany", "query"].contains(method),
            let statement = call.arguments.first?.text
        else { return }
        analysis.judge(.query(statement), at: place, "The statement is \(statement.quoted()).")
    }

    /// Arguments that go to something unknown. A function that runs code or commands may be called there.
    mutating func handOver(
        _ arguments: [Value], _ named: [(name: String, value: Value)], to labels: Labels, from first: Int
    ) -> Value {
        let call = Call(name: "", arguments: arguments, named: named)
        for value in arguments + named.map({ $0.value }) {
            guard let name = value.qualifiedName, PythonCalls.effect(of: name)?.runsCode == true else {
                continue
            }
            analysis.judge(
                .evaluate(value, .hook), at: range(from: first), "`\(name)` is handed over to be called.")
        }
        return .unknown(call.payload.union(labels).subtracting([.indirect, .roundabout, .endless]))
    }

    /// Reads a function of this source again, with what is known of its arguments; what it returns.
    mutating func inline(_ number: Int, _ arguments: [Value], _ named: [(name: String, value: Value)])
        -> Value
    {
        let labels = Call(name: "", arguments: arguments, named: named).payload
        guard functions.indices.contains(number), calls < PythonReader.maximumCalls,
            depth < PythonReader.maximumDepth,
            analysis.spend(functions[number].body.count)
        else { return .unknown(labels) }
        let function = functions[number]
        var scope: [String: Value] = [:]
        for parameter in function.parameters.reversed() { scope[parameter.name] = parameter.value }
        for (parameter, argument) in zip(function.parameters, arguments) { scope[parameter.name] = argument }
        for argument in named { scope[argument.name] = argument.value }
        let saved = (at, context)
        scopes.append(scope)
        calls += 1
        depth += 1
        defer {
            depth -= 1
            calls -= 1
            scopes.removeLast()
            (at, context) = saved
        }
        at = function.body.lowerBound
        if function.isLambda { return expression() }
        returns.append(.unknown)
        context.inClass = false
        statements(until: function.body.upperBound)
        return returns.popLast() ?? .unknown
    }
}
