// What `$name` and `${name…}` stand for.

extension ShellReader {
    /// The value of a parameter by its name. One that this source never sets is unknown, but for those that mean the
    /// same everywhere.
    func parameter(_ name: some Collection<UInt8>) -> Value {
        let name = String(decoding: name, as: UTF8.self)
        if let value = variables[name] { return value }
        switch name {
        case "HOME": return .text("~")
        case "PWD": return .text(".")
        case "IFS": return .text(" \t\n")
        case "TMPDIR", "TMP", "TEMP": return .text("/tmp")
        case "SHELL", "BASH": return .text("/bin/bash")
        case "HOSTNAME", "HOST": return .text(.unknown, .host)
        case "USER", "LOGNAME": return .text(.unknown, .host)
        case "@", "*":
            guard let positional else { return .text(.unknown, .input) }
            return positional.dropFirst().reduce(.text("")) { joined, value in
                let space: [UInt8] = joined.asText.isEmpty ? [] : [0x20]
                return .text(
                    Text(joined.asText.bytes + space + value.asText.bytes), joined.labels.union(value.labels))
            }
        default: break
        }
        // An indirect name may be any text, `-1` too, which is no parameter.
        if let number = Int(name), number >= 0 {
            guard let positional else { return .text(.unknown, number == 0 ? [] : .input) }
            return number < positional.count ? positional[number] : .text("")
        }
        return .text(.unknown)
    }

    /// `${…}`, whose opening token holds the flag and the name and whose operator and word follow it.
    mutating func expansion(_ open: Int, quoted: Bool) -> Value {
        let close = Int(tokens[open].partner)
        var name = bytes[tokens[open].range].dropFirst(2)
        let flag = name.first
        let isFlagged = name.count > 1 && (flag == UInt8(ascii: "!") || flag == UInt8(ascii: "#"))
        if isFlagged { name = name.dropFirst() }
        var value = parameter(name)
        if isFlagged, flag == UInt8(ascii: "#") { return .text(Text(String(value.asText.bytes.count))) }
        if isFlagged { value = value.text.map { $0.hasHoles ? .unknown : parameter($0.bytes) } ?? .unknown }
        guard close > open + 1 else { return value }
        guard depth < ShellReader.maximumDepth else {
            putOff((open + 1)..<close)
            return .unknown(value.labels)
        }
        depth += 1
        defer { depth -= 1 }
        let rest = assemble((open + 1)..<close, quoted: true)
        return apply(rest.bytes, to: value, isSet: isSet(name)).labelled(rest.labels)
    }

    private func isSet(_ name: some Collection<UInt8>) -> Bool {
        variables[String(decoding: name, as: UTF8.self)] != nil
    }

    /// An operator of parameter expansion (bash(1), "Parameter Expansion"), where it can be worked out.
    private func apply(_ operation: [UInt8], to value: Value, isSet: Bool) -> Value {
        guard let first = operation.first else { return value }
        let word = Array(operation.dropFirst())
        switch first {
        case UInt8(ascii: ":"):
            switch word.first {
            case UInt8(ascii: "-"), UInt8(ascii: "="): return isSet ? value : .text(Text(word.dropFirst()))
            case UInt8(ascii: "+"): return isSet ? .text(Text(word.dropFirst())) : .text(.unknown)
            case UInt8(ascii: "?"): return value
            default: return slice(value, word)
            }
        case UInt8(ascii: "-"), UInt8(ascii: "="): return isSet ? value : .text(Text(word))
        case UInt8(ascii: "+"): return isSet ? .text(Text(word)) : .text(.unknown)
        case UInt8(ascii: "?"): return value
        case UInt8(ascii: "/"): return replace(value, word)
        case UInt8(ascii: "^"), UInt8(ascii: ","):
            let all = word.first == first
            return value.mapText { bytes in
                Text(
                    bytes.enumerated().map {
                        all || $0.offset == 0
                            ? ShellReader.cased($0.element, upper: first == UInt8(ascii: "^")) : $0.element
                    })
            }
        case UInt8(ascii: "#"), UInt8(ascii: "%"): return trim(value, first, word)
        case UInt8(ascii: "@"): return value
        default: return .text(.unknown, value.labels)
        }
    }

    static func cased(_ byte: UInt8, upper: Bool) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z") where upper: byte - 0x20
        case UInt8(ascii: "A")...UInt8(ascii: "Z") where !upper: byte + 0x20
        default: byte
        }
    }

    /// `${name:offset:length}`
    private func slice(_ value: Value, _ word: [UInt8]) -> Value {
        let numbers = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            .map { Int(String(decoding: $0, as: UTF8.self).filter { $0 != " " && $0 != "(" && $0 != ")" }) }
        guard let text = value.text, !text.hasHoles, let offset = numbers.first ?? nil else {
            return .text(.unknown, value.labels)
        }
        let count = text.bytes.count
        let start = offset < 0 ? max(0, count &+ offset) : min(offset, count)
        var end = count
        if numbers.count > 1 {
            guard let length = numbers[1] else { return .text(.unknown, value.labels) }
            end = length < 0 ? max(start, count &+ length) : min(count, start + min(length, count))
        }
        return .text(Text(text.bytes[start..<end]), value.labels)
    }

    /// `${name/from/to}` and `${name//from/to}` with a pattern that is plain text.
    private func replace(_ value: Value, _ word: [UInt8]) -> Value {
        var word = word[...]
        let all = word.first == UInt8(ascii: "/")
        if all { word = word.dropFirst() }
        let parts = word.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let from = parts.first, !from.isEmpty, !ShellReader.hasWildcard(from) else {
            return .text(.unknown, value.labels)
        }
        let to = parts.count > 1 ? Array(parts[1]) : []
        return value.mapText { Text($0.replacing(Array(from), with: to, once: !all)) }.labelled(.assembled)
    }

    /// `${name#prefix}` and `${name%suffix}` with a pattern that is plain text.
    private func trim(_ value: Value, _ side: UInt8, _ word: [UInt8]) -> Value {
        let pattern = word.first == side ? Array(word.dropFirst()) : word
        guard !ShellReader.hasWildcard(pattern) else { return .text(.unknown, value.labels) }
        return value.mapText { bytes in
            if side == UInt8(ascii: "#") {
                return bytes.starts(with: pattern) ? Text(bytes.dropFirst(pattern.count)) : Text(bytes)
            }
            let matches = bytes.count >= pattern.count && bytes.suffix(pattern.count).elementsEqual(pattern)
            return matches ? Text(bytes.dropLast(pattern.count)) : Text(bytes)
        }
    }
}

extension Value {
    /// The same value with its text changed; what is no text stays unknown.
    func mapText(_ change: ([UInt8]) -> Text) -> Value {
        guard let text else { return .unknown(labels) }
        let changed = change(text.bytes)
        return changed.bytes.count <= Decoding.longest ? .text(changed, labels) : .unknown(labels)
    }
}
