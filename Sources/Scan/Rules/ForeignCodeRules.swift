// Code for interpreters that the scanner does not read, and text tools that run commands.

import Event
import Policy

extension Rule {
    private static let foreignInterpreters = [
        "perl", "ruby", "php", "lua", "Rscript", "osascript", "tclsh", "powershell", "pwsh", "groovy",
    ]

    static let foreignInline = Rule(
        "foreign-inline-code", .codeExecution, .review, 0.6, cwe: 94, attack: "T1059",
        "Gives another interpreter a program that is not looked at and names what acts on the machine.",
        when: .command(foreignInterpreters) { command in
            guard let code = command.inlineCode else { return false }
            return code.hasHoles || command.name == "powershell" || command.name == "pwsh"
                || code.mentions(anyOf: [
                    "system", "exec", "eval", "unlink", "fork", "socket", "`", "rmtree", "rm_rf", "open",
                    "qx",
                    "popen", "require", "http", "kill", "chmod", "shell", "file", "io.", "use ", "%x",
                ])
        },
        finds: [
            .shell("perl -e 'system(\"id\")'"),
            .shell("ruby -e \"require 'fileutils'; FileUtils.rm_rf('/home/user')\""),
            .shell("powershell -enc AAAA"), .shell("perl -e \"$code\""),
        ],
        passes: [
            .shell("perl script.pl"), .shell("ruby --version"), .shell("ps | perl -ne 'print if /x/'"),
        ])

    static let foreignLine = Rule(
        "foreign-one-liner", .codeExecution, .capability, 0.5, cwe: 94, attack: "T1059",
        "Gives another interpreter a short program that is not looked at.",
        when: .command(foreignInterpreters) { $0.inlineCode != nil },
        finds: [.shell("ps | perl -ne 'print if /x/'"), .shell("ruby -e 'puts 1'")],
        passes: [.shell("perl script.pl"), .shell("php index.php")])

    static let templateCode = Rule(
        "program-with-shell-escape", .codeExecution, .review, 0.6, cwe: 78, attack: "T1059.004",
        "Has a text tool run commands.",
        when: .command(["awk", "gawk", "mawk", "vim", "vi", "ed", "sed", "expect", "gdb", "m4"]) { command in
            switch command.name {
            case "awk", "gawk", "mawk":
                command.words.contains {
                    $0.mentions(anyOf: ["system(", "\"/inet/tcp"])
                        || $0.bytes.firstRange(of: "| \"sh\"") != nil
                }
            case "vim", "vi", "ed":
                command.words.contains {
                    $0.bytes.starts(with: "!".utf8) || $0.mentions(anyOf: [":!", "-c !", ":py", ":shell"])
                }
            case "sed":
                command.operands.contains {
                    $0.bytes.count >= 2 && $0.bytes.first == 0x31 && $0.bytes[1] == 0x65
                }
            case "gdb": command.words.contains { $0.mentions(anyOf: ["shell ", "system(", "!"]) }
            default: command.words.contains { $0.mentions(anyOf: ["syscmd", "spawn"]) }
            }
        },
        finds: [.shell("awk 'BEGIN {system(\"id\")}'"), .shell("vim -c ':!id' -c q")],
        passes: [.shell("awk '{print $1}' f"), .shell("sed 's/a/b/' f"), .shell("vim notes.txt")])
}

extension Command {
    /// The program that an interpreter is given as a word: behind `-e` and its kind, joined or not.
    fileprivate var inlineCode: Text? {
        for (index, word) in words.enumerated() {
            let text = word.shown
            let isCode =
                text == "-e" || text == "-E" || text == "-r" && name == "php"
                || text.lowercased().hasPrefix("-enc") || text.lowercased() == "-command"
                || text.hasPrefix("-") && !text.hasPrefix("--") && text.count <= 6 && text.hasSuffix("e")
                    && name != "php"
            if isCode { return index + 1 < words.count ? words[index + 1] : .unknown }
        }
        return nil
    }
}
