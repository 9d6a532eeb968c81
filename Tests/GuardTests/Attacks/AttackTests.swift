import Event
import Foundation
import Testing

/// Each attack of the table, done for real: nothing comes of it, and the trail says that it was tried.
@Suite("Attacks", .timeLimit(.minutes(60)))
struct AttackTests {
    struct Round: Sendable, CustomStringConvertible {
        let caller: Caller
        let profile: String
        let family: Int

        var description: String { "\(Attack.families[family].title), \(profile), as \(caller)" }
    }

    static let rounds = Caller.possible.flatMap { caller in
        ["strict", "python", "shell"].flatMap { profile in
            Attack.families.indices.map { Round(caller: caller, profile: profile, family: $0) }
        }
    }

    @Test("nothing comes of them, and each is seen", arguments: rounds)
    func held(_ round: Round) throws {
        let attacks = Attack.families[round.family].attacks.filter { $0.profiles.contains(round.profile) }
        guard !attacks.isEmpty else { return }
        let world = try AttackedWorld(round.caller)
        for attack in attacks { try expect(attack, round, world) }
        #expect(Processes.vanish(world.seconds), "a process outlived its run")
    }

    private func expect(_ attack: Attack, _ round: Round, _ world: AttackedWorld) throws {
        var guarded = Guarded(
            round.caller, policy: round.profile, settings: attack.settings.map(world.fill), in: world.work)
        guarded.environment = ["GUARDRUN_SECRET": world.token, "HOME": world.home]
        guarded.inputFile = attack.input.flatMap(world.path)
        let words = attack.words.map(world.fill)
        let isProgram = words[0].hasPrefix("/")
        let before = world.state()
        let seen = try guarded.run(["--"] + (isProgram ? [] : [Shared.victim]) + words)
        let who = "\(attack.name), \(round.profile), \(round.caller): \(seen.output)\(seen.errors)"

        let after = world.state()
        for (thing, state) in before where after[thing] != state {
            Issue.record("\(who) changed \(thing): \(state) to \(after[thing] ?? "nothing")")
        }
        #expect(!seen.output.contains(world.token) && !seen.errors.contains(world.token), "\(who)")
        if isProgram {
            #expect(seen.status != 0, "\(who)")
        } else if !attack.answers.isEmpty {
            let answer = seen.output.split(separator: "\n").last.map(String.init) ?? ""
            #expect(attack.answers.contains(answer), "\(who)")
        }
        expectTrace(attack, seen, round.caller, who)
    }

    private func expectTrace(_ attack: Attack, _ seen: Seen, _ caller: Caller, _ who: String) {
        let trace = attack.trace(for: caller)
        let kinds = seen.violations.map {
            "\($0["op"]?.stringValue ?? "")/\($0["syscall"]?.stringValue ?? "")"
        }
        switch trace {
        case .denied(let operation, let syscall):
            #expect(kinds.contains("\(operation)/\(syscall)"), "\(kinds) \(who)")
        case .deniedWhere(let path, let operation, let syscall):
            if AttackedWorld.isOpen(path, to: caller) {
                #expect(kinds.contains("\(operation)/\(syscall)"), "\(kinds) \(who)")
            }
        case .refused: #expect(!kinds.isEmpty, "\(who)")
        case .killed:
            #expect(seen.status == 128 + SIGKILL, "\(who)")
            #expect(seen.violations.contains { $0["errno"]?.stringValue == "SIGKILL" }, "\(kinds) \(who)")
        case .limit(let name):
            let limits = seen.events(.limitExceeded).compactMap { $0["limit"]?.stringValue }
            #expect(limits.contains(name), "\(limits) \(who)")
        case .none: #expect(kinds.isEmpty, "\(kinds) \(who)")
        }
        #expect(seen.events.last?["type"]?.stringValue == "run_finished", "\(who)")
    }
}
