/// An SQL text as far as a rule needs it: the words of its statements, strings and comments left out.
struct Statement {
    /// One list of upper-case words and signs for each statement.
    let parts: [[String]]

    init(_ text: Text) {
        var parts: [[String]] = [[]]
        var word = ""
        var quote: UInt8?
        let bytes = Array(text.bytes.prefix(64 << 10))
        var index = 0
        func end() {
            if !word.isEmpty { parts[parts.count - 1].append(word.uppercased()) }
            word = ""
        }
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if let open = quote {
                if byte == open { quote = nil }
                continue
            }
            switch byte {
            case UInt8(ascii: "'"):
                end()
                parts[parts.count - 1].append("''")
                quote = byte
            case UInt8(ascii: "-") where index < bytes.count && bytes[index] == byte:
                end()
                while index < bytes.count, bytes[index] != 0x0A { index += 1 }
            case UInt8(ascii: "/") where index < bytes.count && bytes[index] == UInt8(ascii: "*"):
                // A comment separates words no less than a space: `DROP/**/TABLE`.
                end()
                index += 1
                while index + 1 < bytes.count,
                    !(bytes[index] == UInt8(ascii: "*") && bytes[index + 1] == UInt8(ascii: "/"))
                { index += 1 }
                index += 2
            case UInt8(ascii: ";"):
                end()
                parts.append([])
            case _ where byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "."):
                word.unicodeScalars.append(byte >= 0x80 ? "?" : Unicode.Scalar(byte))
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                word.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                end()
                if byte == UInt8(ascii: "=") { parts[parts.count - 1].append("=") }
            }
        }
        end()
        self.parts = parts.filter { !$0.isEmpty }
    }

    /// Throws away a table, a schema or a whole database.
    var drops: Bool {
        parts.contains { words in
            guard let verb = words.first, words.count > 1 else { return false }
            switch verb {
            case "DROP":
                return ["TABLE", "DATABASE", "SCHEMA", "USER", "ROLE", "VIEW", "INDEX", "TABLESPACE"]
                    .contains(words[1])
            case "TRUNCATE": return true
            default: return false
            }
        }
    }

    /// Guards its dropping with IF EXISTS, as code that makes its tables anew does.
    var isGuarded: Bool {
        parts.contains { $0.contains("EXISTS") } || parts.contains { $0.first == "CREATE" }
    }

    /// Deletes or changes every row.
    var touchesAllRows: Bool {
        parts.contains { words in
            guard let verb = words.first else { return false }
            switch verb {
            case "DELETE":
                guard words.count >= 3, words[1] == "FROM" else { return false }
                guard let condition = words.firstIndex(of: "WHERE") else { return true }
                let rest = Array(words[(condition + 1)...])
                return rest == ["1", "=", "1"] || rest == ["1"] || rest == ["TRUE"]
                    || rest == ["''", "=", "''"]
            case "UPDATE": return words.contains("SET") && !words.contains("WHERE")
            default: return false
            }
        }
    }
}
