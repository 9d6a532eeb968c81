// What attributes, items and methods of values are.

extension PythonReader {
    /// `object.name`
    mutating func attribute(_ name: String, of object: Value, from first: Int, indirect: Bool = false)
        -> Value
    {
        let symbol = symbols.number(of: name)
        return attribute(symbol, of: object, from: first, indirect: indirect)
    }

    /// The same, of a name by its number.
    func attribute(_ symbol: Int32, of object: Value, from first: Int, indirect: Bool = false) -> Value {
        let traits = symbols.traits[Int(symbol)]
        let labels = object.labels.union(indirect ? .indirect : [])
        if object.known.isNothing, traits.isDisjoint(with: [.leadsOut, .looksIn]) {
            return members.value(symbol)?.labelled(labels) ?? .unknown(labels)
        }
        let name = symbols.names[Int(symbol)]
        if traits.contains(.leadsOut) {
            let place = range(from: first)
            analysis.report(.objectGraph, at: place, "`\(name)` leads out of the object.")
            if name.hasSuffix("builtins__") || name == "f_builtins" { return .name("builtins", .indirect) }
            return .name(name.mentions("globals") ? "?globals" : "?graph", .indirect)
        }
        if traits.contains(.looksIn) {
            let place = range(from: first)
            // A name in a literal is written out, and what is then done with frames and globals shows by itself.
            let isHidden = indirect && (name == "__subclasses__" || name == "__closure__")
            let walks =
                isHidden || climbs(place) || object.labels.contains(.indirect) || owner(of: object)
            analysis.report(
                walks ? .objectGraph : .objectInsides, at: place, "`\(name)` leads out of the object.")
            // From a frame any further step leads to whoever called it, and from globals to everything.
            let isGlobals = name == "f_globals" || name == "__globals__"
            return .name(
                isGlobals ? "?globals" : name.hasSuffix("_frame") && name != "tb_frame" ? "?frame" : "?graph",
                walks ? .indirect : [])
        }
        switch object.known {
        case .name(let owner):
            return attribute(name, ofName: owner, labels, isCarried: traits.contains(.carried))
        case .path(let path): return pathAttribute(name, path, labels)
        default: return .unknown(labels)
        }
    }

    /// Whether an expression goes up from an object to what all objects come from.
    private func climbs(_ place: Range<Int>) -> Bool {
        let text = Array(bytes[place].prefix(400))
        return ["__class__", "__base__", "__bases__", "__mro__", "mro("].contains {
            text.firstRange(of: $0) != nil
        }
    }

    /// Whether it is `object` itself, or `type` of something.
    private func owner(of object: Value) -> Bool {
        switch object.qualifiedName {
        case "builtins.object", "builtins.type", "?globals", "?frame": true
        case "?graph": object.labels.contains(.indirect)
        default: false
        }
    }

    private func attribute(_ name: String, ofName owner: String, _ labels: Labels, isCarried: Bool) -> Value {
        // A name may be as long as its source; those of libraries are short.
        guard owner.utf8.count + name.utf8.count < 160 else { return .unknown(labels) }
        if name == "__dict__" { return .name(owner, labels) }
        if isCarried, name != owner, name != "socket" || owner == "ssl" || owner == "asyncio",
            !owner.utf8.contains(UInt8(ascii: "(")), !owner.hasPrefix("builtins"), !owner.hasPrefix("?")
        {
            return .name(name == "_os" ? "os" : name == "_sys" ? "sys" : name, labels.union(.roundabout))
        }
        var qualified = owner
        qualified += "."
        qualified += name
        switch owner {
        case "asyncio", "Cryptodome": return .name(PythonModules.canonical(qualified), labels)
        case "os", "sys", "mmap", "stat", "signal": break
        default: return .name(qualified, labels)
        }
        switch qualified {
        case "os.environ", "os.environb": return .name(qualified, labels.union(.environment))
        case "sys.argv": return .unknown(labels.union(.input))
        case "sys.executable": return .text("python3", labels)
        case "os.sep": return .text("/", labels)
        case "mmap.PROT_EXEC": return .unknown(labels.union(.executable))
        case "stat.S_ISUID", "stat.S_ISGID": return .integer(0o4000, labels)
        case "signal.SIGKILL": return .integer(9)
        default: return .name(qualified, labels)
        }
    }

    private func pathAttribute(_ name: String, _ path: Text, _ labels: Labels) -> Value {
        switch name {
        case "parent", "parents": .path(Text(path.bytes + Array("/..".utf8)), labels)
        case "name", "stem", "suffix": .text(.unknown, labels)
        default: .unknown(labels)
        }
    }

    /// `object[key]`
    mutating func item(_ key: Value, of object: Value, from first: Int) -> Value {
        let labels = object.labels.union(key.labels)
        switch object.known {
        case .list(let values):
            guard let index = key.integer else { return .unknown(labels) }
            let place = index < 0 ? index &+ values.count : index
            return values.indices.contains(place) ? values[place].labelled(key.labels) : .unknown(labels)
        case .table(let entries):
            guard let wanted = key.text else { return .unknown(labels) }
            return entries.last { $0.key == wanted }?.value ?? .unknown(labels)
        case .text(let text):
            guard let index = key.integer, !text.hasHoles else { return .text(.unknown, labels) }
            let place = index < 0 ? index &+ text.bytes.count : index
            return text.bytes.indices.contains(place)
                ? .text(Text([text.bytes[place]]), labels.union(.assembled)) : .unknown(labels)
        case .name(let owner): return item(key, ofName: owner, labels, from: first)
        default: return .unknown(labels)
        }
    }

    private mutating func item(_ key: Value, ofName owner: String, _ labels: Labels, from first: Int) -> Value
    {
        if owner == "os.environ" || owner == "os.environb" {
            let variable = key.text?.shown ?? ""
            return variable == "HOME" || variable == "USERPROFILE"
                ? .text("~", .environment) : .text(.unknown, labels.union(.environment))
        }
        guard let name = key.text, !name.hasHoles else {
            return owner.hasSuffix("()") ? .name(owner, labels) : .unknown(labels)
        }
        switch owner {
        case "sys.modules": return .name(PythonModules.canonical(name.shown), .indirect)
        case "builtins.globals()", "builtins.locals()", "builtins.vars()", "?globals":
            if owner == "?globals", !labels.contains(.indirect), PythonModules.isPrize(name.shown) {
                analysis.report(
                    .objectGraph, at: range(from: first), "\(name.quoted()) is taken from another's globals.")
            }
            if name.shown == "__builtins__" { return .name("builtins", .indirect) }
            let value = lookup(name.shown)
            if !value.known.isNothing { return value.labelled(.indirect) }
            // What the globals of an unknown function hold is most likely what the wrapper of `os.popen` sees.
            return .name(
                name.shown == "system" || name.shown == "popen"
                    ? "os.\(name.shown)" : PythonModules.canonical(name.shown), .indirect)
        default:
            // The contents of what a call returned stay what they are; of a module they are its attributes.
            if owner.hasSuffix("()") { return .name(owner, labels) }
            return attribute(name.shown, of: .name(owner, labels), from: first, indirect: true)
        }
    }

    /// `object.name(…)`
    mutating func method(
        _ symbol: Int32, of object: Value, _ arguments: [Value], _ named: [(name: String, value: Value)],
        from first: Int
    ) -> Value {
        if object.known.isNothing {
            let callee = attribute(symbol, of: object, from: first)
            if case .name = callee.known {
                return call(callee, arguments, named, receiver: object, from: first)
            }
            return unknownMethod(symbol, object, callee, arguments, named, from: first)
        }
        let name = symbols.names[Int(symbol)]
        if name == "format", let text = object.text, case .text = object.known {
            if PythonFormat.reachesIn(text) {
                analysis.report(.formatLeak, at: range(from: first), "The format is \(text.quoted()).")
            }
            let labels = Call(name: "", arguments: arguments, named: named).payload.union(object.labels)
            return PythonFormat.format(text, arguments, named, labels)
        }
        switch object.known {
        case .text:
            if let value = PythonFormat.method(name, of: object, arguments) { return value }
            if name == "decode" { return decoded(object, arguments.first) }
        case .path: return path(name, object, arguments, named, from: first)
        case .table(let entries) where name == "get" || name == "pop":
            return item(arguments.first ?? .unknown, of: .table(entries, object.labels), from: first)
        case .function(let function) where name == "__call__": return inline(function, arguments, named)
        default: break
        }
        let callee = attribute(symbol, of: object, from: first)
        if case .name = callee.known { return call(callee, arguments, named, receiver: object, from: first) }
        return unknownMethod(symbol, object, callee, arguments, named, from: first)
    }

    /// A method of something unknown: what its name alone tells.
    private mutating func unknownMethod(
        _ symbol: Int32, _ object: Value, _ callee: Value, _ arguments: [Value],
        _ named: [(name: String, value: Value)], from first: Int
    ) -> Value {
        let traits = symbols.traits[Int(symbol)]
        if traits.contains(.queries),
            let statement = arguments.first?.text
        {
            analysis.judge(
                .query(statement), at: range(from: first), "The statement is \(statement.quoted()).")
        }
        if case .function(let function) = callee.known { return inline(function, arguments, named) }
        if object.known.isNothing, let function = method(symbol) {
            return inline(function, [object] + arguments, named)
        }
        let received: Labels = traits.contains(.receives) ? .network : []
        return handOver(arguments, named, to: object.labels.union(received), from: first)
    }

    /// `bytes.decode(encoding)`, where the encoding may be one that hides.
    private func decoded(_ object: Value, _ encoding: Value?) -> Value {
        guard let text = object.text, let name = encoding?.text?.shown.lowercased() else { return object }
        return decode(text, name, object.labels) ?? object
    }

    /// The encodings of Python's codecs that turn text into other text.
    func decode(_ text: Text, _ encoding: String, _ labels: Labels) -> Value? {
        let hidden = labels.union(.decoded)
        let decoder: ([UInt8]) -> [UInt8]? =
            switch encoding {
            case "base64", "base64_codec", "base-64": Decoding.base64
            case "hex", "hex_codec": Decoding.hexadecimal
            case "rot13", "rot_13", "rot-13": { Decoding.rot13($0) }
            case "zlib", "zip", "bz2", "bz2_codec", "zlib_codec", "uu", "utf-7", "utf7", "unicode_escape",
                "raw_unicode_escape", "punycode", "idna":
                { _ in nil }
            default: { $0 }
            }
        guard
            !["utf-8", "utf8", "ascii", "latin-1", "latin1", "utf-16", "utf-16-le", "cp1252"].contains(
                encoding)
        else { return nil }
        guard !text.hasHoles, let out = decoder(text.bytes) else { return .text(.unknown, hidden) }
        return .text(Text(out), hidden)
    }
}
