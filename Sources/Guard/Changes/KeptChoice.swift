import Audit
import Changes
import Linux

/// Finds the run whose workspace a command line means.
struct KeptChoice {
    let store: Store
    /// How `--audit` was given, for commands that are shown.
    let option: String

    static let flag = Flags.Known("--audit", takes: "a directory")

    init(_ flags: Flags, _ context: Context) {
        let asked = flags.last("--audit")
        store = Store.standard(
            asked: asked.map { Path($0) }, user: context.user, workingDirectory: context.directory)
        option = asked.map { " --audit \(inert($0))" } ?? ""
    }

    /// The run that a word means: `last`, a whole name, or the beginning or end of one.
    func run(_ word: String) throws(UsageError) -> Kept {
        let all = store.kept()
        let found =
            word == "last"
            ? Array(all.suffix(1))
            : all.filter { $0.runID.description.hasPrefix(word) || $0.runID.description.hasSuffix(word) }
        if let kept = found.first, found.count == 1 { return kept }
        guard found.isEmpty else {
            throw UsageError(description: "'\(inert(word))' means \(found.count) runs")
        }
        let isRun = word != "last" && (try? store.matching(word))?.isEmpty == false
        throw UsageError(
            description: isRun
                ? "the run '\(inert(word))' changed nothing in a workspace of its own; only one under files.workspace: "
                    + "overlay does"
                : "no run is named '\(inert(word))' in \(inert(store.workspaces.description))")
    }

    /// A copy to work on, which nobody else has; whatever stands in the way ends guardrun.
    func open(_ kept: Kept, for verb: String) -> OpenedCopy {
        do throws(SystemError) {
            guard let hold = try kept.taken() else {
                fail(
                    "\(kept.runID) goes on, or another command has its workspace; \(verb) it when that is over"
                )
            }
            return OpenedCopy(
                kept: kept, contents: try kept.contents(), base: try kept.base(), upper: try kept.upper(),
                hold: hold)
        } catch {
            fail("the workspace of \(kept.runID) cannot be opened: \(inert("\(error)"))")
        }
    }

    /// The short name of a run, as commands take it.
    static func short(_ run: RunID) -> String { String(run.description.suffix(8)) }
}

/// A run's copy, opened and held.
final class OpenedCopy {
    let kept: Kept
    let contents: Kept.Contents
    let base: Directory
    let upper: Directory
    private let hold: Directory

    init(kept: Kept, contents: Kept.Contents, base: Directory, upper: Directory, hold: Directory) {
        self.kept = kept
        self.contents = contents
        self.base = base
        self.upper = upper
        self.hold = hold
    }

    var commit: Commit { Commit(kept.runID, base: base, upper: upper) }

    /// Paths as they were typed, relative to the working directory of the run.
    func paths(_ words: [[UInt8]]) -> [Path] {
        words.map { word in
            let path = Path(bytes: word).normalised
            guard path.isAbsolute, kept.directory.contains(path), path != kept.directory else { return path }
            return Path(
                bytes: Array(path.bytes[(kept.directory.bytes.count + (kept.directory.isRoot ? 0 : 1))...]))
        }
    }

    /// The changes that are meant; a word that means none ends guardrun.
    func selection(_ words: [[UInt8]]) throws(UsageError) -> Selection {
        let selection = Selection(contents.changes, paths: paths(words))
        guard let unknown = selection.unknown.first else { return selection }
        throw UsageError(
            description: "the run changed nothing at '\(inert(unknown.description))' in \(kept.directory)")
    }
}
