// How words are made: quotes, parameters, substitutions, braces, fields.

extension ShellReader {
    /// The pieces of a word put together. Each byte knows what the shell may still do with it.
    struct Assembly {
        enum Mark: UInt8 {
            /// Quoted or escaped: stands for itself.
            case literal
            /// As it was written: braces and wildcards work.
            case plain
            /// From an expansion outside of quotes: is split at spaces.
            case expanded
        }

        var bytes: [UInt8] = []
        var marks: [Mark] = []
        var labels: Labels = []
        var isPlain = true
        var isComputed = false
        var isSpelled = false
        var hasQuotes = false
        /// Parameters of which the text was known here.
        var knownParameters = 0

        mutating func append(_ more: some Collection<UInt8>, _ mark: Mark) {
            guard bytes.count + more.count <= Decoding.longest else { return }
            bytes += more
            marks += repeatElement(mark, count: more.count)
        }
    }

    /// The words that one word of the source becomes.
    mutating func expand(_ range: Range<Int>, splitting: Bool = true) -> [ShellWord] {
        let place = tokens[range.lowerBound].start..<tokens[range.upperBound - 1].end
        // Most words are one piece of text with nothing in it to expand.
        if range.count == 1, tokens[range.lowerBound].kind == .text {
            let text = bytes[tokens[range.lowerBound].range]
            if !text.contains(UInt8(ascii: "{")) {
                return [ShellWord(text: Text(text), range: place, hasWildcard: ShellReader.hasWildcard(text))]
            }
        }
        if splitting, let words = positionalWords(range, place) { return words }
        let assembly = assemble(range, quoted: false)
        guard splitting else { return [word(assembly, 0..<assembly.bytes.count, place)] }
        // A choice of nothing, `{,rm}`, makes no word.
        return braces(assembly).filter { !$0.bytes.isEmpty || $0.hasQuotes || $0.isPlain }
            .flatMap { fields($0, place) }
    }

    static func hasWildcard(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.contains(where: isWildcard)
    }

    private static func isWildcard(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
    }

    /// `"$@"`: a word for each argument of the function that is read.
    private func positionalWords(_ range: Range<Int>, _ place: Range<Int>) -> [ShellWord]? {
        guard range.count == 3, tokens[range.lowerBound].kind == .doubleOpen, let positional,
            bytes[tokens[range.lowerBound + 1].range].elementsEqual("$@".utf8)
        else { return nil }
        return positional.dropFirst().map { value in
            ShellWord(text: value.asText, labels: value.labels, range: place, isPlain: false)
        }
    }

    private func word(_ assembly: Assembly, _ part: Range<Int>, _ place: Range<Int>) -> ShellWord {
        let wild = part.contains {
            assembly.marks[$0] != .literal && ShellReader.isWildcard(assembly.bytes[$0])
        }
        return ShellWord(
            text: Text(assembly.bytes[part]), labels: assembly.labels, range: place,
            isPlain: assembly.isPlain,
            isComputed: assembly.isComputed,
            isSpelled: assembly.isSpelled || assembly.knownParameters > 1 && !assembly.bytes.contains(0x20),
            hasWildcard: wild)
    }

    /// Splits at the spaces that came out of expansions.
    private func fields(_ assembly: Assembly, _ place: Range<Int>) -> [ShellWord] {
        guard assembly.marks.contains(.expanded) else {
            return [word(assembly, 0..<assembly.bytes.count, place)]
        }
        let separators = variables["IFS"]?.text?.bytes ?? [0x20, 0x09, 0x0A]
        var words: [ShellWord] = []
        var start = 0
        for index in 0...assembly.bytes.count {
            let isEnd = index == assembly.bytes.count
            let splits =
                !isEnd && assembly.marks[index] == .expanded
                && separators.contains(assembly.bytes[index])
            guard isEnd || splits else { continue }
            if index > start { words.append(word(assembly, start..<index, place)) }
            start = index + 1
        }
        if words.isEmpty, assembly.hasQuotes { words.append(word(assembly, 0..<0, place)) }
        return words
    }

    /// Puts the tokens of a word together.
    mutating func assemble(_ range: Range<Int>, quoted: Bool) -> Assembly {
        var assembly = Assembly()
        var index = range.lowerBound
        while index < range.upperBound {
            index = piece(index, quoted: quoted, range.upperBound, &assembly)
        }
        return assembly
    }

    /// Adds what one token, or one opening token with all it holds, stands for. The index behind it.
    private mutating func piece(_ index: Int, quoted: Bool, _ limit: Int, _ assembly: inout Assembly) -> Int {
        let token = tokens[index]
        let next = token.opens && token.partner > 0 ? Int(token.partner) + 1 : index + 1
        if token.kind != .text { assembly.isPlain = false }
        switch token.kind {
        case .text: assembly.append(bytes[token.range], quoted ? .literal : .plain)
        case .escape: assembly.append(bytes[token.range].dropFirst(), .literal)
        case .single:
            assembly.hasQuotes = true
            assembly.append(unquoted(token.range, 1), .literal)
        case .ansi:
            assembly.hasQuotes = true
            let raw = unquoted(token.range, 2)
            if raw.contains(UInt8(ascii: "\\")) { (assembly.isComputed, assembly.isSpelled) = (true, true) }
            assembly.append(Escapes.decode(raw, .shell), .literal)
        case .doubleOpen:
            assembly.hasQuotes = true
            inside(index, quoted: true, &assembly)
        case .parameter:
            let value = parameter(bytes[token.range].dropFirst())
            if let text = value.text, !text.hasHoles, !text.bytes.contains(0x2F) {
                assembly.knownParameters += 1
            }
            add(value, quoted: quoted, &assembly)
        case .expansionOpen: add(expansion(index, quoted: quoted), quoted: quoted, &assembly)
        case .substitutionOpen:
            let value = substitution(index)
            if token.sign == .dollar || token.sign == .backtick { assembly.isComputed = true }
            add(value, quoted: quoted, &assembly)
        case .arithmeticOpen:
            inside(index, quoted: true, &assembly, discarding: true)
            assembly.append([Text.hole], .literal)
        case .arrayOpen:
            inside(index, quoted: quoted, &assembly)
        default: break
        }
        return min(next, limit)
    }

    private func unquoted(_ range: Range<Int>, _ prefix: Int) -> ArraySlice<UInt8> {
        let inner = bytes[range].dropFirst(prefix)
        return inner.last == UInt8(ascii: "'") ? inner.dropLast() : inner
    }

    /// The tokens between an opening one and its partner.
    private mutating func inside(
        _ open: Int, quoted: Bool, _ assembly: inout Assembly, discarding: Bool = false
    ) {
        let close = Int(tokens[open].partner)
        guard close > open + 1, enter() else { return }
        defer { depth -= 1 }
        let inner = assemble((open + 1)..<close, quoted: quoted)
        assembly.labels.formUnion(inner.labels)
        assembly.isComputed = assembly.isComputed || inner.isComputed
        assembly.isSpelled = assembly.isSpelled || inner.isSpelled
        assembly.knownParameters += inner.knownParameters
        guard !discarding else { return }
        assembly.append([], .literal)
        if assembly.bytes.count + inner.bytes.count <= Decoding.longest {
            assembly.bytes += inner.bytes
            assembly.marks += inner.marks
        }
    }

    /// One level deeper, unless it is deeper than is followed.
    private mutating func enter() -> Bool {
        guard depth < ShellReader.maximumDepth else {
            analysis.exceeded(.depth)
            return false
        }
        depth += 1
        return true
    }

    private func add(_ value: Value, quoted: Bool, _ assembly: inout Assembly) {
        assembly.labels.formUnion(value.labels)
        let text = value.asText
        // A few lines can double a text over and over.
        let isAffordable = analysis.spend(text.bytes.count / 4)
        assembly.append(isAffordable ? text.bytes : [Text.hole], quoted ? .literal : .expanded)
    }

    /// What the commands in a substitution print, without the line ends at its end.
    private mutating func substitution(_ open: Int) -> Value {
        let close = Int(tokens[open].partner)
        guard close > open else { return .unknown }
        guard depth < ShellReader.maximumDepth else {
            putOff((open + 1)..<close)
            return .unknown
        }
        depth += 1
        defer { depth -= 1 }
        let output = run((open + 1)..<close, input: .unknown)
        switch tokens[open].sign {
        case .processInput, .processOutput: return .text(.unknown, output.labels)
        default:
            var text = output.asText
            while text.bytes.last == 0x0A { text.bytes.removeLast() }
            return .text(text, output.labels)
        }
    }

    // MARK: Braces

    private static let mostWords = 128

    /// `{a,b}` and `{1..3}`, one word for each choice. What would make more words than anybody wants stays as it is.
    private func braces(_ assembly: Assembly) -> [Assembly] {
        var done: [Assembly] = []
        var open = [assembly]
        while let next = open.popLast() {
            guard let choices = firstBrace(next),
                open.count + done.count + choices.count <= ShellReader.mostWords
            else {
                done.append(next)
                continue
            }
            // The first choice is looked at next, so that words keep their order.
            open += choices.reversed()
        }
        return done
    }

    /// The word once for each choice of its first brace that has choices.
    private func firstBrace(_ assembly: Assembly) -> [Assembly]? {
        var opens: [Int] = []
        var commas: [[Int]] = []
        for (index, byte) in assembly.bytes.enumerated() where assembly.marks[index] == .plain {
            switch byte {
            case UInt8(ascii: "{"):
                opens.append(index)
                commas.append([])
            case UInt8(ascii: ","): if !commas.isEmpty { commas[commas.count - 1].append(index) }
            case UInt8(ascii: "}"):
                guard let open = opens.popLast(), let separators = commas.popLast(), !separators.isEmpty
                else { continue }
                return choices(assembly, open, separators, index)
            default: continue
            }
        }
        return nil
    }

    private func choices(_ assembly: Assembly, _ open: Int, _ commas: [Int], _ close: Int) -> [Assembly] {
        let starts = [open + 1] + commas.map { $0 + 1 }
        return zip(starts, commas + [close]).map { start, end in
            var choice = assembly
            choice.isPlain = false
            choice.bytes = Array(
                assembly.bytes[..<open] + assembly.bytes[start..<end] + assembly.bytes[(close + 1)...])
            choice.marks = Array(
                assembly.marks[..<open] + assembly.marks[start..<end] + assembly.marks[(close + 1)...])
            return choice
        }
    }
}
