// Functions of the source, read again where they are called.

extension PythonReader {
    struct Function {
        let parameters: [(symbol: Int32, value: Value)]
        /// The tokens of its body, or of the expression of a lambda.
        let body: Range<Int>
        let isLambda: Bool
        /// What it was called with before, and what came of that.
        var readings: [Reading] = []
        /// How often a reading came upon nothing that a rule could wait for, and gave nothing that is known.
        var idle = 0
    }

    /// One reading of a function. Another call with the same arguments, when nothing changed around it, would only
    /// find the same again.
    struct Reading {
        let arguments: [Value]
        let named: [(name: String, value: Value)]
        /// How many calls surrounded it: in fewer, more would be read.
        let calls: Int
        let context: UInt8
        let changes: Int
        /// Nil when all that it calls was defined already.
        let definitions: Int?
        let result: Value
    }

    private static let mostReadings = 6
    private static let mostIdle = 8
    /// The same, where nothing is known of the arguments either.
    private static let mostIdleUnknown = 2
    /// Once as much has been read again as a source has tokens, and this many, functions that were idle are not.
    private static let leastReadAgain = 10_000

    mutating func method(_ symbol: Int32) -> Int? {
        if Int(symbol) < methods.count, methods[Int(symbol)] >= 0 { return Int(methods[Int(symbol)]) }
        if isDefined(symbol) { unresolved += 1 }
        return nil
    }

    mutating func define(method symbol: Int32, _ function: Int) {
        if Int(symbol) >= methods.count {
            methods += repeatElement(-1, count: max(Int(symbol) + 1 - methods.count, methods.count))
        }
        methods[Int(symbol)] = Int32(function)
    }

    /// Reads a function of this source again, with what is known of its arguments; what it returns.
    mutating func inline(_ number: Int, _ arguments: [Value], _ named: [(name: String, value: Value)])
        -> Value
    {
        guard functions.indices.contains(number), calls < PythonReader.maximumCalls,
            depth < PythonReader.maximumDepth
        else { return .unknown(Call.payload(arguments, named)) }
        let isPlain = context.root == nil && !context.isLong
        if isPlain {
            if let known = reading(of: number, arguments, named) { return known }
            let idle = functions[number].idle
            if idle >= PythonReader.mostIdle
                || idle >= PythonReader.mostIdleUnknown && saysNothing(arguments, named)
                || idle > 0 && readAgain > tokens.count + PythonReader.leastReadAgain
            {
                return .unknown(Call.payload(arguments, named))
            }
        }
        guard analysis.spend(functions[number].body.count) else {
            return .unknown(Call.payload(arguments, named))
        }
        readAgain += functions[number].body.count
        let (before, judged, open) = (changes, analysis.judged, unresolved)
        let result = read(number, arguments, named)
        let isIdle = judged == analysis.judged && open == unresolved && result.known.isNothing
        functions[number].idle = isIdle ? functions[number].idle + 1 : 0
        if isPlain, changes == before {
            if functions[number].readings.count >= PythonReader.mostReadings {
                functions[number].readings.removeFirst()
            }
            functions[number].readings.append(
                Reading(
                    arguments: arguments, named: named, calls: calls, context: context.calls.rawValue,
                    changes: changes, definitions: open == unresolved ? nil : definitions, result: result))
        }
        return result
    }

    /// Whether no argument is anything that a function could act upon.
    private func saysNothing(_ arguments: [Value], _ named: [(name: String, value: Value)]) -> Bool {
        arguments.allSatisfy { $0.saysNothing } && named.allSatisfy { $0.value.saysNothing }
    }

    private func reading(
        of number: Int, _ arguments: [Value], _ named: [(name: String, value: Value)]
    ) -> Value? {
        for reading in functions[number].readings {
            guard reading.changes == changes, reading.definitions.map({ $0 == definitions }) ?? true,
                reading.calls <= calls,
                reading.context == context.calls.rawValue, reading.arguments.count == arguments.count,
                reading.named.count == named.count
            else { continue }
            let isSame =
                arguments.indices.allSatisfy { reading.arguments[$0].isSame(as: arguments[$0]) }
                && named.indices.allSatisfy {
                    reading.named[$0].name == named[$0].name
                        && reading.named[$0].value.isSame(as: named[$0].value)
                }
            if isSame { return reading.result }
        }
        return nil
    }

    private mutating func read(
        _ number: Int, _ arguments: [Value], _ named: [(name: String, value: Value)]
    ) -> Value {
        let function = functions[number]
        let saved = (at, context)
        scopes.enter()
        for parameter in function.parameters.reversed() { scopes.bind(parameter.symbol, parameter.value) }
        for (parameter, argument) in zip(function.parameters, arguments) {
            scopes.bind(parameter.symbol, argument)
        }
        for argument in named { scopes.bind(symbols.number(of: argument.name), argument.value) }
        calls += 1
        depth += 1
        defer {
            depth -= 1
            calls -= 1
            scopes.leave()
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

extension Value {
    /// Unknown, a number, or nothing at all, and from nowhere in particular.
    var saysNothing: Bool {
        guard labels.isSubset(of: .parameter) else { return false }
        return switch known {
        case .nothing, .integer, .function: true
        case .text(let text): text.isEmpty
        case .list(let values): values.isEmpty
        default: false
        }
    }

    /// Whether the same is known of both. Long texts and containers are only the same when they are short.
    func isSame(as other: Value) -> Bool {
        guard labels == other.labels else { return false }
        switch (known, other.known) {
        case (.nothing, .nothing): return true
        case (.integer(let a), .integer(let b)): return a == b
        case (.text(let a), .text(let b)), (.path(let a), .path(let b)):
            return a.bytes.count == b.bytes.count && a.bytes.count <= 256 && a == b
        case (.name(let a), .name(let b)): return a == b
        case (.function(let a), .function(let b)): return a == b
        case (.list(let a), .list(let b)):
            return a.count == b.count && a.count <= 8 && zip(a, b).allSatisfy { $0.isSame(as: $1) }
        default: return false
        }
    }
}
