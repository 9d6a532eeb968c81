import Linux

extension ArgumentVector {
    /// The options of bash(1), dash(1), zsh(1) and ksh(1): long ones first, then single letters that may be joined and
    /// may begin with `+`. With `-c` the first operand is the code, wherever the letter stood; with `-s` the input is.
    mutating func shell(_ name: String) -> Invocation {
        var (takesCode, readsInput, isInteractive) = (false, false, false)
        var also: [Invocation.Code] = []
        while let argument = next, argument.count > 1,
            argument[0] == UInt8(ascii: "-") || argument[0] == UInt8(ascii: "+")
        {
            let word = option ?? ""
            if word == "--" {
                index += 1
                break
            }
            if word.hasPrefix("--") {
                if word == "--help" || word == "--version" { return Invocation(.shell, .none) }
                if word == "--rcfile" || word == "--init-file" {
                    index += 1
                    also.append(operand())
                }
                index += 1
                continue
            }
            let letters = argument.dropFirst()
            index += 1
            if argument[0] == UInt8(ascii: "-") {
                takesCode = takesCode || letters.contains(UInt8(ascii: "c"))
                readsInput = readsInput || letters.contains(UInt8(ascii: "s"))
                isInteractive = isInteractive || letters.contains(UInt8(ascii: "i"))
            }
            // `-o NAME` and bash's `-O NAME` take the next argument, one for each letter.
            index += letters.count { $0 == UInt8(ascii: "o") || $0 == UInt8(ascii: "O") && name == "bash" }
        }
        if next?.elementsEqual("-".utf8) == true { index += 1 }
        if !isInteractive { also = [] }
        if takesCode {
            return Invocation(.shell, next == nil ? .none : .argument(index, from: 0), also: also)
        }
        return Invocation(.shell, readsInput ? .standardInput : operand(), also: also)
    }
}
