import Event
import Glibc
import Linux
import Policy
import Scan

/// `guardrun scan`: what is in code, and what a policy does about it. Runs nothing.
struct ScanCommand {
    private let names: [[UInt8]]
    private let policy: String?
    private let settings: [String]
    private let format: ScanFormat
    private let level: Level
    private let language: Language?
    private let jobs: Int?
    private let honoursIgnores: Bool

    init(_ words: [[UInt8]]) throws(UsageError) {
        let flags = try Flags(
            words,
            [
                .init("--policy", short: "-p", takes: "a profile's name or a policy file"),
                .init("--set", takes: "PATH=VALUE"), .init("--format", takes: ScanFormat.words),
                .init("--language", takes: "'python', 'shell' or 'javascript'"),
                .init("--level", takes: Self.levels), .init("--jobs", short: "-j", takes: "a number"),
                .init("--no-ignore"),
            ])
        policy = flags.last("--policy")
        settings = flags.all("--set")
        format = try Self.word(flags, "--format", ScanFormat.words, ScanFormat.init(rawValue:)) ?? .text
        language = try Self.word(
            flags, "--language", Language.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", "),
            Language.init(rawValue:))
        level = try Self.word(flags, "--level", Self.levels, Level.init(rawValue:)) ?? .capability
        jobs = try Self.word(flags, "--jobs", "a number from 1 to 256") { text in
            Int(text).flatMap { (1...256).contains($0) ? $0 : nil }
        }
        honoursIgnores = !flags.has("--no-ignore")
        names = flags.operands
        guard !names.isEmpty else {
            throw UsageError(
                description:
                    "guardrun scan takes at least one file or directory, or - for what comes on standard input"
            )
        }
    }

    private static let levels = "'capability', 'review' or 'block'"

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
        let rules = loadRules()
        let output = Terminal.standardOutput
        let job = ScanJob(
            scanner: makeScanner(rules), format: format, level: level, language: language, terminal: output)
        let walk = ScanWalk(names, honoursIgnores: honoursIgnores)
        var counts = Counts()
        var progress = ScanProgress(total: walk.files.count)
        var isFirst = true
        output.write(bytes: format.head(rules))
        let take: (ScanJob.Result) -> Void = { result in
            counts.add(result.outcome)
            progress.advance()
            if !result.complaint.isEmpty {
                progress.clear()
                Terminal.standardError.write(bytes: result.complaint)
            }
            guard !result.text.isEmpty else { return }
            progress.clear()
            output.write(bytes: isFirst ? result.text : format.separator + result.text)
            isFirst = false
        }
        for fault in walk.faults { Terminal.standardError.line("guardrun: \(fault)") }
        counts.unread += walk.faults.count
        let crew = ScanCrew(job, walk.files)
        crew.run(Self.processes(jobs, files: walk.files.count), take)
        progress.clear()
        output.write(bytes: format.tail)
        if format == .text { conclude(counts, walk) }
        Exit.now(counts.denied > 0 ? Exit.refused : counts.unread > 0 ? Exit.failure : Exit.success)
    }

    /// How many processes look at that many files; 0 is this one alone, which is soonest done with a few.
    private static func processes(_ wanted: Int?, files: Int) -> Int {
        let count = min(wanted ?? processorCount(), files / 8)
        return count < 2 ? 0 : count
    }

    private struct Counts {
        var allowed = 0
        var denied = 0
        var noCode = 0
        var unread = 0

        mutating func add(_ outcome: ScanJob.Outcome) {
            switch outcome {
            case .allowed: allowed += 1
            case .denied: denied += 1
            case .noCode: noCode += 1
            case .unread: unread += 1
            }
        }
    }

    /// The last line, where there was more than one file.
    private func conclude(_ counts: Counts, _ walk: ScanWalk) {
        let scanned = counts.allowed + counts.denied
        guard scanned > 1 || walk.hasDirectories else { return }
        var parts = [
            "\(scanned) \(scanned == 1 ? "file" : "files") scanned, \(counts.denied == 0 ? "none" : String(counts.denied)) denied"
        ]
        if counts.noCode > 0 { parts.append("\(counts.noCode) hold no code") }
        if walk.ignored > 0 { parts.append("\(walk.ignored) ignored") }
        if walk.links > 0 { parts.append("\(walk.links) links not followed") }
        if counts.unread > 0 { parts.append("\(counts.unread) not read") }
        Terminal.standardOutput.line(parts.joined(separator: "; "))
    }

    /// Without a policy, what is hostile is denied and what a person would look at is a warning.
    private func loadRules() -> ScanRules {
        guard policy != nil || !settings.isEmpty else { return ScanRules() }
        let context = Context.current()
        do throws(PolicyFaults) {
            return try Policy.load(
                reference: policy ?? "strict", settings: settings, context: context.policy,
                checkPattern: Scanner.problem(with:)
            ).policy.scan
        } catch {
            Loading.show(error)
            fail("the policy is wrong, so nothing was scanned", Exit.policy)
        }
    }

    private func makeScanner(_ rules: ScanRules) -> Scanner {
        do throws(ScanError) {
            return try Scanner(rules: rules)
        } catch {
            fail("\(error)", Exit.policy)
        }
    }
}
