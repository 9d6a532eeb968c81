import Audit
import Changes
import Linux
import Supervise

/// Changes for people. Names and contents are the run's, so nothing of them reaches a terminal as it is.
struct ChangeText {
    private let terminal: Terminal
    private static let shortest = 24
    /// Lines of one difference, and characters of a line, where nobody asked for it by name.
    private static let shown = 200
    private static let widest = 400
    /// The longest path (PATH_MAX): of none is anything left out.
    private static let longestPath = 4_096

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// One line: what happened, to what, and what stands in the way of having it.
    func line(_ change: Change, _ look: Look?, _ result: Commit.Result) {
        let kind = change.kind == .mode ? "mode" : change.kind.rawValue
        let padding = String(repeating: " ", count: 9 - kind.count)
        let details = [details(change, look)].filter { !$0.isEmpty }.joined(separator: "  ")
        let gap = String(repeating: " ", count: max(2, Self.shortest - Self.name(change).count))
        terminal.line(
            "  \(terminal.styled(kind, style(change.kind)))\(padding)\(Self.name(change))"
                + (details.isEmpty ? "" : gap + terminal.styled(details, .dim)))
        switch result {
        case .conflict(let why): note("conflict", why, .red)
        case .refused(let why): note("not carried over", why, .yellow)
        case .already, .applied: return
        }
    }

    /// What became of a change that was carried over, or not.
    func outcome(_ change: Change, _ result: Commit.Result, isForeseen: Bool) {
        let (word, style, why): (String, Terminal.Style, String) =
            switch result {
            case .applied: (isForeseen ? "would" : "done", .green, "")
            case .already: ("there", .dim, "it is there already")
            case .conflict(let why): ("conflict", .red, why)
            case .refused(let why): ("refused", .yellow, why)
            }
        let padding = String(repeating: " ", count: 10 - word.count)
        let kind = change.kind.rawValue + String(repeating: " ", count: 9 - change.kind.rawValue.count)
        terminal.line(
            "  \(terminal.styled(word, style))\(padding)\(kind)\(Self.name(change))"
                + (why.isEmpty ? "" : "  \(terminal.styled(inert(why), style))"))
    }

    private func note(_ word: String, _ why: String, _ style: Terminal.Style) {
        terminal.line("           \(terminal.styled("\(word): \(inert(why))", style))")
    }

    private func style(_ kind: Change.Kind) -> Terminal.Style {
        switch kind {
        case .added: .green
        case .deleted: .red
        case .modified, .mode: .yellow
        case .renamed: .cyan
        }
    }

    static func name(_ change: Change) -> String {
        func text(_ path: Path) -> String { inert(path.description, limit: longestPath) }
        let name = text(change.path) + (change.entity == .directory ? "/" : "")
        return change.from.map { "\(text($0)) → \(name)" } ?? name
    }

    private func details(_ change: Change, _ look: Look?) -> String {
        var details: [String] = []
        if let target = look?.target {
            details.append("→ \(inert(target.description, limit: Self.longestPath))")
            if let old = look?.oldTarget {
                details.append("was → \(inert(old.description, limit: Self.longestPath))")
            }
        }
        if let diff = look?.diff {
            details.append(
                [diff.added > 0 ? "+\(diff.added)" : "", diff.removed > 0 ? "−\(diff.removed)" : ""]
                    .filter { !$0.isEmpty }.joined(separator: " "))
        } else if change.entity == .file, [.added, .modified].contains(change.kind), let after = change.after
        {
            let size = Amount.bytes(UInt64(max(0, after.size)))
            details.append(
                change.before.map { "\(Amount.bytes(UInt64(max(0, $0.size)))) → \(size)" } ?? size)
        }
        if let mode = mode(change) { details.append(mode) }
        return details.filter { !$0.isEmpty }.joined(separator: ", ")
    }

    /// The mode where it changed, and of a new file that may be executed.
    private func mode(_ change: Change) -> String? {
        guard let after = change.after, after.kind != .symlink else { return nil }
        func digits(_ mark: Mark) -> String { String(mark.permissions & 0o7777, radix: 8) }
        guard let before = change.before, before.kind == after.kind else {
            return after.kind == .file && after.permissions & 0o111 != 0
                ? "executable, mode \(digits(after))" : nil
        }
        return (before.permissions ^ after.permissions) & 0o777 == 0
            ? nil : "mode \(digits(before)) → \(digits(after))"
    }
}

extension ChangeText {
    /// What is in a change: the difference of texts, or digests.
    ///
    /// - Returns: whether something was left out.
    @discardableResult
    func body(_ change: Change, _ look: Look, isNamed: Bool) -> Bool {
        let path = inert(change.path.description, limit: Self.longestPath)
        if look.isPartial {
            terminal.line()
            terminal.line(terminal.styled("\(path): not looked into among so much", .bold))
            return true
        }
        guard let diff = look.diff else {
            guard change.entity == .file, [.added, .modified].contains(change.kind) else { return false }
            terminal.line()
            terminal.line(terminal.styled("\(path): binary", .bold))
            if let before = look.before { terminal.line(terminal.styled("- sha256 \(before)", .red)) }
            if let after = look.after { terminal.line(terminal.styled("+ sha256 \(after)", .green)) }
            return false
        }
        guard !diff.hunks.isEmpty else { return false }
        terminal.line()
        terminal.line(terminal.styled("--- \(change.before == nil ? "/dev/null" : path)", .bold))
        terminal.line(terminal.styled("+++ \(path)", .bold))
        var left = isNamed ? Int.max : Self.shown
        let all = diff.hunks.reduce(0) { $0 + $1.lines.count }
        var isCut = all > left
        for hunk in diff.hunks where left > 0 {
            terminal.line(terminal.styled(hunk.header, .cyan))
            for line in hunk.lines.prefix(left) {
                let isLong = show(line, limit: isNamed ? .max : Self.widest)
                isCut = isCut || isLong
            }
            left -= min(left, hunk.lines.count)
        }
        if !isNamed, all > Self.shown {
            terminal.line(terminal.styled("… \(all - Self.shown) more lines", .dim))
        }
        return isCut
    }

    /// - Returns: whether something was left out.
    private func show(_ line: Diff.Line, limit: Int) -> Bool {
        let whole = String(decoding: line.text, as: UTF8.self)
        let text = abridged(whole, limit: limit, keepsTabs: true)
        let style: Terminal.Style = line.sign == "+" ? .green : line.sign == "-" ? .red : .plain
        terminal.line(terminal.styled("\(line.sign)\(text)", style))
        if line.isOpen { terminal.line(terminal.styled("\\ no line feed at the end", .dim)) }
        return whole.unicodeScalars.count > limit
    }
}
