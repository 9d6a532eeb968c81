// Built-in functions and library calls that make values or names, not acts.

extension PythonReader {
    /// A built-in function; `nil` when its effect is all there is to it.
    mutating func builtin(_ call: Call, from first: Int) -> Value? {
        let place = range(from: first)
        let argument = call.arguments.first ?? .unknown
        let labels = call.payload.subtracting(.naming)
        switch call.name {
        case "builtins.__import__": return imported(argument, call, at: place, indirect: .indirect)
        case "builtins.getattr": return got(call, from: first)
        case "builtins.setattr": return set(call, at: place)
        case "builtins.vars", "builtins.globals", "builtins.locals":
            if argument.qualifiedName != nil { return argument.labelled(.indirect) }
            return .name(call.name + "()", .indirect)
        case "builtins.breakpoint": return .unknown
        case "builtins.print", "builtins.repr", "builtins.str", "builtins.dict", "builtins.list",
            "builtins.format":
            return converted(call, argument, labels, at: place)
        case "builtins.map", "builtins.filter": return mapped(call, from: first)
        case "builtins.iter":
            guard call.arguments.count == 2 else { return argument }
            return argument.qualifiedName?.hasPrefix("builtins.") == true
                ? .unknown(.endless) : .unknown(labels)
        case "builtins.sum", "builtins.set", "builtins.sorted", "builtins.tuple", "builtins.max",
            "builtins.min", "builtins.frozenset":
            return gathered(argument, labels, at: place)
        case "builtins.pow":
            guard call.arguments.count == 2 else { return .unknown(labels) }
            let power = PythonFolding.power(argument, call.arguments[1])
            if power.labels.contains(.endless) { analysis.report(.hugePower, at: place) }
            return power.labels.contains(.endless) ? .unknown : power
        default: return PythonConversions.fold(call, analysis, at: place)
        }
    }

    /// The module that a name stands for.
    private func imported(_ name: Value, _ call: Call, at place: Range<Int>, indirect: Labels) -> Value {
        analysis.judge(.call(call), at: place, "`\(call.name)` is called.")
        guard let text = name.text, !text.hasHoles else { return .unknown(name.labels) }
        // `__import__('a.b')` gives `a`, but whoever writes it so means what follows either way.
        let hidden = indirect.union(
            name.labels.contains(.assembled) || name.labels.contains(.decoded) ? .indirect : [])
        return .name(PythonModules.canonical(text.shown), hidden)
    }

    /// `getattr(object, name)`
    private mutating func got(_ call: Call, from first: Int) -> Value {
        analysis.noteChoice()
        let object = call.argument(0)
        guard let name = call.argument(1).text, !name.hasHoles else {
            if let module = object.qualifiedName, PythonModules.isPowerful(module), !module.contains("(") {
                analysis.report(
                    .computedAttribute, at: range(from: first), "The attribute of `\(module)` is not known.")
            }
            return .unknown(call.payload)
        }
        return attribute(name.shown, of: object, from: first, indirect: true)
    }

    /// `setattr(object, name, value)`
    private mutating func set(_ call: Call, at place: Range<Int>) -> Value {
        if let name = call.argument(1).text { hook(name.shown, call.argument(2), at: place) }
        return .unknown
    }

    /// `map(function, items)` and `filter`, whose function is called with each item.
    private mutating func mapped(_ call: Call, from first: Int) -> Value {
        let (function, items) = (call.argument(0), call.argument(1))
        let one = element(of: items)
        switch function.known {
        case .function(let number):
            guard let all = PythonFolding.items(of: items), all.count <= 512 else {
                return .unknown(inline(number, [one], []).labels)
            }
            let values = all.map { inline(number, [$0], []) }
            return values.allSatisfy { $0.isConstant }
                ? .list(values, call.payload) : .unknown(values.reduce(call.payload) { $0.union($1.labels) })
        case .name(let name):
            if name == "builtins.chr" || name == "builtins.ord" || name == "builtins.str"
                || name == "builtins.int", let all = PythonFolding.items(of: items)
            {
                return .list(all.map { self.call(function, [$0], [], from: first) }, call.payload)
            }
            return .unknown(self.call(function, [one], [], from: first).labels.union(call.payload))
        default: return .unknown(call.payload)
        }
    }

    /// Functions that take everything from what they are given.
    private func gathered(_ argument: Value, _ labels: Labels, at place: Range<Int>) -> Value {
        if argument.labels.contains(.endless) {
            analysis.report(.endlessIteration, at: place, "What it takes from never ends.")
        }
        if argument.elements != nil { return argument }
        return .unknown(labels.subtracting(.endless))
    }

    private func converted(_ call: Call, _ argument: Value, _ labels: Labels, at place: Range<Int>) -> Value {
        let isEnvironment = call.arguments.contains {
            $0.qualifiedName == "os.environ" || $0.labels.contains(.wholeEnvironment)
        }
        if isEnvironment, call.name == "builtins.print" {
            analysis.report(.environmentDump, at: place, "The environment is printed.")
        }
        let whole: Labels = isEnvironment ? .wholeEnvironment : []
        switch call.name {
        case "builtins.list":
            return argument.elements == nil ? gathered(argument, labels, at: place).labelled(whole) : argument
        case "builtins.str", "builtins.repr", "builtins.format":
            return
                (argument.text != nil || argument.integer != nil
                ? Value.text(argument.asText, labels) : .unknown(labels)).labelled(whole)
        default: return .unknown(labels.union(whole))
        }
    }

    // MARK: Library

    /// Library functions that make names, paths or functions; `nil` for all others.
    mutating func library(_ call: Call, from first: Int) -> Value? {
        let place = range(from: first)
        let argument = call.arguments.first ?? .unknown
        switch call.name {
        case "importlib.import_module", "importlib.__import__",
            "importlib.machinery.BuiltinImporter.load_module", "pkgutil.resolve_name", "?graph.load_module":
            return imported(
                argument, call, at: place, indirect: call.name.hasSuffix("load_module") ? .indirect : [])
        case "importlib.reload", "importlib.util.module_from_spec": return argument
        case "sys.modules.get", "sys.modules.__getitem__":
            return item(argument, of: .name("sys.modules"), from: first)
        case "operator.attrgetter": return .name("operator.attrgetter()#" + argument.asText.shown, .indirect)
        case "operator.methodcaller":
            let names = call.arguments.dropFirst().indices.map { "_\($0)" }
            return remember(
                "operator.methodcaller()#" + argument.asText.shown, names, Array(call.arguments.dropFirst()))
        case "functools.partial":
            return self.call(argument, Array(call.arguments.dropFirst()), call.named, from: first).known
                .isNothing ? argument : argument
        case "json.dumps", "pprint.pformat", "copy.copy", "copy.deepcopy", "urllib.parse.urlencode",
            "json.dump", "pprint.pprint":
            let isEnvironment = call.arguments.contains { $0.qualifiedName == "os.environ" }
            return .unknown(call.payload.union(isEnvironment ? .wholeEnvironment : []).subtracting(.naming))
        case "codecs.decode", "codecs.encode":
            guard let text = argument.text, let encoding = call.argument(1, "encoding").text else {
                return nil
            }
            return decode(text, encoding.shown.lowercased(), argument.labels) ?? argument
        case "os.dup2":
            analysis.note { $0.descriptorsTied = true }
            return .unknown
        case "math.factorial":
            if (argument.integer ?? 0) > 1_000_000 {
                analysis.report(.hugePower, at: place, "The factorial has millions of digits.")
            }
            return .unknown
        case "itertools.repeat": return .unknown(call.arguments.count < 2 ? .endless : [])
        default:
            if call.name.hasPrefix("operator.attrgetter()#") {
                return attribute(String(call.name.dropFirst(22)), of: argument, from: first, indirect: true)
            }
            if call.name.hasPrefix("operator.methodcaller()#") {
                let arguments = remembered[call.name] ?? []
                return self.call(
                    attribute(String(call.name.dropFirst(24)), of: argument, from: first, indirect: true),
                    arguments, [], from: first)
            }
            return makePath(call)
        }
    }

    private mutating func remember(_ name: String, _ names: [String], _ arguments: [Value]) -> Value {
        remembered[name] = arguments
        return .name(name, .indirect)
    }
}
