import Audit
import Glibc
import Linux
import Sandbox
import Scan

/// The code that a command is about to run, held still: what is scanned is what the program will get.
struct CodeToRun {
    /// Code that is larger than this is not code.
    static let largest = 16 << 20

    private let command: Command
    private let directory: Path
    /// What the scanner reads.
    private(set) var sources: [Source] = []
    /// Files that the run sees as they were read here, whatever has happened to them since.
    private(set) var sealed: [View.Sealed] = []
    /// Standard input, when the code came in there: an unnamed file that nobody can change any more.
    private(set) var standardInput: CInt?
    /// What was not looked at, and why.
    private(set) var notes: [String] = []

    /// Reads and holds whatever the command's interpreter is going to run. Code that cannot be held is refused.
    init(_ command: Command, in directory: Path) {
        self.command = command
        self.directory = directory
        let program = (try? Settled(command.program))?.path ?? command.program
        guard let invocation = Invocation(program: program, arguments: command.arguments, in: directory)
        else {
            return
        }
        take(invocation.code, invocation.language)
        if invocation.skipsFirstLine, let first = sources.popLast() {
            sources.append(first.withoutFirstLine)
        }
        for code in invocation.also { take(code, invocation.language) }
        if invocation.language == .python, !invocation.isIsolated { takeImports(invocation.code) }
    }

    /// SHA-256 of the code; where there is more than one piece, of their digests. Nil where there is none.
    var digest: Digest? {
        if sources.count <= 1 { return sources.first.map { Digest($0.bytes) } }
        return Digest(sources.map { Digest($0.bytes).bytes })
    }

    /// What stands in the command line itself.
    var inCommand: [[UInt8]] {
        sources.compactMap { if case .argument = $0.place { $0.bytes } else { nil } }
    }

    private mutating func take(_ code: Invocation.Code, _ language: Language) {
        switch code {
        case .argument(let index, let start):
            guard index < command.arguments.count, start <= command.arguments[index].count else { return }
            let bytes = Array(command.arguments[index][start...])
            let flag =
                start > 0
                ? Array(command.arguments[index][..<start]) : index > 0 ? command.arguments[index - 1] : []
            let name = flag.first == UInt8(ascii: "-") ? flag : Array("-c".utf8)
            sources.append(
                Source(name: Path(bytes: name), language: language, bytes: bytes, place: .argument(index)))
        case .file(let path, _): takeFile(path, language)
        case .module(let name, let files):
            if files.isEmpty { notes.append("the module \(name) is an installed one and was not scanned") }
            for file in files { takeFile(file, language) }
        case .standardInput: takeStandardInput(language)
        case .none: return
        }
    }

    /// Modules beside the code that it imports, and what those import: they are the caller's code as much.
    private mutating func takeImports(_ code: Invocation.Code) {
        var root = directory
        if case .file(let path, _) = code { root = ((try? Settled(path))?.path ?? path).parent }
        var index = 0
        while index < sources.count {
            let source = sources[index]
            index += 1
            guard source.language == .python else { continue }
            var place = root
            if case .file(let path) = source.place { place = path.parent }
            for file in PythonImports.files(of: source.bytes, root: root, directory: place) {
                guard let path = (try? Settled(file))?.path, !sealed.contains(where: { $0.path == path })
                else {
                    continue
                }
                guard sources.count < Self.most else {
                    notes.append(
                        "it imports more than \(Self.most) files beside it; the rest was not scanned")
                    return
                }
                takeFile(file, .python, isNamed: false)
            }
        }
    }

    /// Files that are looked at for one run.
    private static let most = 200

    /// - Parameter isNamed: the command names the file, so that the run sees it whatever else it may read.
    private mutating func takeFile(_ path: Path, _ language: Language, isNamed: Bool = true) {
        let name = shown(path)
        // What is not there the interpreter will miss in its own words.
        guard let settled = try? Settled(path), let kind = settled.kind else { return }
        guard kind != .directory else {
            notes.append("\(name) is a directory and was not scanned")
            return
        }
        do throws(SystemError) {
            let bytes = try settled.path.contents(atMost: Self.largest)
            sources.append(Source(name: Path(name), language: language, bytes: bytes, place: .file(path)))
            sealed.append(
                View.Sealed(
                    path: settled.path, bytes: bytes, mode: 0o444, links: settled.links, isNamed: isNamed))
        } catch {
            // What this user may not read the run may not either.
            if !isNamed, error.errno == .accessDenied { return }
            fail(
                "\(inert(name)) cannot be looked at before it runs: \(Self.reason(error, kind)); nothing was run",
                Exit.refused)
        }
    }

    private static func reason(_ error: SystemError, _ kind: FileStatus.Kind) -> String {
        if error.errno == Errno(EFBIG) { return "it holds more than \(largest >> 20) MiB" }
        return kind == .regular
            ? "\(error.errno)" : "it is no regular file, and could say something else when it runs"
    }

    private func shown(_ path: Path) -> String {
        directory.contains(path) && path != directory
            ? String(
                decoding: path.bytes.dropFirst(directory.isRoot ? 1 : directory.bytes.count + 1),
                as: UTF8.self)
            : path.description
    }

    /// Reads standard input to its end before anything runs, unless somebody is typing there.
    private mutating func takeStandardInput(_ language: Language) {
        guard isatty(0) == 0 else {
            notes.append("what is typed is not scanned")
            return
        }
        do throws(SystemError) {
            let bytes = try Self.standardInputBytes()
            let spool = try Descriptor.inMemory("standard input")
            try spool.write(bytes)
            try spool.seal()
            sources.append(
                Source(name: Path("standard input"), language: language, bytes: bytes, place: .standardInput))
            standardInput = spool.release()
        } catch {
            if error.errno == Errno(EFBIG) {
                fail(
                    "the code on standard input is larger than \(Self.largest >> 20) MiB; nothing was run",
                    Exit.refused)
            }
            fail("the code on standard input cannot be read: \(error.errno); nothing was run", Exit.refused)
        }
    }

    /// Everything that comes on standard input; `EFBIG` when it is more than code can be.
    static func standardInputBytes() throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let piece = try Descriptor.readBorrowed(0, atMost: 1 << 16)
            if piece.isEmpty { return bytes }
            bytes += piece
            guard bytes.count <= largest else { throw SystemError("read", errno: Errno(EFBIG)) }
        }
    }
}
