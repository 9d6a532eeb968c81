import Event
import Policy
import Sandbox
import Scan

/// `guardrun policy`: check policies, show what one comes to, list the shipped ones.
enum PolicyCommand {
    private static let verbs = [
        "check", "show", "list", "compare", "diff", "test", "import", "export", "schema",
    ]

    static func run(_ words: [[UInt8]]) throws(UsageError) -> Never {
        let flags = try Flags(
            words,
            [
                .init("--format", takes: "'text' or 'json'; of schema 'json' or 'markdown'"),
                .init("--set", takes: "PATH=VALUE"),
                .init("--fail-if-looser"), .init("--empty-tools", takes: "'all' or 'none'"),
                .init("--from", takes: "a format"),
            ])
        let names = Array(flags.words.dropFirst())
        if flags.words.first == "schema" { try schema(names, flags) }
        let isJSON = try flags.wantsJSON()
        let failsIfLooser = flags.has("--fail-if-looser")
        if failsIfLooser, flags.words.first != "diff" {
            throw UsageError(description: "--fail-if-looser belongs to policy diff")
        }
        switch flags.words.first {
        case "check": check(names, flags)
        case "show":
            guard names.count == 1 else {
                throw UsageError(description: "policy show takes one profile or file")
            }
            show(names[0], flags, isJSON: isJSON)
        case "list":
            for name in Profiles.names {
                let space = String(repeating: " ", count: max(1, 20 - name.count))
                Terminal.standardOutput.line("\(name)\(space)\(Profiles.purpose(of: name))")
            }
            Exit.now(Exit.success)
        case "compare": try CompareCommand(names, "compare").compare(isJSON: isJSON)
        case "diff": try CompareCommand(names, "diff").diff(isJSON: isJSON, failsIfLooser: failsIfLooser)
        case "import": try ImportCommand.run(names, flags, isJSON: isJSON)
        case "export": try ImportCommand.export(names, flags, isJSON: isJSON)
        case "test": try WhatIfCommand.run(names, flags, isJSON: isJSON)
        case let other?:
            let near = suggestion(for: other, among: verbs)
            throw UsageError(
                description:
                    "guardrun policy has no '\(inert(other))'\(near.map { "; did you mean '\($0)'?" } ?? "")")
        case nil:
            throw UsageError(description: "guardrun policy needs one of \(verbs.joined(separator: ", "))")
        }
    }

    /// The keys of a policy: for editors, or as the page that `docs/policy.md` is.
    private static func schema(_ names: [String], _ flags: Flags) throws(UsageError) -> Never {
        if let stray = names.first ?? flags.names.first(where: { $0 != "--format" }) {
            throw UsageError(description: "policy schema takes no '\(inert(stray))'")
        }
        switch flags.last("--format") {
        case nil, "json": Terminal.standardOutput.write(bytes: PolicySchema.json.indented)
        case "markdown": Terminal.standardOutput.write(PolicyReference.page)
        case let other?:
            throw UsageError(description: "--format takes 'json' or 'markdown', not '\(inert(other))'")
        }
        Exit.now(Exit.success)
    }

    private static func check(_ names: [String], _ flags: Flags) -> Never {
        let context = Context.current()
        var isWrong = names.isEmpty
        if names.isEmpty {
            Terminal.standardError.line("guardrun: policy check takes at least one profile or file")
        }
        for name in names {
            do throws(PolicyFaults) {
                let loaded = try Policy.load(
                    reference: name, settings: flags.all("--set"), context: context.sessionPolicy,
                    checkPattern: Scanner.problem(with:), readsExamples: true)
                let wrong = examples(loaded, context)
                for warning in loaded.warnings + loaded.doubts {
                    Terminal.standardOutput.line("warning: \(inert("\(warning)", limit: 2_000))")
                }
                for limit in Limit.allCases where loaded.policy.limits[limit] == nil {
                    Terminal.standardOutput.line(
                        "note: \(inert(name)): limits.\(limit.rawValue) is unlimited")
                }
                if !wrong.isEmpty { throw PolicyFaults(faults: wrong) }
                Terminal.standardOutput.line("\(inert(name)): sound")
            } catch {
                isWrong = true
                Loading.show(error)
            }
        }
        Exit.now(isWrong ? Exit.policy : Exit.success)
    }

    /// What is wrong with the examples. Where this host cannot hold the policy there is nothing to decide them.
    private static func examples(_ loaded: Policy.Loaded, _ context: Context) -> [Fault] {
        do throws(Unenforceable) {
            return try WhatIfCommand.faults(loaded, context)
        } catch {
            for fault in error.faults {
                Terminal.standardOutput.line(
                    "note: the examples were not tried: \(inert("\(fault)", limit: 2_000))")
            }
            return []
        }
    }

    private static func show(_ name: String, _ flags: Flags, isJSON: Bool) -> Never {
        let loaded = Loading.policy(
            name, settings: flags.all("--set"), Context.current(), inSession: true)
        if isJSON {
            Terminal.standardOutput.write(bytes: loaded.policy.document.encoded + [UInt8(ascii: "\n")])
        } else {
            Terminal.standardOutput.write(loaded.yaml)
        }
        Exit.now(Exit.success)
    }
}
