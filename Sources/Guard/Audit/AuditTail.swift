import Audit
import Event
import Linux

extension AuditCommand {
    /// The last events of all runs together, and with `-f` those that come, as they come.
    func tail() throws(UsageError) -> Never {
        guard names.isEmpty else { throw UsageError(description: "audit tail takes no run") }
        let wanted = try count("-n") ?? 10
        var tail = Tail(store, kind: try kind(), threat: try threat(), isJSON: isJSON)
        do throws(SystemError) {
            if flags.has("-f") {
                try store.make()
                // Watched before it is read, so that nothing falls between the two.
                let watch = try DirectoryWatch(store.runs)
                try tail.begin(last: wanted)
                while true { try tail.follow(try watch.changes()) }
            }
            try tail.begin(last: wanted)
        } catch {
            fail("\(store.runs) cannot be read: \(error.errno)")
        }
        Exit.now(Exit.success)
    }

    func count(_ option: String) throws(UsageError) -> Int? {
        guard let text = flags.last(option) else { return nil }
        guard let count = Int(text), count >= 0 else {
            throw UsageError(description: "\(option) takes a number, not '\(inert(text))'")
        }
        return count
    }
}

/// How far each trail has been shown.
private struct Tail {
    private let store: Store
    private let kind: Event.Kind?
    private let threat: Threat?
    private let isJSON: Bool
    private var shown: [String: UInt64] = [:]
    private let terminal = Terminal.standardOutput

    init(_ store: Store, kind: Event.Kind?, threat: Threat?, isJSON: Bool) {
        self.store = store
        self.kind = kind
        self.threat = threat
        self.isJSON = isJSON
    }

    /// Shows the last events there are and counts the rest as shown.
    mutating func begin(last wanted: Int) throws(SystemError) {
        var found: [(run: RunID, line: [UInt8], event: JSON)] = []
        let runs = try store.all()
        for run in runs.reversed() {
            guard found.count < wanted else {
                // An older run that still grows is followed from where it is now.
                shown[run.description] = UInt64((try? store.trail(of: run).status().size) ?? 0)
                continue
            }
            found = fresh(run) + found
        }
        for one in found.suffix(wanted) { write(one.run, one.line, one.event) }
    }

    /// Shows what is new in the trails of these names; in all, when it is not known which.
    mutating func follow(_ names: [String]?) throws(SystemError) {
        let runs: [RunID]
        if let names {
            let endings = Set(names.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) })
            runs = endings.sorted().compactMap { RunID($0) }
        } else {
            runs = try store.all()
        }
        for run in runs { for one in fresh(run) { write(one.run, one.line, one.event) } }
    }

    /// The whole lines of a trail that were not there before and are asked for.
    private mutating func fresh(_ run: RunID) -> [(run: RunID, line: [UInt8], event: JSON)] {
        let start = shown[run.description] ?? 0
        guard var lines = try? TrailLines(of: run, in: store, from: start) else { return [] }
        var bytes: [UInt8] = []
        while let block = try? lines.next(), !block.isEmpty { bytes += block }
        shown[run.description] = lines.place
        return bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            guard let event = JSONReader.event(line),
                kind.map({ event["type"]?.stringValue == $0.rawValue }) ?? true,
                threat.map({ event["threat"]?.stringValue == $0.rawValue }) ?? true
            else { return nil }
            return (run, Array(line), event)
        }
    }

    private func write(_ run: RunID, _ line: [UInt8], _ event: JSON) {
        if isJSON {
            terminal.write(bytes: line + [UInt8(ascii: "\n")])
            return
        }
        let time = inert(String((event["time"]?.stringValue ?? "").dropFirst(11).prefix(12)), limit: 20)
        terminal.line("\(time)  \(run.description.suffix(8))  \(TrailText.summary(event, terminal))")
    }
}
