import Audit
import Event
import Glibc
import Linux

extension AuditCommand {
    /// Delivers events elsewhere, those that are there and with no `--once` those that come, in the order of each trail and
    /// at least once. The trails are the spool: nothing waits in memory, no run waits for it, and where it stopped it goes on.
    func ship() throws(UsageError) -> Never {
        guard names.isEmpty, let text = flags.last("--sink") else {
            throw UsageError(
                description:
                    "audit ship needs --sink with unix:PATH, tcp://HOST:PORT, exec:COMMAND or https://…")
        }
        let sink = try ShipSink(text)
        let form = try form(or: .jsonl)
        let name = try cursorName()
        let filter = (kind: try kind(), threat: try threat(), since: try since())
        let deliverer = Deliverer(sink, form, key: try key(for: sink))
        ignoreBrokenPipes()
        do throws(SystemError) {
            let cursor = try DeliveryCursor(name, in: store)
            var shipping = Shipping(
                store, cursor, deliverer, form, filter, attempts: flags.has("--once") ? 3 : nil)
            // Watched before it is read, so that nothing falls between the two.
            let watch = try DirectoryWatch(store.runs)
            var isComplete = try shipping.deliver(nil)
            while !flags.has("--once") { isComplete = try shipping.deliver(try watch.changes()) }
            Exit.now(isComplete ? Exit.success : Exit.failure)
        } catch {
            if error.errno == .tryAgain { fail("another `guardrun audit ship` delivers as '\(inert(name))'") }
            fail("events cannot be delivered: \(error)")
        }
    }

    /// The name that a place in the trails is kept under.
    private func cursorName() throws(UsageError) -> String {
        let name = flags.last("--name") ?? "default"
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 64 else {
            throw UsageError(description: "--name takes letters, digits, - and _, not '\(inert(name))'")
        }
        return name
    }

    private func key(for sink: ShipSink) throws(UsageError) -> [UInt8]? {
        guard let file = flags.last("--key-file") else { return nil }
        guard case .web = sink else {
            throw UsageError(
                description: "--key-file signs what goes to http:// or https://, and nothing else")
        }
        let bytes = try Self.contents(of: file, atMost: 4_096)
        let key = bytes.last == UInt8(ascii: "\n") ? Array(bytes.dropLast()) : bytes
        guard key.count >= 16 else {
            throw UsageError(description: "\(inert(file)) holds \(key.count) bytes; a key has 16 at least")
        }
        return key
    }
}

/// How far one `audit ship` is.
private struct Shipping: ~Copyable {
    private let store: Store
    private let cursor: DeliveryCursor
    private var deliverer: Deliverer
    private let form: ExportForm
    private let filter: (kind: Event.Kind?, threat: Threat?, since: String)
    /// How often one delivery is tried; nil for ever.
    private let attempts: Int?

    init(
        _ store: Store, _ cursor: DeliveryCursor, _ deliverer: consuming Deliverer,
        _ form: ExportForm,
        _ filter: (kind: Event.Kind?, threat: Threat?, since: String), attempts: Int?
    ) {
        self.store = store
        self.cursor = cursor
        self.deliverer = deliverer
        self.form = form
        self.filter = filter
        self.attempts = attempts
    }

    /// Delivers what is new in the trails of these names, in all where it is not known which; whether all of it was taken.
    mutating func deliver(_ names: [String]?) throws(SystemError) -> Bool {
        let runs: [RunID]
        if let names {
            let endings = Set(names.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) })
            runs = endings.sorted().compactMap { RunID($0) }
        } else {
            runs = try store.all()
        }
        for run in runs where run.description >= filter.since {
            guard try deliver(run) else { return false }
        }
        return true
    }

    private mutating func deliver(_ run: RunID) throws(SystemError) -> Bool {
        let start = cursor.place(of: run)
        // Most are as they were.
        guard let size = try? store.trail(of: run).status().size, UInt64(size) > start,
            var lines = try? TrailLines(of: run, in: store, from: start)
        else { return true }
        while true {
            let block = try lines.next()
            if block.isEmpty { return true }
            let text = form.text(of: AuditCommand.wanted(block, filter.kind, filter.threat))
            if !text.bytes.isEmpty {
                guard take(Delivery(run: run, place: lines.place, bytes: text.bytes)) else { return false }
            }
            try cursor.advance(run, to: lines.place)
        }
    }

    /// Tries until it is taken, each time after twice as long a pause; false when it has been tried often enough.
    private mutating func take(_ delivery: Delivery) -> Bool {
        var pause: UInt32 = 250_000
        var tried = 0
        while let reason = deliverer.failure(of: delivery) {
            tried += 1
            if let attempts, tried >= attempts {
                Terminal.standardError.line(
                    "guardrun: events were not taken: \(inert(reason)); the next `audit ship` tries again")
                return false
            }
            if tried == 1 || tried % 16 == 0 {
                Terminal.standardError.line("guardrun: events are not taken: \(inert(reason)); trying again")
            }
            usleep(pause)
            pause = min(pause * 2, 60_000_000)
        }
        if tried > 0, attempts == nil { Terminal.standardError.line("guardrun: events are taken again") }
        return true
    }
}
