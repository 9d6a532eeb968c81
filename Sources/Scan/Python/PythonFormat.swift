/// Formatting of text: `%`, `format` and the methods that change it.
enum PythonFormat {
    /// `'%s%s' % (a, b)`
    static func percent(_ format: Text, _ values: [Value], _ labels: Labels) -> Value {
        var out: [UInt8] = []
        var values = values[...]
        var index = 0
        let bytes = format.bytes
        var used = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "%"), index < bytes.count else {
                out.append(byte)
                continue
            }
            if bytes[index] == UInt8(ascii: "(") {
                while index < bytes.count, bytes[index] != UInt8(ascii: ")") { index += 1 }
                index += 1
            }
            while index < bytes.count, "0123456789.+-# *lh".utf8.contains(bytes[index]) { index += 1 }
            guard index < bytes.count else { break }
            let conversion = bytes[index]
            index += 1
            if conversion == UInt8(ascii: "%") {
                out.append(conversion)
            } else {
                let value = values.popFirst() ?? .unknown
                if conversion == UInt8(ascii: "c"), let code = value.integer,
                    let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init)
                {
                    out += String(scalar).utf8
                } else {
                    out += value.asText.bytes
                }
                used += 1
            }
            guard out.count <= PythonFolding.longest else { return .unknown(labels) }
        }
        // One value in one place is everyday formatting; text made of several constants only hides it.
        return .text(Text(out), labels)
    }

    /// `'{0}{name}'.format(a, name=b)`
    static func format(
        _ format: Text, _ values: [Value], _ named: [(name: String, value: Value)], _ labels: Labels
    ) -> Value {
        var out: [UInt8] = []
        var (index, next) = (0, 0)
        let bytes = format.bytes
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}"), index < bytes.count,
                bytes[index] == byte
            {
                out.append(byte)
                index += 1
            } else if byte == UInt8(ascii: "{") {
                var end = index
                var open = 0
                while end < bytes.count, bytes[end] != UInt8(ascii: "}") || open > 0 {
                    if bytes[end] == UInt8(ascii: "{") { open += 1 }
                    if bytes[end] == UInt8(ascii: "}") { open -= 1 }
                    end += 1
                }
                out += field(bytes[index..<end], values, named, &next).asText.bytes
                index = min(end + 1, bytes.count)
            } else {
                out.append(byte)
            }
            guard out.count <= PythonFolding.longest else { return .unknown(labels) }
        }
        return .text(Text(out), labels)
    }

    private static func field(
        _ field: ArraySlice<UInt8>, _ values: [Value], _ named: [(name: String, value: Value)],
        _ next: inout Int
    ) -> Value {
        let title = String(
            decoding: field.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "!") }, as: UTF8.self)
        if title.isEmpty {
            defer { next += 1 }
            return next < values.count ? values[next] : .unknown
        }
        if let number = Int(title) { return number >= 0 && number < values.count ? values[number] : .unknown }
        return named.first { $0.name == title }?.value ?? .unknown
    }

    /// Whether a format text reaches into the objects it is given: `{0.environ}`, `{x.__class__}`.
    static func reachesIn(_ format: Text) -> Bool {
        for piece in format.bytes.split(separator: UInt8(ascii: "{")).dropFirst(
            format.bytes.first == UInt8(ascii: "{") ? 0 : 1)
        {
            let written = piece.prefix { byte in "}:!".utf8.allSatisfy { $0 != byte } }
            // The name of an object's class is in every second `__repr__`.
            var field = String(decoding: written, as: UTF8.self)
            for harmless in [".__name__", ".__qualname__", ".__doc__", ".__module__", ".__class__"]
            where field.hasSuffix(harmless) { field.removeLast(harmless.utf8.count) }
            if field.mentions(".__") || field.mentions("[__") || field.hasSuffix(".environ")
                || field.mentions(".environ[")
            {
                return true
            }
        }
        return false
    }

    /// A method of text, worked out when the text and its arguments are known. `nil` when it is none of those here.
    static func method(_ name: String, of receiver: Value, _ arguments: [Value]) -> Value? {
        guard let text = receiver.text else { return nil }
        let labels = arguments.reduce(receiver.labels) { $0.union($1.labels) }
        let first = arguments.first
        switch name {
        case "strip", "rstrip", "lstrip":
            guard first == nil else { return .text(text, labels) }
            return receiver.mapText { Text($0.trimmed(left: name != "rstrip", right: name != "lstrip")) }
        case "lower", "casefold":
            return receiver.mapText { Text($0.map { ShellReader.cased($0, upper: false) }) }
        case "upper": return receiver.mapText { Text($0.map { ShellReader.cased($0, upper: true) }) }
        case "swapcase":
            return receiver.mapText { Text($0.map { ShellReader.cased($0, upper: $0 >= UInt8(ascii: "a")) }) }
                .labelled(.assembled)
        case "title", "capitalize", "encode", "__str__", "expandtabs": return .text(text, labels)
        case "replace":
            guard let from = first?.text, let to = arguments.dropFirst().first?.text, !from.isEmpty else {
                return .unknown(labels)
            }
            return receiver.mapText { Text($0.replacing(from.bytes, with: to.bytes)) }.labelled(labels)
        case "join": return join(text, first ?? .unknown, labels)
        case "split", "rsplit": return split(text, first, labels)
        case "splitlines": return .list(text.bytes.split(separator: 0x0A).map { .text(Text($0)) }, labels)
        case "hex": return .text(.unknown, labels)
        case "removeprefix", "removesuffix", "zfill", "center", "ljust", "rjust": return .text(text, labels)
        case "translate": return .text(.unknown, labels.union(.assembled))
        case "format_map": return .text(.unknown, labels)
        case "startswith", "endswith", "isdigit", "find", "index", "count", "isalpha": return .unknown(labels)
        default: return nil
        }
    }

    private static func join(_ separator: Text, _ value: Value, _ labels: Labels) -> Value {
        guard let items = PythonFolding.items(of: value) else { return .text(.unknown, labels) }
        var out: [UInt8] = []
        for (index, item) in items.enumerated() {
            if index > 0 { out += separator.bytes }
            out += item.asText.bytes
            guard out.count <= PythonFolding.longest else { return .unknown(labels) }
        }
        // Words put together from single letters hide what they say.
        let hides =
            separator.isEmpty && items.count > 1 && items.allSatisfy { ($0.text?.bytes.count ?? 0) == 1 }
        return .text(Text(out), hides ? labels.union(.assembled) : labels)
    }

    private static func split(_ text: Text, _ separator: Value?, _ labels: Labels) -> Value {
        guard let separator else {
            return .list(
                text.bytes.split { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 }.map { .text(Text($0)) }, labels)
        }
        guard let mark = separator.text, mark.bytes.count == 1, let byte = mark.bytes.first else {
            return .unknown(labels)
        }
        return .list(
            text.bytes.split(separator: byte, omittingEmptySubsequences: false).map { .text(Text($0)) },
            labels)
    }
}

extension [UInt8] {
    fileprivate func trimmed(left: Bool, right: Bool) -> ArraySlice<UInt8> {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte >= 0x09 && byte <= 0x0D }
        var rest = self[...]
        if left { rest = rest.drop(while: isSpace) }
        while right, let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }
}
