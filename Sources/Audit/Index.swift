import Event
import Glibc
import Linux

/// A SQLite database over all trails, to ask questions of. It holds nothing that the trails do not hold, so that it can
/// be thrown away at any time, and it proves nothing: `audit verify` reads the trails.
package final class Index {
    package let database: Database
    private let store: Store

    /// Opens the index of an audit directory and brings it up to what the trails hold now. Where it cannot be written it
    /// is made in memory; where it is damaged, anew.
    package static func current(of store: Store) throws(DatabaseError) -> Index {
        do throws(DatabaseError) {
            return try Index(store, at: store.index)
        } catch {
            guard error.isDamage else { return try Index(store, at: Path(":memory:")) }
            for ending in ["", "-journal"] { Path(store.index.description + ending).remove() }
            return try Index(store, at: store.index)
        }
    }

    private init(_ store: Store, at path: Path) throws(DatabaseError) {
        // For the owner alone, like the trails it is made from.
        _ = umask(0o077)
        database = try Database(path)
        self.store = store
        // It can be made again, so that nothing has to wait for the disk.
        try database.run("PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536")
        try database.run("BEGIN IMMEDIATE")
        let version = try number("PRAGMA user_version")
        guard version == 0 || version == Self.version else { throw .otherVersion }
        if version == 0 { try database.run(Self.schema) }
        try update()
        try database.run("COMMIT; PRAGMA query_only=1")
    }

    private func number(_ question: String) throws(DatabaseError) -> Int64 {
        let statement = try database.prepare(question)
        return try statement.step() ? statement.integer(0) : 0
    }

    // MARK: Keeping up

    private func update() throws(DatabaseError) {
        // What is sealed never changes, so that only the others are looked at again.
        var sealed: Set<String> = []
        var open: [String: (number: Int64, bytes: Int64)] = [:]
        let known = try database.prepare("SELECT run, number, bytes, sealed FROM runs")
        while try known.step() {
            if known.integer(3) == 1 {
                sealed.insert(known.text(0))
            } else {
                open[known.text(0)] = (known.integer(1), known.integer(2))
            }
        }
        let present = (try? store.all()) ?? []
        for run in present where !sealed.contains(run.description) {
            let entry = open[run.description]
            try read(run, number: entry?.number, from: entry?.bytes ?? 0)
        }
        let names = Set(present.map { $0.description })
        for gone in sealed.union(open.keys).subtracting(names) { try forget(gone) }
    }

    /// Reads what a trail has gained.
    private func read(_ run: RunID, number: Int64?, from start: Int64) throws(DatabaseError) {
        let size = Int64((try? store.trail(of: run).status().size) ?? 0)
        guard size > start || number == nil,
            var lines = try? TrailLines(of: run, in: store, from: UInt64(start))
        else { return }
        let row: Int64
        if let number {
            row = number
        } else {
            let insert = try database.prepare("INSERT INTO runs(run, bytes, sealed) VALUES(?1, 0, 0)")
            insert.bind(1, run.description.utf8)
            try insert.finish()
            row = database.lastRow
        }
        let event = try database.prepare(Self.insertEvent)
        let name = Array(run.description.utf8)
        var begin = lines.place
        while let block = try? lines.next(), !block.isEmpty {
            for line in block.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                .dropLast()
            {
                event.bind(1, row)
                event.bind(2, line)
                event.bind(3, Int64(begin))
                try event.finish()
                if let head = LineHead(line.span, of: name) {
                    for text in Self.changes(head.kind) { try change(text, row, line) }
                }
                begin += UInt64(line.count) + 1
            }
        }
        let length = try database.prepare("UPDATE runs SET bytes = ?2 WHERE number = ?1")
        length.bind(1, row)
        length.bind(2, Int64(begin))
        try length.finish()
        let words = try database.prepare(
            "INSERT INTO words(rowid, message, subject) SELECT rowid, message, subject FROM events "
                + "WHERE number = ?1 AND place >= ?2")
        words.bind(1, row)
        words.bind(2, start)
        try words.finish()
    }

    private func change(_ text: String, _ row: Int64, _ line: ArraySlice<UInt8>) throws(DatabaseError) {
        let statement = try database.prepare(text)
        statement.bind(1, row)
        statement.bind(2, line)
        try statement.finish()
    }

    private func forget(_ run: String) throws(DatabaseError) {
        for text in [
            "INSERT INTO words(words, rowid, message, subject) SELECT 'delete', rowid, message, subject "
                + "FROM events WHERE number = (SELECT number FROM runs WHERE run = ?1)",
            "DELETE FROM events WHERE number = (SELECT number FROM runs WHERE run = ?1)",
            "DELETE FROM runs WHERE run = ?1",
        ] {
            let statement = try database.prepare(text)
            statement.bind(1, run.utf8)
            try statement.finish()
        }
    }

    // MARK: What is in it

    private static let version: Int64 = 1

    private static let schema = """
        CREATE TABLE runs(number INTEGER PRIMARY KEY, run TEXT UNIQUE, time TEXT, command TEXT, policy TEXT,
            outcome TEXT, exit_status INTEGER, violations INTEGER, wall_ms INTEGER, cpu_ms INTEGER,
            peak_memory_bytes INTEGER, bytes INTEGER, sealed INTEGER);
        CREATE TABLE events(number INTEGER, seq INTEGER, time TEXT, mono_ns INTEGER, type TEXT, severity TEXT,
            threat TEXT, rule TEXT, op TEXT, subject TEXT, pid INTEGER, exe TEXT, errno TEXT, message TEXT,
            place INTEGER, times INTEGER);
        CREATE INDEX of_run ON events(number, seq);
        CREATE INDEX of_type ON events(type, time);
        CREATE INDEX of_threat ON events(threat, time) WHERE threat IS NOT NULL;
        CREATE INDEX of_subject ON events(subject, type) WHERE type = 'policy_violation';
        CREATE INDEX of_time ON events(time);
        CREATE VIRTUAL TABLE words USING fts5(message, subject, content='events', content_rowid='rowid');
        PRAGMA user_version = 1;
        """

    /// A line that is no JSON is left out: it is `verify` that finds it.
    private static let insertEvent = """
        INSERT INTO events SELECT ?1, e->>'$.seq', e->>'$.time', e->>'$.mono_ns', e->>'$.type', e->>'$.severity',
            e->>'$.threat', e->>'$.rule', e->>'$.op',
            coalesce(e->>'$.args.path', e->>'$.args.address', e->>'$.args.argv[0]', e->>'$.path', e->>'$.program'),
            e->>'$.pid', e->>'$.exe', e->>'$.errno', e->>'$.message', ?3, 1
        FROM (SELECT ?2 AS e) WHERE json_valid(e)
        """

    /// What the first and the last line say of the run itself, and the last of what came again.
    private static func changes(_ kind: Event.Kind?) -> [String] {
        switch kind {
        case .runStarted:
            [
                """
                UPDATE runs SET time = e->>'$.time', policy = e->>'$.policy.name',
                    command = (SELECT group_concat(value, ' ') FROM json_each(e, '$.command'))
                FROM (SELECT ?2 AS e) WHERE number = ?1 AND json_valid(e)
                """
            ]
        case .runFinished:
            [
                """
                UPDATE runs SET sealed = 1, outcome = e->>'$.outcome', exit_status = e->>'$.exit_status',
                    violations = e->>'$.counts.violations', wall_ms = e->>'$.usage.wall_ms',
                    cpu_ms = e->>'$.usage.cpu_ms', peak_memory_bytes = e->>'$.usage.peak_memory_bytes'
                FROM (SELECT ?2 AS e) WHERE number = ?1 AND json_valid(e)
                """,
                """
                UPDATE events SET times = 1 + (again.value->>'$.count')
                FROM (SELECT value FROM json_each(CASE WHEN json_valid(?2) THEN ?2 ELSE '{}' END, '$.repeated')) AS again
                WHERE number = ?1 AND seq = (again.value->>'$.seq')
                """,
            ]
        default: []
        }
    }
}
