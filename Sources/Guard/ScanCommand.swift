import Event
import Glibc
import Linux
import Policy
import Scan

/// `guardrun scan`: what is in code, and what a policy does about it. Runs nothing.
struct ScanCommand {
    enum Format: String { case text, json }

    private let files: [[UInt8]]
    private let policy: String?
    private let settings: [String]
    private let format: Format
    /// What the files are said to be; nil when their own signs decide.
    private let language: Language?

    init(_ words: [[UInt8]]) throws(UsageError) {
        let flags = try Flags(
            words,
            [
                .init("--policy", short: "-p", takes: "a profile's name or a policy file"),
                .init("--set", takes: "PATH=VALUE"), .init("--format", takes: "'text' or 'json'"),
                .init("--language", takes: "'python', 'shell' or 'javascript'"),
            ])
        policy = flags.last("--policy")
        settings = flags.all("--set")
        format = try Self.word(flags, "--format", "'text' or 'json'", Format.init(rawValue:)) ?? .text
        language = try Self.word(
            flags, "--language", Language.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "),
            Language.init(rawValue:))
        files = flags.operands
        guard !files.isEmpty else {
            throw UsageError(
                description: "guardrun scan takes at least one file, or - for what comes on standard input")
        }
    }

    private static func word<Choice>(
        _ flags: Flags, _ name: String, _ known: String, _ choice: (String) -> Choice?
    ) throws(UsageError) -> Choice? {
        guard let given = flags.last(name) else { return nil }
        guard let found = choice(given) else {
            throw UsageError(description: "\(name) takes \(known), not '\(inert(given))'")
        }
        return found
    }

    func run() -> Never {
        let scanner = makeScanner()
        let report = ScanReport(Terminal.standardOutput)
        var (denied, allowed, unread) = (0, 0, 0)
        if format == .json { ScanObject.begin() }
        for file in files {
            guard let source = read(file) else {
                unread += 1
                continue
            }
            let verdict = scanner.scan(source)
            if verdict.action >= .ask { denied += 1 } else { allowed += 1 }
            switch format {
            case .text: report.write(verdict, source)
            case .json: ScanObject.write(verdict, isFirst: denied + allowed == 1)
            }
        }
        switch format {
        case .text: report.conclude(files: denied + allowed, denied: denied)
        case .json: ScanObject.end()
        }
        Exit.now(denied > 0 ? Exit.refused : unread > 0 ? Exit.failure : Exit.success)
    }

    /// Without a policy, what is hostile is denied and what a person would look at is a warning.
    private func makeScanner() -> Scanner {
        var rules = ScanRules()
        if policy != nil || !settings.isEmpty {
            let context = Context.current()
            do throws(PolicyFaults) {
                rules =
                    try Policy.load(
                        reference: policy ?? "strict", settings: settings, context: context.policy,
                        checkPattern: Scanner.problem(with:)
                    ).policy.scan
            } catch {
                Loading.show(error)
                fail("the policy is wrong, so nothing was scanned", Exit.policy)
            }
        }
        do throws(ScanError) {
            return try Scanner(rules: rules)
        } catch {
            fail("\(error)", Exit.policy)
        }
    }

    /// One file, or standard input for `-`; nil, with the reason on standard error, when it cannot be read.
    private func read(_ file: [UInt8]) -> Source? {
        let path = Path(bytes: file)
        do throws(SystemError) {
            let isInput = file.elementsEqual("-".utf8)
            let bytes =
                isInput
                ? try CodeToRun.standardInputBytes() : try path.contents(atMost: CodeToRun.largest)
            return Source(
                name: path, language: language ?? Language(ofFile: path, bytes), bytes: bytes,
                place: isInput ? .standardInput : .file(path))
        } catch {
            let name = inert(path.description)
            Terminal.standardError.line("guardrun: \(name) cannot be read: \(Self.reason(error))")
            return nil
        }
    }

    private static func reason(_ error: SystemError) -> String {
        switch error.errno {
        case Errno(EFBIG): "it holds more than \(CodeToRun.largest >> 20) MiB"
        case .invalid: "it is no regular file; give its content on standard input with -"
        default: "\(error.errno)"
        }
    }
}
