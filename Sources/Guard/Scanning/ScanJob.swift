import Glibc
import Linux
import Policy
import Scan

/// How one file is looked at, and what is written of it. The same for each process that helps.
struct ScanJob {
    let scanner: Scanner
    let format: ScanFormat
    /// What is shown.
    let level: Level
    /// What named files are said to be; nil when their own signs decide.
    let language: Language?
    let terminal: Terminal

    enum Outcome: UInt8 {
        case allowed, denied
        /// Holds no code, so only keys and the policy's patterns were looked for, and nothing was found.
        case noCode
        /// Not read.
        case unread
    }

    struct Result: Equatable {
        let outcome: Outcome
        /// What is written of the file.
        var text: [UInt8] = []
        /// A sentence for standard error.
        var complaint: [UInt8] = []
    }

    func look(at file: ScanWalk.File) -> Result {
        do throws(SystemError) {
            return file.isNamed ? try named(file.path) : try found(file.path)
        } catch {
            return unread(file.path, Self.reason(error))
        }
    }

    /// The result for a file that nothing was learned of: never that it is harmless.
    func unread(_ path: Path, _ reason: String) -> Result {
        let sentence = "guardrun: \(inert(path.description)) cannot be read: \(reason)\n"
        return Result(outcome: .unread, complaint: Array(sentence.utf8))
    }

    private static func reason(_ error: SystemError) -> String {
        switch error.errno {
        case Errno(EFBIG): "it holds more than \(CodeToRun.largest >> 20) MiB"
        case .invalid: "it is no regular file; give its content on standard input with -"
        default: "\(error.errno)"
        }
    }

    /// A file, or standard input for `-`.
    private func named(_ path: Path) throws(SystemError) -> Result {
        let isInput = path.bytes.elementsEqual("-".utf8)
        let bytes =
            isInput ? try CodeToRun.standardInputBytes() : try path.contents(atMost: CodeToRun.largest)
        if language == nil, !isInput, let document = Document(file: path, bytes: bytes) {
            return result(scanner.scan(document), bytes, isNamed: true)
        }
        let source = Source(
            name: path, language: language ?? Language(ofFile: path, bytes), bytes: bytes,
            place: isInput ? .standardInput : .file(path))
        return result(scanner.scan(source), bytes, isNamed: true)
    }

    /// A file that nobody named: code by its own signs, else a text, else nothing to look at.
    private func found(_ path: Path) throws(SystemError) -> Result {
        let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
        let head = try file.read(atMost: Self.head)
        let language = Language(signsOf: path, head)
        if language == nil, Document.kind(of: path) == nil {
            // As git tells a binary file: a zero byte near its beginning.
            guard !head.contains(0), try file.status().size <= Scanner.largest else {
                return Result(outcome: .noCode)
            }
            let bytes = try file.contents(atMost: CodeToRun.largest)
            let verdict = scanner.search(
                Source(name: path, language: .other, bytes: bytes, place: .file(path)))
            return verdict.findings.isEmpty
                ? Result(outcome: .noCode) : result(verdict, bytes, isNamed: false)
        }
        let bytes = try file.contents(atMost: CodeToRun.largest)
        if let document = Document(file: path, bytes: bytes) {
            return result(scanner.scan(document), bytes, isNamed: false)
        }
        let source = Source(name: path, language: language ?? .other, bytes: bytes, place: .file(path))
        return result(scanner.scan(source), bytes, isNamed: false)
    }

    private static let head = 8_000

    private func result(_ verdict: Verdict, _ bytes: [UInt8], isNamed: Bool) -> Result {
        let shown = verdict.showing(from: level)
        return Result(
            outcome: verdict.action >= .ask ? .denied : .allowed,
            text: format.part(shown, bytes, terminal, isNamed: isNamed))
    }
}
