import Glibc
import Linux

/// The program that will really run: what the words of a command line come to once the search path, `#!` lines,
/// `env` and a version manager's shims are settled.
///
/// The settled interpreter is executed directly, with the arguments the kernel would have given it. So what was
/// looked at is what runs, and neither `env` nor a shim has to be granted.
package struct Command: Equatable, Sendable {
    /// The words as they were typed.
    package let words: [[UInt8]]
    /// What execve(2) gets: an absolute path, perhaps a symbolic link (a virtual environment is found by it).
    package let program: Path
    /// The argument vector of `program`.
    package let arguments: [[UInt8]]
    /// Variables that `env NAME=VALUE` put before the program.
    package let variables: [[UInt8]]
    /// A script that `program` runs because of its `#!` line.
    package let script: Path?
    /// What was settled on the way, one sentence each.
    package let notes: [String]
    /// The directory of a shim's program, which belongs first on the search path.
    package let searchFirst: Path?
}

/// Why a command cannot be run, with the exit status that shells give it.
package enum CommandError: Error, Equatable, CustomStringConvertible, Sendable {
    case empty
    case notFound(String)
    case notExecutable(String, why: String)

    /// 127 when nothing has the name, 126 when something has and cannot be executed.
    package var exitStatus: Int32 {
        switch self {
        case .empty, .notFound: 127
        case .notExecutable: 126
        }
    }

    package var description: String {
        switch self {
        case .empty: "no command is given; write `guardrun COMMAND ARGUMENT...`"
        case .notFound(let name): "\(name): no such program, neither as a path nor on the search path"
        case .notExecutable(let name, let why): "\(name) cannot be executed: \(why)"
        }
    }
}

extension Command {
    /// Settles the words of a command line.
    package init(_ words: [[UInt8]], in directory: Path, searchPath: String) throws(CommandError) {
        var settling = Settling(
            directory: directory,
            search: searchPath.utf8.split(separator: UInt8(ascii: ":")).map { Path(bytes: Array($0)) })
        try settling.settle(words)
        self.words = words
        program = settling.program
        arguments = settling.arguments
        variables = settling.variables
        script = settling.script
        notes = settling.notes
        searchFirst = settling.searchFirst
    }
}

/// The state of settling one command: each round replaces the words by those that the kernel, `env` or a shim
/// would go on with, until the program is not a script.
private struct Settling {
    let directory: Path
    var search: [Path]
    var program = Path.root
    var arguments: [[UInt8]] = []
    var variables: [[UInt8]] = []
    var script: Path?
    var notes: [String] = []
    var searchFirst: Path?

    init(directory: Path, search: [Path]) {
        self.directory = directory
        self.search = search
    }

    mutating func settle(_ words: [[UInt8]]) throws(CommandError) {
        var words = words
        // The kernel follows four `#!` lines (execve(2)); shims and env add a few rounds of their own.
        for _ in 0..<10 {
            guard let name = words.first, !name.isEmpty else { throw .empty }
            let found = try find(name)
            if let inner = Settling.unwrapEnv(found, words) {
                variables += inner.variables
                words = inner.words
                continue
            }
            if let target = VersionManager.resolve(shim: found, in: directory) {
                guard case .program(let real, let manager) = target else {
                    search.removeAll { $0 == found.parent }
                    continue
                }
                notes.append("\(found) is a shim of \(manager) for \(real)")
                searchFirst = real.parent
                // What the manager has installed may itself be a script.
                guard let line = try interpreterLine(of: real) else {
                    program = real
                    arguments = words
                    return
                }
                script = script ?? real
                words = line + [real.bytes] + words.dropFirst()
                continue
            }
            guard let line = try interpreterLine(of: found) else {
                program = found
                arguments = words
                return
            }
            script = script ?? found
            words = line + [found.bytes] + words.dropFirst()
        }
        throw .notExecutable(text(words.first ?? []), why: "its #! lines lead to one another without end")
    }

    /// The file that a name means: a path when it holds a slash, else the first match on the search path.
    private func find(_ name: [UInt8]) throws(CommandError) -> Path {
        if name.contains(UInt8(ascii: "/")) {
            let path = directory.appending(Path(bytes: name))
            guard (try? path.status()) != nil else { throw .notFound(text(name)) }
            try checkExecutable(path)
            return path
        }
        var refused: CommandError?
        for place in search {
            let path = directory.appending(place).appending(name)
            guard let status = try? path.status(), status.kind == .regular else { continue }
            do throws(CommandError) {
                try checkExecutable(path)
                return path
            } catch {
                refused = refused ?? error
            }
        }
        throw refused ?? .notFound(text(name))
    }

    private func checkExecutable(_ path: Path) throws(CommandError) {
        guard let status = try? path.status() else { throw .notFound(path.description) }
        switch status.kind {
        case .regular: break
        case .directory: throw .notExecutable(path.description, why: "it is a directory")
        default: throw .notExecutable(path.description, why: "it is not a regular file")
        }
        guard path.allows(X_OK) else { throw .notExecutable(path.description, why: "permission denied") }
    }

    /// The words of a `#!` line, or nil when the file has none (execve(2), "Interpreter scripts").
    private func interpreterLine(of path: Path) throws(CommandError) -> [[UInt8]]? {
        guard let file = try? Descriptor.open(path, O_RDONLY), let head = try? file.read(atMost: 256) else {
            // A program that may be executed but not read is no script: the kernel could not read it either.
            return nil
        }
        guard head.starts(with: "#!".utf8) else { return nil }
        let line = head.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
        let blank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let trimmed = line.drop(while: blank)
        let interpreter = trimmed.prefix { !blank($0) }
        var argument = trimmed.dropFirst(interpreter.count).drop(while: blank)
        while let last = argument.last, blank(last) { argument.removeLast() }
        guard !interpreter.isEmpty else {
            throw .notExecutable(path.description, why: "its #! line names no interpreter")
        }
        return argument.isEmpty ? [Array(interpreter)] : [Array(interpreter), Array(argument)]
    }

    /// The command inside `env NAME=VALUE... COMMAND` and `env -S 'COMMAND ARG'`; nil for any other use of env.
    private static func unwrapEnv(_ program: Path, _ words: [[UInt8]]) -> (
        words: [[UInt8]], variables: [[UInt8]]
    )? {
        guard program.name == "env" else { return nil }
        var rest = Array(words.dropFirst())
        if let first = rest.first, first.starts(with: "-S".utf8) {
            let text = first.count > 2 ? Array(first.dropFirst(2)) : rest.dropFirst().first ?? []
            // Quotes and escapes of -S are env's own language; a line that uses them is left to env.
            guard !text.contains(where: { "\"'\\$".utf8.contains($0) }) else { return nil }
            rest =
                text.split(separator: UInt8(ascii: " ")).map { Array($0) }
                + rest.dropFirst(first.count > 2 ? 1 : 2)
        }
        let variables = rest.prefix { $0.contains(UInt8(ascii: "=")) && $0.first != UInt8(ascii: "-") }
        let command = Array(rest.dropFirst(variables.count))
        guard let name = command.first, name.first != UInt8(ascii: "-") else { return nil }
        return (command, Array(variables))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
