import Audit
import Event
import Foundation

/// A directory that runs work on a copy of, and the commands that review what they did.
final class Reviewed {
    let caller: Caller
    /// Holds the directory and, beside it, the audit trails.
    let scratch: Scratch
    var directory: URL { scratch.url.appendingPathComponent("project") }
    var audit: String { scratch.path("audit") }
    /// Words before guardrun's own, to take something of the host away.
    var host: [String] = []
    /// The trails lie where only those words lead.
    private(set) var isElsewhere = false
    /// A home that is not the directory: what profiles deny in it would be in the way.
    var environment: [String: String] { ["HOME": scratch.url.path] }

    init(_ caller: Caller) throws {
        self.caller = caller
        scratch = try Scratch(for: caller)
        try scratch.folder("project")
    }

    /// Has every command run where its trails lie on an overlay, as in a container: on that nothing can be layered.
    func keepTrailsOnOverlay() throws {
        for name in ["low", "up", "work", "audit"] { try scratch.folder(name) }
        host = after(
            "cd $1 && mount -t overlay none -o lowerdir=low,upperdir=up,workdir=work,userxattr audit && cd project"
        )
        isElsewhere = true
    }

    /// Words that run what follows after shell commands in a mount namespace where the caller is root; `$1` is the scratch
    /// directory.
    func after(_ steps: String) -> [String] {
        [
            "/usr/bin/unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c",
            steps + " && shift && exec \"$@\"", "sh", scratch.url.path,
        ]
    }

    @discardableResult
    func file(_ name: String, _ contents: String, mode: Int = 0o644) throws -> String {
        try scratch.file("project/\(name)", contents, mode: mode)
    }

    func contents(_ name: String) -> String? { scratch.contents("project/\(name)") }
    func exists(_ name: String) -> Bool { scratch.exists("project/\(name)") }

    static let settings = ["files.write=[.]", "files.workspace=overlay"]

    /// Options of a run on a copy.
    func options(_ settings: [String]) -> [String] {
        ["--audit", audit, "-p", "python"] + (Self.settings + settings).flatMap { ["--set", $0] }
    }

    /// Runs a command on a copy of the directory.
    func run(_ command: [String], settings: [String] = [], options: [String] = []) throws -> Command.Result {
        try Command(
            host + [Shared.guardrun] + self.options(settings) + options + ["--"] + command, as: caller,
            in: directory, environment: environment
        ).run()
    }

    /// Runs Python code on a copy.
    func python(_ code: String, settings: [String] = []) throws -> Command.Result {
        try run(["/usr/bin/python3", "-c", code], settings: settings, options: ["--scan", "warn"])
    }

    /// One act of the victim on a copy.
    func act(_ words: String..., settings: [String] = []) throws -> Command.Result {
        try run([Shared.victim] + words, settings: settings)
    }

    /// Calls one of the commands about copies.
    func call(_ verb: String, _ words: String...) throws -> Command.Result {
        try call([Shared.guardrun, verb, "--audit", audit] + words)
    }

    /// Calls anything there.
    func call(_ words: [String]) throws -> Command.Result {
        try Command((isElsewhere ? host : []) + words, as: caller, in: directory, environment: environment)
            .run()
    }

    /// What `changes --json` lists: `kind path`, and the whole objects.
    func changes(_ run: String = "last") throws -> (names: [String], objects: [JSON]) {
        let result = try call("changes", run, "--json")
        let objects = JSONReader.value(Array(result.output.utf8).dropLast())?["changes"]?.elements ?? []
        return (
            objects.map { "\($0["change"]?.stringValue ?? "?") \($0["path"]?.stringValue ?? "?")" }, objects
        )
    }

    /// The run whose name a command takes, oldest first.
    func runs() throws -> [String] {
        try call("changes", "--json").output.split(separator: "\n").compactMap {
            JSONReader.value(Array($0.utf8))?["run_id"]?.stringValue
        }
    }

    func isSound() throws -> Bool {
        try call([Shared.guardrun, "audit", "verify", "--audit", audit]).status == 0
    }

    /// Every event of every trail.
    func events() throws -> [JSON] {
        let runs = URL(fileURLWithPath: isElsewhere ? scratch.path("up") : audit).appendingPathComponent(
            "runs")
        return try FileManager.default.contentsOfDirectory(atPath: runs.path).sorted()
            .filter { $0.hasSuffix(".jsonl") }.flatMap { name in
                (FileManager.default.contents(atPath: runs.appendingPathComponent(name).path) ?? Data())
                    .split(separator: 10).compactMap { JSONReader.value(Array($0)) }
            }
    }
}
