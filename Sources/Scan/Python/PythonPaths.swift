// Paths, made by `os.path`, `pathlib` and `tempfile`.

extension PythonReader {
    /// A function that makes or changes a path; `nil` for all others.
    func makePath(_ call: Call) -> Value? {
        let argument = call.arguments.first ?? .unknown
        let labels = call.payload.subtracting(.naming)
        switch call.name {
        case "os.path.join": return .text(PythonFolding.join(call.arguments.map { $0.asText }), labels)
        case "os.path.expanduser", "os.path.abspath", "os.path.realpath", "os.path.normpath", "os.fspath",
            "os.path.expandvars":
            return .text(argument.asText, labels)
        case "os.path.dirname", "os.path.basename", "os.path.splitext": return .text(.unknown, labels)
        case "pathlib.Path", "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath":
            return .path(
                call.arguments.isEmpty ? "." : PythonFolding.join(call.arguments.map { $0.asText }), labels)
        case "pathlib.Path.home": return .path("~")
        case "pathlib.Path.cwd", "os.getcwd": return .path(".")
        case "tempfile.mkdtemp", "tempfile.gettempdir", "tempfile.mktemp", "tempfile.mkstemp":
            return .text(Text(Array("/tmp/".utf8) + [Text.hole]))
        case "site.getsitepackages", "site.getusersitepackages", "sysconfig.get_path",
            "distutils.sysconfig.get_python_lib":
            let place = Text([Text.hole] + Array("/site-packages".utf8))
            return call.name.hasSuffix("getsitepackages") ? .list([.text(place)]) : .text(place)
        default: return nil
        }
    }

    /// A method of a path object.
    mutating func path(
        _ name: String, _ object: Value, _ arguments: [Value], _ named: [(name: String, value: Value)],
        from first: Int
    ) -> Value {
        let path = object.asText
        switch name {
        case "joinpath": return .path(PythonFolding.join([path] + arguments.map { $0.asText }), object.labels)
        case "expanduser", "resolve", "absolute", "with_suffix", "as_posix", "rename_to", "readlink":
            return .path(path, object.labels)
        case "with_name":
            return .path(
                Text(path.bytes + Array("/../".utf8) + (arguments.first?.asText.bytes ?? [])), object.labels)
        case "iterdir": return .path(Text(path.bytes + [0x2F, Text.hole]), object.labels.union(.found))
        case "glob", "rglob":
            let pattern = arguments.first?.asText ?? .unknown
            analysis.judge(.list(Target(path)), at: range(from: first), "\(path.quoted()) is listed.")
            return .path(PythonFolding.join([path, pattern]), object.labels.union(.found))
        default:
            let callee = Value.name("pathlib.Path().\(name)", object.labels)
            return call(callee, arguments, named, receiver: object, from: first)
        }
    }
}

/// Built-in functions that turn constants into others.
enum PythonConversions {
    static func fold(_ call: Call, _ analysis: Analysis, at place: Range<Int>) -> Value? {
        let argument = call.arguments.first ?? .unknown
        let labels = call.payload.subtracting(.naming)
        switch call.name {
        case "builtins.chr", "builtins.unichr":
            guard let code = argument.integer, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init)
            else { return .text(.unknown, labels) }
            return .text(Text(String(scalar)), labels.union(.assembled))
        case "builtins.ord":
            guard let text = argument.text, text.bytes.count == 1, let byte = text.bytes.first else {
                return .unknown(labels)
            }
            return .integer(Int(byte), labels)
        case "builtins.int":
            guard let text = argument.text, !text.hasHoles else {
                return argument.integer == nil ? .unknown(labels) : argument
            }
            let base = call.argument(1, "base").integer ?? 10
            guard (2...36).contains(base) else { return .unknown(labels) }
            return Int(text.shown.filter { $0 != " " }, radix: base).map { .integer($0, labels) }
                ?? .unknown(labels)
        case "builtins.bytes", "builtins.bytearray", "builtins.memoryview":
            return bytes(argument, labels, analysis, at: place)
        case "builtins.reversed":
            if let text = argument.text {
                return .text(Text(text.bytes.reversed()), labels.union(.assembled))
            }
            return argument.elements.map { .list($0.reversed(), labels.union(.assembled)) }
                ?? .unknown(labels)
        case "builtins.range": return range(call, labels)
        default: return nil
        }
    }

    private static func bytes(_ argument: Value, _ labels: Labels, _ analysis: Analysis, at place: Range<Int>)
        -> Value
    {
        if let size = argument.integer {
            if size > 500_000_000 {
                analysis.report(.hugeAllocation, at: place, "\(size) bytes are asked for.")
            }
            return .unknown(labels)
        }
        if argument.text != nil { return argument }
        guard let values = argument.elements else { return .unknown(labels) }
        let numbers = values.compactMap { $0.integer }
        guard numbers.count == values.count, numbers.allSatisfy({ (0...255).contains($0) }) else {
            return .unknown(labels)
        }
        return .text(Text(numbers.map { UInt8($0) }), labels.union(.assembled))
    }

    private static func range(_ call: Call, _ labels: Labels) -> Value {
        let numbers = call.arguments.compactMap { $0.integer }
        guard numbers.count == call.arguments.count, (1...3).contains(numbers.count) else {
            return .unknown(labels)
        }
        let (start, end, step) = (
            numbers.count > 1 ? numbers[0] : 0, numbers.count > 1 ? numbers[1] : numbers[0],
            numbers.count > 2 ? numbers[2] : 1
        )
        let (distance, isFar) = end.subtractingReportingOverflow(start)
        guard step != 0, !isFar else { return .unknown(labels) }
        let (length, overflow) = distance.dividedReportingOverflow(by: step)
        guard !overflow, length <= 4_096 else {
            return .unknown(length >= PythonFolding.many ? labels.union(.many) : labels)
        }
        return .list(stride(from: start, to: end, by: step).map { .integer($0) })
    }
}
