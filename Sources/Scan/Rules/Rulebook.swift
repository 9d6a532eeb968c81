import Event

extension Rule {
    /// Every rule there is, by threat.
    package static let all: [Rule] =
        destructive + exfiltration + privilege + modification + execution + network + credential + resources
        + escape
}

/// The rules by what they wait for, so that an act meets only those it concerns.
enum Rulebook {
    static let deletes = Rule.all.filter { if case .delete = $0.trigger { true } else { false } }
    static let sweeps = Rule.all.filter { if case .sweep = $0.trigger { true } else { false } }
    static let writes = Rule.all.filter { if case .write = $0.trigger { true } else { false } }
    static let reads = Rule.all.filter { if case .read = $0.trigger { true } else { false } }
    static let lists = Rule.all.filter { if case .list = $0.trigger { true } else { false } }
    static let permits = Rule.all.filter { if case .permit = $0.trigger { true } else { false } }
    static let evaluations = Rule.all.filter { if case .evaluate = $0.trigger { true } else { false } }
    static let starts = Rule.all.filter { if case .start = $0.trigger { true } else { false } }
    static let sends = Rule.all.filter { if case .send = $0.trigger { true } else { false } }
    static let fetches = Rule.all.filter { if case .fetch = $0.trigger { true } else { false } }
    static let connects = Rule.all.filter { if case .connect = $0.trigger { true } else { false } }
    static let listens = Rule.all.filter { if case .listen = $0.trigger { true } else { false } }
    static let queries = Rule.all.filter { if case .query = $0.trigger { true } else { false } }
    static let assignments = Rule.all.filter { if case .assign = $0.trigger { true } else { false } }
    static let commands = Rule.all.filter { if case .command = $0.trigger { true } else { false } }
    static let calls = Rule.all.filter { if case .call = $0.trigger { true } else { false } }

    static func rules(for act: Act) -> [Rule] {
        switch act {
        case .delete: deletes
        case .sweep: sweeps
        case .write: writes
        case .read: reads
        case .list: lists
        case .permit: permits
        case .evaluate: evaluations
        case .start: starts
        case .send: sends
        case .fetch: fetches
        case .connect: connects
        case .listen: listens
        case .query: queries
        case .assign: assignments
        case .command: commands
        case .call: calls
        }
    }
}
