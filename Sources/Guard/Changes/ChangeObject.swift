import Audit
import Changes
import Event
import Linux

/// Changes for programs.
enum ChangeObject {
    static func json(_ change: Change, _ look: Look, _ result: Commit.Result) -> JSON {
        .object(
            name(change) + [
                .init("entity", .string(change.entity.rawValue)),
                .init("old_mode", mode(change.before)), .init("mode", mode(change.after)),
                .init("old_size", size(change.before)), .init("size", size(change.after)),
                .init("old_sha256", look.before.map { .string($0.description) } ?? .null),
                .init("sha256", look.after.map { .string($0.description) } ?? .null),
                .init("old_target", look.oldTarget.map { .text($0.bytes) } ?? .null),
                .init("target", look.target.map { .text($0.bytes) } ?? .null),
                .init("diff", look.diff.map { .string(text($0)) } ?? .null),
            ] + state(result))
    }

    /// What was done about a change.
    static func outcome(_ change: Change, _ result: Commit.Result) -> JSON {
        .object(
            name(change) + [.init("entity", .string(change.entity.rawValue))] + state(result))
    }

    private static func name(_ change: Change) -> [JSON.Member] {
        [.init("change", .string(change.kind.rawValue))] + path("path", change.path)
            + (change.from.map { path("from", $0) } ?? [])
    }

    /// A path as text; where it is no text, its bytes in hexadecimal digits as well.
    private static func path(_ name: String, _ path: Path) -> [JSON.Member] {
        let text = path.description
        let member = JSON.Member(name, .string(text))
        if Array(text.utf8) == path.bytes { return [member] }
        let digits = path.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return [member, .init("\(name)_hex", .string(digits))]
    }

    /// The words are a contract with readers of `--json`.
    static func state(_ result: Commit.Result) -> [JSON.Member] {
        switch result {
        case .applied: [.init("state", "pending"), .init("why", .null)]
        case .already: [.init("state", "committed"), .init("why", .null)]
        case .conflict(let why): [.init("state", "conflict"), .init("why", .string(why))]
        case .refused(let why): [.init("state", "refused"), .init("why", .string(why))]
        }
    }

    private static func mode(_ mark: Mark?) -> JSON {
        mark.map { .string(String($0.permissions & 0o7777, radix: 8)) } ?? .null
    }

    private static func size(_ mark: Mark?) -> JSON {
        mark.flatMap { $0.kind == .file ? .number($0.size) : nil } ?? .null
    }

    /// As `patch` reads it, but for the names.
    private static func text(_ diff: Diff) -> String {
        var text = ""
        for hunk in diff.hunks {
            text += hunk.header + "\n"
            for line in hunk.lines {
                text += String(line.sign) + String(decoding: line.text, as: UTF8.self) + "\n"
                if line.isOpen { text += "\\ No newline at end of file\n" }
            }
        }
        return text
    }
}
