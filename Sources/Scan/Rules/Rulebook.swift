import Event

extension Rule {
    /// Every rule there is, by threat.
    package static let all: [Rule] =
        destructive + exfiltration + privilege + modification + execution + network + credential + resources
        + escape + defences
}

/// The rules by what they wait for, so that an act meets only those it concerns.
enum Rulebook {
    static func rules(for act: Act) -> [Rule] { shelves[act.shelf.rawValue] }

    private static let shelves: [[Rule]] = {
        var shelves = [[Rule]](repeating: [], count: Shelf.allCases.count)
        for rule in Rule.all {
            guard let shelf = rule.trigger.shelf else { continue }
            shelves[shelf.rawValue].append(rule)
        }
        return shelves
    }()

    /// One for each kind of act.
    enum Shelf: Int, CaseIterable {
        case delete, sweep, write, read, list, permit, evaluate, start, send, fetch, connect, listen, query,
            assign,
            command, call
    }
}

extension Act {
    fileprivate var shelf: Rulebook.Shelf {
        switch self {
        case .delete: .delete
        case .sweep: .sweep
        case .write: .write
        case .read: .read
        case .list: .list
        case .permit: .permit
        case .evaluate: .evaluate
        case .start: .start
        case .send: .send
        case .fetch: .fetch
        case .connect: .connect
        case .listen: .listen
        case .query: .query
        case .assign: .assign
        case .command: .command
        case .call: .call
        }
    }
}

extension Trigger {
    /// Nil for what analysers report by themselves.
    fileprivate var shelf: Rulebook.Shelf? {
        switch self {
        case .delete: .delete
        case .sweep: .sweep
        case .write: .write
        case .read: .read
        case .list: .list
        case .permit: .permit
        case .evaluate: .evaluate
        case .start: .start
        case .send: .send
        case .fetch: .fetch
        case .connect: .connect
        case .listen: .listen
        case .query: .query
        case .assign: .assign
        case .command: .command
        case .call: .call
        case .seen: nil
        }
    }
}
