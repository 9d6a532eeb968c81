import Linux

/// Where the code of a run is: what an interpreter's command line says about it, by that interpreter's own grammar.
package struct Invocation: Equatable, Sendable {
    /// A place that code comes from.
    package enum Code: Equatable, Sendable {
        /// The argument of that index, from that byte on: `-cCODE` holds its code behind the letter.
        case argument(Int, from: Int)
        /// A file; the argument of that index names it.
        case file(Path, argument: Int)
        /// `python -m NAME`: the files that it runs below the working directory, in the order in which they run.
        /// None when the module is not found there and so is not the caller's own code.
        case module(String, files: [Path])
        case standardInput
        /// No code at all: the interpreter only prints its version or help, or a file by its own rules.
        case none
    }

    package let language: Language
    package let code: Code
    /// What runs beside it: modules that `-r` names, start-up files, further `-e` texts.
    package let also: [Code]
    /// The interpreter leaves out the first line of the code (`python -x`).
    package let skipsFirstLine: Bool
    /// Modules beside the code are not looked for (`python -I`, `-P`).
    package let isIsolated: Bool

    init(
        _ language: Language, _ code: Code, also: [Code] = [], skipsFirstLine: Bool = false,
        isIsolated: Bool = false
    ) {
        self.isIsolated = isIsolated
        self.language = language
        self.code = code
        self.also = also
        self.skipsFirstLine = skipsFirstLine
    }

    /// Reads the command line of `program`, a resolved path, whose `arguments` begin with its name.
    ///
    /// - Parameters:
    ///   - directory: the working directory, which relative names are relative to.
    ///   - kind: what lies at a path, `nil` for nothing; links followed.
    /// - Returns: `nil` when the program is no interpreter that is known.
    package init?(
        program: Path, arguments: [[UInt8]], in directory: Path,
        kind: @escaping (Path) -> FileStatus.Kind? = { try? $0.status().kind }
    ) {
        var name = program.name
        var first = 1
        if name == "busybox" || name == "toybox" {
            // The applet is the name it was started by, or the first word.
            let own = arguments.first.map { Path(bytes: $0).name } ?? ""
            if own == name {
                name = arguments.count > 1 ? Path(bytes: arguments[1]).name : ""
                first = 2
            } else {
                name = own
            }
            guard ["sh", "ash", "bash", "hush"].contains(name) else { return nil }
        }
        guard let language = Language(interpreter: name) else { return nil }
        var line = ArgumentVector(arguments: arguments, first: first, directory: directory, kind: kind)
        switch language {
        case .python: self = line.python()
        case .shell: self = line.shell(name)
        case .javascript: self = line.node(name)
        case .perl: self = line.perl()
        case .ruby: self = line.ruby()
        case .other: self = line.other(name)
        }
    }
}

/// A command line that is read from left to right.
struct ArgumentVector {
    let arguments: [[UInt8]]
    var index: Int
    let directory: Path
    let kind: (Path) -> FileStatus.Kind?

    init(arguments: [[UInt8]], first: Int, directory: Path, kind: @escaping (Path) -> FileStatus.Kind?) {
        self.arguments = arguments
        index = first
        self.directory = directory
        self.kind = kind
    }

    /// The argument that is next; `nil` behind the last.
    var next: [UInt8]? { index < arguments.count ? arguments[index] : nil }

    /// The next argument as text, for comparing with options.
    var option: String? { next.map { String(decoding: $0, as: UTF8.self) } }

    /// The file that the next argument names.
    func operand() -> Invocation.Code {
        guard let next else { return .standardInput }
        return .file(directory.appending(next), argument: index)
    }

    func exists(_ path: Path) -> Bool { kind(path) == .regular }
}
