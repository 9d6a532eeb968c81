// What members and calls do.

extension JavaScriptReader {
    /// `object.name`
    func member(_ title: String, of object: Value, at place: Range<Int>, indirect: Bool = false) -> Value {
        let labels = object.labels.union(indirect ? .indirect : [])
        if title == "constructor",
            object.qualifiedName?.hasSuffix("constructor") == true || isConstructorChain(place)
        {
            analysis.report(.objectGraph, at: place, "`constructor.constructor` makes functions of text.")
            return .name("Function", .indirect)
        }
        switch object.known {
        case .name(let owner):
            guard owner.utf8.count + title.utf8.count < 160 else { return .unknown(labels) }
            if ["globalThis", "window", "global", "self"].contains(owner) {
                return lookup(title).labelled(labels)
            }
            let qualified = JavaScriptCalls.canonical("\(owner).\(title)")
            if qualified == "process.env" { return .name(qualified, labels.union(.environment)) }
            if owner == "process.env" {
                return title == "HOME" || title == "USERPROFILE"
                    ? .text("~", .environment) : .text(.unknown, .environment)
            }
            if qualified == "process.argv" { return .unknown(labels.union(.input)) }
            if qualified == "process.mainModule" || qualified == "module" { return .name(qualified, labels) }
            return .name(qualified, labels)
        case .table(let entries): return entries.last { $0.key == Text(title) }?.value ?? .unknown(labels)
        case .nothing:
            return title == "constructor"
                ? .name("?.constructor", labels)
                : members[title].map { $0.labelled(labels) } ?? .unknown(labels)
        default: return title == "constructor" ? .name("?.constructor", labels) : .unknown(labels)
        }
    }

    private func isConstructorChain(_ place: Range<Int>) -> Bool {
        bytes[place].count < 400 && Array(bytes[place]).firstRange(of: "constructor.constructor") != nil
    }

    /// `object.name(…)`
    mutating func method(
        _ title: String, of object: Value, _ arguments: [Value], from first: Int, indirect: Bool = false
    ) -> Value {
        if title == "repeat", let text = object.text, let count = arguments.first?.integer,
            count > 500_000_000 / max(1, text.bytes.count)
        {
            analysis.report(
                .hugeAllocation, at: range(from: first), "The text would be \(count) times as long.")
        }
        if let value = JavaScriptFolding.method(title, of: object, arguments) { return value }
        if ["query", "execute", "exec", "run"].contains(title), object.known.isNothing,
            let statement = arguments.first?.text, !statement.isUnknown
        {
            analysis.judge(
                .query(statement), at: range(from: first), "The statement is \(statement.quoted()).")
        }
        if title == "call" || title == "apply" || title == "bind" {
            let rest =
                title == "apply" ? arguments.dropFirst().first?.elements ?? [] : Array(arguments.dropFirst())
            return call(object, rest, from: first)
        }
        return call(
            member(title, of: object, at: range(from: first), indirect: indirect), arguments, from: first,
            receiver: object)
    }

    /// `callee(…)`
    mutating func call(
        _ callee: Value, _ arguments: [Value], from first: Int, receiver: Value = .unknown,
        isNew: Bool = false
    ) -> Value {
        let place = range(from: first)
        let labels = arguments.reduce(callee.labels.union(receiver.labels)) { $0.union($1.labels) }
            .subtracting(.naming)
        guard let name = callee.qualifiedName else { return .unknown(labels) }
        var call = Call(name: name, arguments: arguments, named: JavaScriptReader.options(arguments))
        call.indirect = callee.labels.contains(.indirect)
        if at < endlessUntil { call.context.insert(.endlessLoop) }
        tie(name, arguments)
        if arguments.contains(where: { $0.qualifiedName == "process.env" }),
            name == "console.log" || name == "JSON.stringify" || name == "Object.entries"
        {
            if name != "JSON.stringify" {
                analysis.report(.environmentDump, at: place, "The environment is taken as a whole.")
            }
            return .unknown(labels.union([.environment, .wholeEnvironment]))
        }
        if let value = made(call, at: place) { return value }
        guard let effect = JavaScriptCalls.effect(of: name) else { return .name(name + "()", labels) }
        let value = apply(effect, call, receiver, at: place)
        switch effect {
        case .expression, .statements:
            if let code = code(call).text, !code.isUnknown {
                analysis.analyze(code, as: .javascript, at: place, "in the code that `\(name)` runs")
            }
        default: break
        }
        return value
    }

    /// The code of `Function` is its last argument; of all others the first.
    private func code(_ call: Call) -> Value {
        (call.name == "Function" ? call.arguments.last : call.arguments.first) ?? .unknown
    }

    private func apply(_ effect: Effect, _ call: Call, _ receiver: Value, at place: Range<Int>) -> Value {
        switch effect {
        case .expression, .statements:
            // A function handed to a timer is no text.
            if call.name.hasPrefix("set"), call.arguments.first?.text == nil { return .unknown }
            let wrapped = Call(
                name: call.name, arguments: [code(call)], named: call.named, indirect: call.indirect)
            return analysis.apply(effect, wrapped, at: place)
        case .fetches:
            let method = call.named("method")?.text?.shown.uppercased()
            let sends =
                method == "POST" || method == "PUT" || call.named("body") != nil || call.named("data") != nil
            return analysis.apply(sends ? .sends : .fetches, call, receiver: receiver, at: place)
        default: return analysis.apply(effect, call, receiver: receiver, at: place)
        }
    }

    /// The entries of an object that is handed over, as named arguments.
    private static func options(_ arguments: [Value]) -> [(name: String, value: Value)] {
        for argument in arguments.reversed() {
            if case .table(let entries) = argument.known { return entries.map { ($0.key.shown, $0.value) } }
        }
        return []
    }

    /// A shell whose streams are piped to or from a connection.
    private func tie(_ name: String, _ arguments: [Value]) {
        let others = arguments.compactMap { $0.qualifiedName }
        let isPipe = name.hasSuffix(".pipe")
        let involvesShell = (others + [name]).contains {
            $0.hasPrefix("child_process.spawn()") || $0.hasPrefix("child_process.exec()")
        }
        let involvesSocket = (others + [name]).contains { $0.hasPrefix("net.") || $0.hasPrefix("tls.") }
        if isPipe, involvesShell, involvesSocket { analysis.note { $0.shellTied = true } }
    }

    /// Calls that make modules, text or numbers, not acts; `nil` for all others.
    private func made(_ call: Call, at place: Range<Int>) -> Value? {
        let argument = call.arguments.first ?? .unknown
        switch call.name {
        case "require", "import", "module.require", "process.mainModule.require", "createRequire()":
            analysis.judge(.call(call), at: place, "`\(call.name)` is called.")
            guard let module = argument.text, !module.hasHoles else { return .unknown(argument.labels) }
            let hidden: Labels = argument.labels.isDisjoint(with: [.assembled, .decoded]) ? [] : .indirect
            return .name(JavaScriptCalls.module(module.bytes), hidden.union(call.indirect ? .indirect : []))
        case "String.fromCharCode", "String.fromCodePoint":
            let codes = call.arguments.compactMap { $0.integer }
            guard codes.count == call.arguments.count else { return .text(.unknown, .assembled) }
            return .text(Text(codes.map { UInt8(truncatingIfNeeded: $0) }), .assembled)
        case "Buffer.from":
            let encoding = call.arguments.dropFirst().first?.text?.shown.lowercased()
            let decoder: Effect? =
                encoding == "base64" || encoding == "base64url"
                ? .decodesBase64 : encoding == "hex" ? .decodesHexadecimal : nil
            guard let decoder else {
                return argument.elements.map { values in
                    .text(Text(values.map { UInt8(truncatingIfNeeded: $0.integer ?? 0xFF) }), .assembled)
                } ?? argument
            }
            return analysis.apply(decoder, call, at: place)
        case "Buffer.alloc", "Array", "Uint8Array", "ArrayBuffer", "Buffer.allocUnsafe":
            if let size = argument.integer, size > 500_000_000 {
                analysis.report(.hugeAllocation, at: place, "\(size) elements are asked for.")
            }
            return .unknown
        case "path.join", "path.resolve":
            return .text(PythonFolding.join(call.arguments.map { $0.asText }), call.payload)
        case "os.homedir": return .text("~")
        case "os.tmpdir": return .text("/tmp")
        case "String", "encodeURIComponent", "encodeURI", "JSON.stringify", "Object.assign", "Object.entries",
            "Promise.resolve":
            return argument.text != nil ? argument : .unknown(call.payload)
        default: return nil
        }
    }
}
