/// What literals, operators and methods of text make of what is known.
enum JavaScriptFolding {
    static func string(_ literal: ArraySlice<UInt8>) -> [UInt8] {
        guard literal.count >= 2 else { return [] }
        let inner = literal.dropFirst().dropLast()
        return inner.contains(UInt8(ascii: "\\")) ? Escapes.decode(inner, .javascript) : Array(inner)
    }

    static func number(_ bytes: ArraySlice<UInt8>) -> Value {
        let digits = bytes.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "n") }
        let text = String(decoding: digits, as: UTF8.self).lowercased()
        for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where text.hasPrefix(prefix) {
            return Int(text.dropFirst(2), radix: radix).map { .integer($0) } ?? .unknown
        }
        return (Int(text) ?? Double(text).flatMap { Int(exactly: $0) }).map { .integer($0) } ?? .unknown
    }

    static func add(_ left: Value, _ right: Value) -> Value {
        let labels = left.labels.union(right.labels)
        if let a = left.integer, let b = right.integer {
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? .unknown(labels) : .integer(sum, labels)
        }
        guard left.text != nil || right.text != nil else { return .unknown(labels) }
        let (a, b) = (left.asText, right.asText)
        guard a.bytes.count + b.bytes.count <= PythonFolding.longest else { return .unknown(labels) }
        // Two literals that are added could have been written as one.
        let hides: Labels =
            left.isConstant && right.isConstant && left.text != nil && right.text != nil ? .assembled : []
        return .text(a + b, labels.union(hides))
    }

    static func combine(_ left: Value, _ sign: JavaScriptToken.Sign, _ right: Value) -> Value {
        let labels = left.labels.union(right.labels)
        guard let a = left.integer, let b = right.integer else { return .unknown(labels) }
        switch sign {
        case .minus:
            let (value, overflow) = a.subtractingReportingOverflow(b)
            return overflow ? .unknown : .integer(value, labels)
        case .star:
            let (value, overflow) = a.multipliedReportingOverflow(by: b)
            return overflow ? .unknown : .integer(value, labels)
        default: return .unknown(labels)
        }
    }

    static func item(_ key: Value, of object: Value) -> Value {
        let labels = object.labels.union(key.labels)
        switch object.known {
        case .list(let values):
            guard let index = key.integer, values.indices.contains(index) else { return .unknown(labels) }
            return values[index]
        case .table(let entries): return entries.last { $0.key == key.asText }?.value ?? .unknown(labels)
        case .text(let text):
            guard let index = key.integer, text.bytes.indices.contains(index) else { return .unknown(labels) }
            return .text(Text([text.bytes[index]]), labels.union(.assembled))
        case .name(let name) where name.hasSuffix("()"): return .name(name, labels)
        default: return .unknown(labels)
        }
    }

    /// A method of text or lists; `nil` when it is none of those here.
    static func method(_ name: String, of object: Value, _ arguments: [Value]) -> Value? {
        let labels = arguments.reduce(object.labels) { $0.union($1.labels) }
        let first = arguments.first
        if let values = object.elements {
            switch name {
            case "join": return join(values, first?.text ?? ",", labels)
            case "reverse": return .list(values.reversed(), labels.union(.assembled))
            case "concat": return .list(values + (first?.elements ?? []), labels)
            case "map" where first?.qualifiedName == "String.fromCharCode":
                return .unknown(labels.union(.assembled))
            default: return nil
            }
        }
        guard let text = object.text else { return nil }
        switch name {
        case "toString", "trim", "valueOf", "normalize", "toLowerCase", "toUpperCase": return object
        case "concat": return arguments.reduce(object) { add($0, $1) }
        case "split":
            guard let separator = first?.text else { return .unknown(labels) }
            if separator.isEmpty {
                return text.bytes.count <= 4_096
                    ? .list(text.bytes.map { .text(Text([$0])) }, labels) : .unknown(labels)
            }
            guard separator.bytes.count == 1 else { return .unknown(labels) }
            return .list(
                text.bytes.split(separator: separator.bytes[0], omittingEmptySubsequences: false).map {
                    .text(Text($0))
                }, labels)
        case "replace", "replaceAll":
            guard let from = first?.text, let to = arguments.dropFirst().first?.text, !from.isEmpty else {
                return .text(.unknown, labels)
            }
            return object.mapText { Text($0.replacing(from.bytes, with: to.bytes, once: name == "replace")) }
                .labelled(.assembled)
        case "slice", "substring", "substr", "charAt", "at": return slice(name, object, arguments, labels)
        case "repeat":
            guard let count = first?.integer, count >= 0,
                text.bytes.count.multipliedReportingOverflow(by: count).partialValue <= 100_000,
                count <= 100_000
            else { return .unknown(labels) }
            return .text(Text(repeatElement(text.bytes, count: count).joined()), labels)
        default: return nil
        }
    }

    private static func slice(_ name: String, _ object: Value, _ arguments: [Value], _ labels: Labels)
        -> Value
    {
        guard let text = object.text, let start = arguments.first?.integer else { return .unknown(labels) }
        let isOne = name == "charAt" || name == "at"
        let end = isOne ? .integer(start &+ 1) : arguments.dropFirst().first
        guard let end else { return PythonFolding.slice(.text(text, labels), [.integer(start), nil]) }
        guard let number = end.integer else { return .unknown(labels) }
        let (stop, overflow) = name == "substr" ? start.addingReportingOverflow(number) : (number, false)
        return overflow
            ? .unknown(labels) : PythonFolding.slice(.text(text, labels), [.integer(start), .integer(stop)])
    }

    private static func join(_ values: [Value], _ separator: Text, _ labels: Labels) -> Value {
        var out: [UInt8] = []
        for (index, value) in values.enumerated() {
            if index > 0 { out += separator.bytes }
            out += value.asText.bytes
            guard out.count <= PythonFolding.longest else { return .unknown(labels) }
        }
        let hides = separator.isEmpty && values.count > 1
        return .text(Text(out), hides ? labels.union(.assembled) : labels)
    }
}
