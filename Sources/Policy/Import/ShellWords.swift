/// The words of one command in a shell script, as far as they can be told without running it.
enum ShellWords {
    /// The command that begins with a program of that name; nil where the text has none.
    ///
    /// Takes quotes, escapes, joined lines and comments; the command ends with its line, or at `;`, `&` or `|`. Variables
    /// stay as they are.
    static func command(_ name: String, in text: String) -> [String]? {
        let bytes = Array(text.utf8)
        var words: [String] = []
        var word: [UInt8]?
        var index = 0
        var hasBegun = false

        /// Ends a word; whether the command goes on.
        func end() {
            guard let finished = word else { return }
            word = nil
            let text = String(decoding: finished, as: UTF8.self)
            if !hasBegun, text == name || text.hasSuffix("/" + name) { hasBegun = true }
            if hasBegun { words.append(text) }
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\\"):
                guard index < bytes.count else { break }
                if bytes[index] != UInt8(ascii: "\n") { word = (word ?? []) + [bytes[index]] }
                index += 1
            case UInt8(ascii: "'"):
                word = word ?? []
                while index < bytes.count, bytes[index] != UInt8(ascii: "'") {
                    word?.append(bytes[index])
                    index += 1
                }
                index += 1
            case UInt8(ascii: "\""):
                word = word ?? []
                while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                    if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
                    word?.append(bytes[index])
                    index += 1
                }
                index += 1
            // What another command would print is one part of a word, whatever stands in it.
            case UInt8(ascii: "`"),
                UInt8(ascii: "(") where byte != UInt8(ascii: "(") || word?.last == UInt8(ascii: "$"):
                let end = byte == UInt8(ascii: "`") ? byte : UInt8(ascii: ")")
                word = (word ?? []) + [byte]
                while index < bytes.count, bytes[index] != end {
                    word?.append(bytes[index])
                    index += 1
                }
                if index < bytes.count { word?.append(end) }
                index += 1
            case UInt8(ascii: "("), UInt8(ascii: ")"):
                end()
                if hasBegun { return words }
            case UInt8(ascii: "#") where word == nil:
                while index < bytes.count, bytes[index] != UInt8(ascii: "\n") { index += 1 }
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): end()
            case UInt8(ascii: "\n"), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"):
                end()
                if hasBegun { return words }
            default: word = (word ?? []) + [byte]
            }
        }
        end()
        return hasBegun ? words : nil
    }
}
