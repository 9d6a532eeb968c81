import Linux

extension ArgumentVector {
    /// perlrun(1): letters that may be joined; `-e` and `-E` take code, any number of times.
    mutating func perl() -> Invocation {
        letters(.perl, code: "eE", valued: "I", attached: "MmxDFC0il", ends: "vhV")
    }

    /// ruby(1): the same, with other letters.
    mutating func ruby() -> Invocation {
        letters(.ruby, code: "e", valued: "IrCE", attached: "FKTWxi", ends: "hv")
    }

    /// Interpreters that are known only to be one. Where their code is may be said by an option of theirs.
    mutating func other(_ name: String) -> Invocation {
        switch name {
        case "php": letters(.other, code: "rBRE", valued: "cdz", attached: "", ends: "vhim")
        case "lua", "luajit", "Rscript": letters(.other, code: "e", valued: "l", attached: "jO", ends: "v")
        case "fish": letters(.other, code: "cC", valued: "dDfo", attached: "", ends: "hv")
        case "awk", "gawk", "mawk": awk()
        default: Invocation(.other, operand())
        }
    }

    /// Joined letters of which some take the rest of the argument or the next one: as code, or as something else.
    private mutating func letters(
        _ language: Language, code: String, valued: String, attached: String, ends: String
    ) -> Invocation {
        var codes: [Invocation.Code] = []
        scan: while let argument = next, argument.first == UInt8(ascii: "-"), argument.count > 1 {
            let own = index
            index += 1
            if argument[1] == UInt8(ascii: "-") {
                let word = String(decoding: argument, as: UTF8.self)
                if word == "--" { break }
                if word == "--version" || word == "--help" { return Invocation(language, .none) }
                continue
            }
            for letter in 1..<argument.count {
                let isLast = letter + 1 == argument.count
                if code.utf8.contains(argument[letter]) {
                    if !isLast {
                        codes.append(.argument(own, from: letter + 1))
                    } else if index < arguments.count {
                        codes.append(.argument(index, from: 0))
                        index += 1
                    }
                    continue scan
                }
                if valued.utf8.contains(argument[letter]) {
                    if isLast { index += 1 }
                    continue scan
                }
                if attached.utf8.contains(argument[letter]), !isLast, argument[letter] != UInt8(ascii: "l") {
                    continue scan
                }
                if ends.utf8.contains(argument[letter]), argument.count == 2 {
                    return Invocation(language, .none)
                }
            }
        }
        guard let first = codes.first else {
            if next?.elementsEqual("-".utf8) == true { return Invocation(language, .standardInput) }
            return Invocation(language, operand())
        }
        return Invocation(language, first, also: Array(codes.dropFirst()))
    }

    /// awk(1): the first operand is the program, unless `-f` names its file.
    private mutating func awk() -> Invocation {
        while let argument = next, argument.first == UInt8(ascii: "-"), argument.count > 1 {
            let word = option ?? ""
            index += 1
            if word == "-f" { return Invocation(.other, operand()) }
            if word == "-F" || word == "-v" { index += 1 }
            if word == "--" { break }
        }
        return Invocation(.other, next == nil ? .none : .argument(index, from: 0))
    }
}
