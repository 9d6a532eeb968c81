import Audit
import Event
import Linux

extension AuditCommand {
    /// Answers a question in SQL, or lists the events that fit.
    func query() throws(UsageError) -> Never {
        guard names.count < 2 else { throw UsageError(description: "the SQL has to be one word; quote it") }
        let (text, values) = if let text = names.first { (text, [String]()) } else { try events() }
        do throws(DatabaseError) {
            let index = try Index.current(of: store)
            let statement = try index.database.prepare(text)
            for (place, value) in values.enumerated() { statement.bind(place + 1, value.utf8) }
            try answer(statement)
        } catch {
            throw UsageError(description: "the question cannot be answered: \(inert(error.description))")
        }
        Exit.now(Exit.success)
    }

    /// The events that the options ask for.
    private func events() throws(UsageError) -> (text: String, values: [String]) {
        var (conditions, values) = ([String](), [String]())
        func add(_ condition: String, _ value: String) {
            values.append(value)
            conditions.append("\(condition) ?\(values.count)")
        }
        if let kind = try kind() { add("type =", kind.rawValue) }
        if let threat = try threat() { add("threat =", threat.rawValue) }
        let since = try since()
        if !since.isEmpty { add("run >=", since) }
        if let word = flags.last("--run") {
            let found = runs([word])
            guard found.count == 1 else {
                throw UsageError(description: "'\(inert(word))' means \(found.count) runs")
            }
            add("run =", found[0].description)
        }
        if let text = flags.last("--text") {
            // Each word on its own and as it is: what FTS5 would take for syntax is quoted.
            let words = text.split(separator: " ").map {
                "\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
            }
            add("events.rowid IN (SELECT rowid FROM words WHERE words MATCH", words.joined(separator: " "))
            conditions[conditions.count - 1] += ")"
        }
        let filter = conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
        let limit = try count("-n") ?? 100
        // Within a run both orders are one, and this one is indexed.
        let order = flags.has("--run") ? "seq DESC" : "events.time DESC, seq DESC"
        return (
            """
            SELECT run, seq, events.time AS time, type, severity, threat, rule, op, subject, exe, errno, times, message
            FROM events JOIN runs USING (number)\(filter) ORDER BY \(order) LIMIT \(limit)
            """, values
        )
    }

    private func answer(_ statement: consuming Statement) throws(DatabaseError) {
        let terminal = Terminal.standardOutput
        let columns = statement.columns
        if !isJSON, !columns.isEmpty { terminal.line(columns.map { inert($0) }.joined(separator: "\t")) }
        var lines: [UInt8] = []
        while try statement.step() {
            if isJSON {
                let members = columns.enumerated().map { JSON.Member($1, statement.value($0)) }
                lines += JSON.object(members).encoded
            } else {
                lines += columns.indices.map { inert(statement.text($0)) }.joined(separator: "\t").utf8
            }
            lines.append(UInt8(ascii: "\n"))
            if lines.count > 1 << 16 {
                terminal.write(bytes: lines)
                lines.removeAll(keepingCapacity: true)
            }
        }
        terminal.write(bytes: lines)
    }

    /// How many runs and denials there were, of which kinds, and what was tried most.
    func stats() throws(UsageError) -> Never {
        guard names.isEmpty else { throw UsageError(description: "audit stats takes no run") }
        let since = try since()
        let questions = [
            (
                "outcomes",
                "SELECT coalesce(outcome, 'no seal'), count(*) FROM runs WHERE run >= ?1 GROUP BY 1 ORDER BY 2 DESC"
            ),
            (
                "policies",
                "SELECT policy, count(*) FROM runs WHERE run >= ?1 GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
            ),
            (
                "threats",
                "SELECT threat, sum(times) FROM events JOIN runs USING (number) WHERE run >= ?1 AND "
                    + "type = 'policy_violation' GROUP BY 1 ORDER BY 2 DESC"
            ),
            (
                "denied",
                "SELECT coalesce(op, '') || '  ' || coalesce(subject, message), sum(times) FROM events "
                    + "JOIN runs USING (number) WHERE run >= ?1 AND type = 'policy_violation' "
                    + "GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
            ),
            (
                "limits",
                "SELECT rule, count(*) FROM events JOIN runs USING (number) WHERE run >= ?1 AND "
                    + "type = 'limit_exceeded' GROUP BY 1 ORDER BY 2 DESC"
            ),
        ]
        let terminal = Terminal.standardOutput
        var members: [JSON.Member] = []
        do throws(DatabaseError) {
            let index = try Index.current(of: store)
            for (name, question) in questions {
                let statement = try index.database.prepare(question)
                statement.bind(1, since.utf8)
                var rows: [(String, Int64)] = []
                while try statement.step() { rows.append((statement.text(0), statement.integer(1))) }
                members.append(.init(name, .object(rows.map { .init($0.0, .int($0.1)) })))
                guard !isJSON, !rows.isEmpty else { continue }
                terminal.line(terminal.styled(name, .bold))
                for (subject, count) in rows {
                    let padding = String(repeating: " ", count: max(1, 10 - String(count).count))
                    terminal.line("\(padding)\(count)  \(inert(subject, limit: 120))")
                }
            }
        } catch {
            fail("the index cannot be made: \(inert(error.description))")
        }
        if isJSON { write(.object(members)) }
        Exit.now(Exit.success)
    }
}
