import Audit
import Event
import Foundation

/// What was seen of one run of guardrun, from outside.
struct Seen {
    let status: Int32
    let output: String
    let errors: String
    /// The events of its trail.
    let events: [JSON]
    /// The object of `--json`.
    let object: JSON?
    /// The trail's bytes and its place.
    let trail: [UInt8]
    let audit: URL

    func events(_ kind: Event.Kind) -> [JSON] { events.filter { $0["type"]?.stringValue == kind.rawValue } }
    var violations: [JSON] { events(.policyViolation) }

    /// Violations of an operation, and of one system call where that is named.
    func violations(_ operation: String, _ syscall: String? = nil) -> [JSON] {
        violations.filter {
            $0["op"]?.stringValue == operation && (syscall == nil || $0["syscall"]?.stringValue == syscall)
        }
    }
}

/// Who runs guardrun in a test.
enum Caller: CaseIterable, Sendable, CustomStringConvertible {
    case root, user

    var description: String { self == .root ? "root" : "an ordinary user" }

    /// Those that this process can be: root can be both.
    static var possible: [Caller] { getuid() == 0 ? allCases : [.user] }
    /// Nobody on this machine, so that nothing is theirs.
    static let uid = 61_234
}

/// Runs the built executable as its users would.
struct Guarded {
    var caller = Caller.user
    var policy: String? = "python"
    var settings: [String] = []
    var options: [String] = []
    var environment: [String: String] = [:]
    var input: String?
    var directory: URL

    init(_ caller: Caller, policy: String? = "python", settings: [String] = [], in scratch: Scratch) {
        self.caller = caller
        self.policy = policy
        self.settings = settings
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

    /// Runs the victim for one act.
    func act(_ words: String...) throws -> Seen { try run(["--", Shared.victim] + words) }

    /// Runs `guardrun [options] command...` and waits for it.
    func run(_ command: [String]) throws -> Seen {
        let audit = directory.appendingPathComponent("audit-\(UUID().uuidString)")
        let object = directory.appendingPathComponent("object-\(UUID().uuidString).json")
        var words = [Shared.guardrun]
        if let policy { words += ["-p", policy] }
        for setting in settings { words += ["--set", setting] }
        words += ["--audit", audit.path, "--json", object.path] + options + command
        let result = try Command(words, as: caller, in: directory, environment: environment, input: input)
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
}

/// A command with its streams, run to its end.
struct Command {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    private let process = Process()
    private let input: String?

    init(
        _ words: [String], as caller: Caller, in directory: URL, environment: [String: String] = [:],
        input: String? = nil
    ) {
        var words = words
        if caller == .user && getuid() == 0 {
            words =
                [
                    "/usr/bin/setpriv", "--reuid", "\(Caller.uid)", "--regid", "\(Caller.uid)",
                    "--clear-groups", "--",
                ] + words
        }
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = directory
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": directory.path, "LANG": "C.UTF-8"].merging(
            environment
        ) { $1 }
        self.input = input
    }

    func run() throws -> Result {
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let source = Pipe()
        process.standardInput = input == nil ? FileHandle.nullDevice : source
        // Read while it runs: a full pipe would stop it.
        let collected = Collected()
        let group = DispatchGroup()
        for (pipe, isOutput) in [(output, true), (errors, false)] {
            group.enter()
            DispatchQueue.global().async {
                let data = pipe.fileHandleForReading.readDataToEndOfFile()
                collected.set(data, isOutput)
                group.leave()
            }
        }
        try process.run()
        if let input {
            try? source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
            try? source.fileHandleForWriting.close()
        }
        process.waitUntilExit()
        group.wait()
        let status =
            process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        return Result(status: status, output: collected.text(true), errors: collected.text(false))
    }
}

/// What two threads read.
private final class Collected: @unchecked Sendable {
    private let lock = NSLock()
    private var output = Data()
    private var errors = Data()

    func set(_ data: Data, _ isOutput: Bool) {
        lock.withLock { if isOutput { output = data } else { errors = data } }
    }

    func text(_ isOutput: Bool) -> String {
        lock.withLock { String(decoding: isOutput ? output : errors, as: UTF8.self) }
    }
}

/// Copies of the programs under test in a place that every caller can reach: a checkout may lie in somebody's home.
enum Shared {
    static let directory: URL = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("guardrun-tests-\(getpid())")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path)
        return url
    }()

    static let guardrun: String = {
        let target = directory.appendingPathComponent("guardrun")
        try? FileManager.default.copyItem(atPath: Guarded.executable, toPath: target.path)
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: target.path)
        return target.path
    }()

    /// The victim, compiled for this test run. It is C without a library, so that nothing stands between an act and
    /// the kernel, and no target of the package, which would tie it to Swift's run time.
    static let victim: String = {
        let target = directory.appendingPathComponent("victim").path
        let folder = project.appendingPathComponent("Tests/victim")
        let sources = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let words =
            [
                "/usr/bin/env", "clang", "-O1", "-static", "-Wall", "-Wextra", "-Werror", "-pthread", "-o",
                target,
            ]
            + sources.filter { $0.hasSuffix(".c") }.map { folder.appendingPathComponent($0).path }
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let result = try? Command(words, as: .root, in: directory, environment: ["PATH": path]).run()
        precondition(result?.status == 0, "the victim does not compile: \(result?.errors ?? "")")
        return target
    }()

    /// The root of the checkout.
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
}

/// A directory of a test's own, which belongs to the caller and goes with the test. It lies outside /tmp, because a
/// run has a /tmp of its own.
final class Scratch {
    let url: URL

    init(for caller: Caller) throws {
        let base = URL(fileURLWithPath: "/var/tmp")
        url = base.appendingPathComponent("guardrun-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        if getuid() == 0 && caller == .user { unsafe chown(url.path, uid_t(Caller.uid), gid_t(Caller.uid)) }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// A file in it that belongs to the caller, with these contents.
    @discardableResult
    func file(_ name: String, _ contents: String = "secret\n", mode: Int = 0o644) throws -> String {
        let place = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(contents.utf8).write(to: place)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: place.path)
        own(place)
        return place.path
    }

    @discardableResult
    func folder(_ name: String) throws -> String {
        let place = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        own(place)
        return place.path
    }

    private func own(_ place: URL) {
        guard getuid() == 0,
            let owner = try? FileManager.default.attributesOfItem(atPath: url.path)[.ownerAccountID]
                as? NSNumber
        else { return }
        var path = place.path
        while path.count > url.path.count {
            unsafe chown(path, owner.uint32Value, owner.uint32Value)
            path = (path as NSString).deletingLastPathComponent
        }
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    func contents(_ name: String) -> String? {
        FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) }
    }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
