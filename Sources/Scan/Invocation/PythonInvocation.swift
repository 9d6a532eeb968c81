import Linux

extension ArgumentVector {
    /// CPython's options (Python/getopt.c, Python/initconfig.c): single letters that may be joined, of which `-c`,
    /// `-m`, `-W` and `-X` take the rest of their argument or the next one, and the first two of them end the options.
    mutating func python() -> Invocation {
        var flags = PythonFlags()
        while let argument = next, argument.first == UInt8(ascii: "-"), argument.count > 1 {
            if argument[1] == UInt8(ascii: "-") {
                let word = option ?? ""
                index += 1
                if word == "--" { break }
                if word == "--check-hash-based-pycs" { index += 1 }
                if word == "--help" || word == "--version" || word.hasPrefix("--help-") {
                    return Invocation(.python, .none)
                }
                continue
            }
            if let found = cluster(argument, &flags) { return found }
        }
        guard let operand = next, !operand.elementsEqual("-".utf8) else {
            return Invocation(.python, .standardInput, isIsolated: flags.isolated)
        }
        return Invocation(
            .python, pythonFile(operand), skipsFirstLine: flags.skipsFirstLine, isIsolated: flags.isolated)
    }

    /// What the letters before the code say about it.
    private struct PythonFlags {
        var isolated = false
        var skipsFirstLine = false
    }

    /// Joined single letters. What they say about the code, or `nil` to go on behind them.
    private mutating func cluster(_ argument: [UInt8], _ flags: inout PythonFlags) -> Invocation? {
        var letter = 1
        while letter < argument.count {
            let rest = letter + 1
            switch argument[letter] {
            case UInt8(ascii: "c"):
                if rest < argument.count {
                    return Invocation(.python, .argument(index, from: rest), isIsolated: flags.isolated)
                }
                return Invocation(
                    .python, index + 1 < arguments.count ? .argument(index + 1, from: 0) : .none,
                    isIsolated: flags.isolated)
            case UInt8(ascii: "m"):
                let isJoined = rest < argument.count
                let word =
                    isJoined
                    ? Array(argument[rest...]) : index + 1 < arguments.count ? arguments[index + 1] : []
                let name = String(decoding: word, as: UTF8.self)
                return Invocation(
                    .python, module(name, isolated: flags.isolated),
                    also: runs(name, from: index + (isJoined ? 1 : 2)))
            case UInt8(ascii: "W"), UInt8(ascii: "X"):
                index += rest < argument.count ? 1 : 2
                return nil
            case UInt8(ascii: "h"), UInt8(ascii: "?"), UInt8(ascii: "V"): return Invocation(.python, .none)
            case UInt8(ascii: "I"), UInt8(ascii: "P"): flags.isolated = true
            case UInt8(ascii: "x"): flags.skipsFirstLine = true
            default: break
            }
            letter = rest
        }
        index += 1
        return nil
    }

    /// What the modules of the library that run other code are given: files that exist, and for timeit(1) statements.
    /// Whatever could be code is looked at, because each has options of its own.
    private func runs(_ module: String, from first: Int) -> [Invocation.Code] {
        let places = first..<max(first, arguments.count)
        switch module {
        case "timeit":
            return places.filter { arguments[$0].first != UInt8(ascii: "-") }.map { .argument($0, from: 0) }
                + places.filter { arguments[$0].starts(with: "-s".utf8) && arguments[$0].count > 2 }
                .map { .argument($0, from: 2) }
        case "cProfile", "profile", "pdb", "trace", "runpy", "doctest", "unittest", "code", "bdb":
            return places.filter { exists(directory.appending(arguments[$0])) }
                .map { .file(directory.appending(arguments[$0]), argument: $0) }
        default: return []
        }
    }

    /// `-m NAME` looks in the working directory first, unless `-I` or `-P` keep it out of the path. A package runs its
    /// `__init__` and those of all it lies in, then its `__main__`.
    private func module(_ name: String, isolated: Bool) -> Invocation.Code {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !isolated, parts.allSatisfy({ !$0.isEmpty && !$0.contains("/") }) else {
            return .module(name, files: [])
        }
        var files: [Path] = []
        var place = directory
        for (number, part) in parts.enumerated() {
            let package = place.appending(part)
            let initialiser = package.appending("__init__.py")
            let isLast = number == parts.count - 1
            if exists(initialiser) { files.append(initialiser) }
            if isLast {
                if exists(initialiser)
                    || kind(package) == .directory && exists(package.appending("__main__.py"))
                {
                    let main = package.appending("__main__.py")
                    if exists(main) { files.append(main) }
                } else if exists(place.appending(part + ".py")) {
                    files.append(place.appending(part + ".py"))
                }
            }
            place = package
        }
        return .module(name, files: files)
    }

    /// A file, or a directory or archive that holds a `__main__.py`.
    private func pythonFile(_ operand: [UInt8]) -> Invocation.Code {
        let path = directory.appending(operand)
        guard kind(path) == .directory else { return .file(path, argument: index) }
        return .file(path.appending("__main__.py"), argument: index)
    }
}
