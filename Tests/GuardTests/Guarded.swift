import Audit
import Event
import Foundation

/// Runs the built executable as its users would.
struct Guarded {
    var caller = Caller.user
    var policy: String? = "python"
    var settings: [String] = []
    var options: [String] = []
    var environment: [String: String] = [:]
    var input: String?
    /// A file that is its standard input, when `input` is nil.
    var inputFile: String?
    var directory: URL
    /// Where no namespace can be made, as in many containers: Landlock, the filter and the supervisor are all there is.
    var isBare = false
    /// Kept for as long as there may be runs in it.
    private let scratch: Scratch

    init(_ caller: Caller, policy: String? = "python", settings: [String] = [], in scratch: Scratch) {
        self.caller = caller
        self.policy = policy
        self.settings = settings
        self.scratch = scratch
        directory = scratch.url
    }

    /// The executable under test: that of the release build when the caller names it.
    static let executable = ProcessInfo.processInfo.environment["GUARDRUN_BIN"] ?? built("guardrun")

    private static func built(_ name: String) -> String {
        // Products lie beside the bundle of the tests.
        var place = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        while place.path != "/" {
            place.deleteLastPathComponent()
            let candidate = place.appendingPathComponent(name).path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
        }
        return name
    }

    /// Takes the right to make namespaces away from what follows, and every capability with it.
    private static let bare: [String] = {
        let steps = """
            echo 0 > /proc/sys/user/max_user_namespaces && \
            exec setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs "$@"
            """
        return ["/usr/bin/unshare", "--user", "--map-root-user", "/bin/sh", "-c", steps, "sh"]
    }()

    /// Whether this machine lets every caller that can be here give namespaces up.
    static let canBeBare = Caller.possible.allSatisfy { caller in
        (try? Command(bare + ["/bin/true"], as: caller, in: Shared.directory).run())?.status == 0
    }

    /// Runs the victim for one act.
    func act(_ words: String...) throws -> Seen { try run(["--", Shared.victim] + words) }

    /// Runs `guardrun [options] command...` and waits for it.
    func run(_ command: [String]) throws -> Seen {
        // Without a view nothing can be cut out of what is granted.
        let elsewhere = isBare ? try Scratch(for: caller) : scratch
        let audit = (isBare ? elsewhere.url : directory).appendingPathComponent("audit-\(UUID().uuidString)")
        let object = directory.appendingPathComponent("object-\(UUID().uuidString).json")
        var words = (isBare ? Self.bare : []) + [Shared.guardrun]
        if let policy { words += ["-p", policy] }
        for setting in settings { words += ["--set", setting] }
        words += ["--audit", audit.path, "--json", object.path] + options + command
        let result = try Command(
            words, as: caller, in: directory, environment: environment, input: input, inputFile: inputFile
        )
        .run()
        let runs = audit.appendingPathComponent("runs")
        let files = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
        let trail = files.first { $0.hasSuffix(".jsonl") }.flatMap {
            FileManager.default.contents(atPath: runs.appendingPathComponent($0).path)
        }
        let bytes = Array(trail ?? Data())
        return Seen(
            status: result.status, output: result.output, errors: result.errors,
            events: bytes.split(separator: 10).compactMap { JSONReader.value($0) },
            object: FileManager.default.contents(atPath: object.path).flatMap { JSONReader.value(Array($0)) },
            trail: bytes, audit: audit)
    }

    /// Runs another command of guardrun's, with a directory for trails that all of a test's have in common.
    func call(_ words: [String]) throws -> Command.Result {
        try Command(
            [Shared.guardrun] + words, as: caller, in: directory,
            environment: environment.merging(["GUARDRUN_AUDIT_DIR": scratch.path("trails")]) { old, _ in old
            },
            input: input, inputFile: inputFile
        ).run()
    }
}
