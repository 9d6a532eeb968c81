/// A git(1) command line: which verb, with which words, the options before the verb left out.
struct GitCommand {
    private let verb: String
    private let rest: Command

    init(_ command: Command) {
        var index = 0
        while index < command.words.count, command.words[index].bytes.first == 0x2D {
            let takesValue = ["-C", "-c", "--git-dir", "--work-tree", "--namespace"]
                .contains { command.words[index].bytes.elementsEqual($0.utf8) }
            index += takesValue ? 2 : 1
        }
        let words = Array(command.words.dropFirst(index))
        verb = words.first?.shown ?? ""
        rest = Command(
            name: "git", words: Array(words.dropFirst()), input: command.input, wrappers: command.wrappers)
    }

    /// Whether it throws away what cannot be had back from elsewhere.
    var discards: Bool {
        if rest.has(anyWord: "--help", "-h", "--dry-run") { return false }
        switch verb {
        case "reset": return rest.has(anyWord: "--hard", "--merge")
        case "clean": return (rest.has("f") || rest.has(word: "--force")) && !rest.has("n")
        case "push":
            return rest.has("f") || rest.has(anyWord: "--force", "--mirror", "--delete", "-d")
                || rest.operands.contains {
                    $0.bytes.first == UInt8(ascii: "+") || $0.bytes.first == UInt8(ascii: ":")
                }
        case "branch": return rest.has("D") || rest.has("d") && rest.has(anyWord: "-f", "--force")
        case "checkout", "restore":
            let operands = rest.operands.map { $0.shown }
            if verb == "restore" { return !rest.has(word: "--staged") || rest.has(word: "--worktree") }
            return rest.has(word: "--") || operands.contains(".") || rest.has(anyWord: "-f", "--force")
        case "stash": return rest.has(anyWord: "drop", "clear")
        case "filter-branch", "filter-repo": return true
        case "reflog": return rest.has(anyWord: "expire", "delete")
        case "gc": return rest.has(anyWord: "--prune=now", "--prune=all")
        case "update-ref": return rest.has("d")
        default: return false
        }
    }

    /// Whether it leaves out the checks that the repository runs (githooks(5)).
    var skipsChecks: Bool {
        switch verb {
        case "commit":
            rest.has(word: "--no-verify") || rest.has("n") && !rest.has(anyWord: "--dry-run", "--help")
        case "push", "merge", "am", "rebase": rest.has(word: "--no-verify")
        default: false
        }
    }

    /// Whether it sends the history to an address given on the spot.
    var pushesElsewhere: Bool {
        verb == "push"
            && rest.operands.first.map { $0.bytes.firstRange(of: "://") != nil || $0.bytes.contains(0x40) }
                ?? false
    }
}
