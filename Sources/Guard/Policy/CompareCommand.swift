import Compare
import Event
import Policy

/// `guardrun policy compare` and `guardrun policy diff`: two policies held against each other by what they mean.
struct CompareCommand {
    private let names: (a: String, b: String)
    private let comparison: Comparison

    init(_ words: [String], _ verb: String) throws(UsageError) {
        guard words.count == 2 else {
            throw UsageError(description: "policy \(verb) takes two profiles or files")
        }
        names = (words[0], words[1])
        let context = Context.current()
        comparison = Comparison(
            Loading.policy(names.a, settings: [], context, inSession: true).policy,
            Loading.policy(names.b, settings: [], context, inSession: true).policy)
    }

    func compare(isJSON: Bool) -> Never {
        if isJSON {
            writeJSON()
        } else {
            writeText()
        }
        Exit.now(Exit.success)
    }

    /// - Parameter failsIfLooser: what B takes away is no reason to fail.
    func diff(isJSON: Bool, failsIfLooser: Bool) -> Never {
        if isJSON {
            writeJSON()
        } else {
            writeChanges()
        }
        let fails = failsIfLooser ? comparison.isPerhapsLooser : comparison.relation != .equal
        Exit.now(fails ? Exit.different : Exit.success)
    }

    private func writeText() {
        let terminal = Terminal.standardOutput
        terminal.line("\(inert(names.a)) \(comparison.relation.inWords) \(inert(names.b))")
        for part in Comparison.parts {
            let relation = comparison.relation(in: part)
            guard relation != .equal else { continue }
            terminal.line("  \(part)\(String(repeating: " ", count: 12 - part.count))\(relation.rawValue)")
        }
        for difference in comparison.differences {
            terminal.line()
            let path = terminal.styled(difference.path, .bold)
            terminal.line("\(path)  \(styled(difference.relation, terminal))")
            terminal.line("  A        \(inert(difference.a))")
            terminal.line("  B        \(inert(difference.b))")
            if let witness = difference.witness { terminal.line("  witness  \(inert(witness.description))") }
        }
    }

    /// What becomes of A when B takes its place.
    private func writeChanges() {
        let terminal = Terminal.standardOutput
        var path = ""
        for difference in comparison.differences {
            if difference.path != path { terminal.line(terminal.styled(difference.path, .bold)) }
            path = difference.path
            let becomes = difference.relation.reversed
            terminal.line("  \(inert(difference.a)) → \(inert(difference.b))  \(styled(becomes, terminal))")
            guard let witness = difference.witness else { continue }
            let verb = becomes == .looser ? "newly allowed" : "no longer allowed"
            terminal.line("    \(verb): \(inert(witness.description))")
        }
        if comparison.differences.isEmpty {
            terminal.line("\(inert(names.a)) and \(inert(names.b)) allow the same")
        }
    }

    private func styled(_ relation: Relation, _ terminal: Terminal) -> String {
        let style: Terminal.Style =
            switch relation {
            case .looser: .red
            case .stricter: .green
            default: .yellow
            }
        return terminal.styled(relation.rawValue, style)
    }

    private func writeJSON() {
        let differences = comparison.differences.map { difference in
            JSON.object([
                .init("path", .string(difference.path)), .init("a", .string(difference.a)),
                .init("b", .string(difference.b)), .init("relation", .string(difference.relation.rawValue)),
                .init("witness", difference.witness?.json ?? .null),
            ])
        }
        let parts = Comparison.parts.map { part in
            JSON.Member(part, .string(comparison.relation(in: part).rawValue))
        }
        let object = JSON.object([
            .init("relation", .string(comparison.relation.rawValue)), .init("parts", .object(parts)),
            .init("differences", .array(differences)),
        ])
        Terminal.standardOutput.write(bytes: object.encoded + [UInt8(ascii: "\n")])
    }
}

extension Relation {
    fileprivate var inWords: String {
        switch self {
        case .equal: "allows the same as"
        case .stricter: "is stricter than"
        case .looser: "is looser than"
        case .incomparable: "is incomparable with"
        case .unknown: "stands in a relation that is not known to"
        }
    }
}
