import Audit
import Event
import Glibc
import Linux
import Policy

extension AuditCommand {
    /// Events in the form of another tool, of the runs that are named or all there are.
    func export() throws(UsageError) -> Never {
        let form = try form(or: .jsonl)
        let since = try since()
        let chosen = runs(names).filter { $0.description >= since }
        if !names.isEmpty, chosen.isEmpty {
            throw UsageError(description: "no run is named '\(inert(names[0]))' in \(store.runs)")
        }
        let kind = try kind()
        let threat = try threat()
        let output = try Self.output(flags.last("-o") ?? "-")
        var (strays, isWhole) = (0, true)
        do throws(SystemError) {
            try output.write(form.opening)
            for run in chosen {
                guard var lines = try? TrailLines(of: run, in: store) else {
                    isWhole = false
                    Terminal.standardError.line("guardrun: the trail of \(run) cannot be read")
                    continue
                }
                while true {
                    let block = try lines.next()
                    if block.isEmpty { break }
                    let text = form.text(of: Self.wanted(block, kind, threat))
                    strays += text.strays
                    try output.write(text.bytes)
                }
            }
        } catch {
            // Who reads the output may have had enough.
            if error.errno == Errno(EPIPE) { Exit.now(Exit.success) }
            fail("the events cannot be exported: \(error)")
        }
        if strays > 0 {
            Terminal.standardError.line(
                "guardrun: \(strays) line\(strays == 1 ? " is" : "s are") no event\(strays == 1 ? "" : "s") and "
                    + "left out; `guardrun audit verify` says what happened to them")
        }
        Exit.now(strays == 0 && isWhole ? Exit.success : Exit.unsound)
    }

    /// The form that `--format` names.
    func form(or standard: ExportForm) throws(UsageError) -> ExportForm {
        guard let word = flags.last("--format") else { return standard }
        guard let form = ExportForm(rawValue: word) else {
            let names = ExportForm.allCases.map { $0.rawValue }
            let near = suggestion(for: word, among: names)
            throw UsageError(
                description: "--format takes one of \(names.joined(separator: ", ")), not '\(inert(word))'"
                    + (near.map { "; did you mean \($0)?" } ?? ""))
        }
        return form
    }

    /// The lines of a block that are asked for.
    static func wanted(_ block: [UInt8], _ kind: Event.Kind?, _ threat: Threat?) -> [UInt8] {
        guard kind != nil || threat != nil else { return block }
        var kept: [UInt8] = []
        for line in block.split(separator: UInt8(ascii: "\n")) {
            guard let event = JSONReader.event(line),
                kind.map({ event["type"]?.stringValue == $0.rawValue }) ?? true,
                threat.map({ event["threat"]?.stringValue == $0.rawValue }) ?? true
            else { continue }
            kept += line
            kept.append(UInt8(ascii: "\n"))
        }
        return kept
    }

    /// A new file, or standard output for `-`.
    private static func output(_ name: String) throws(UsageError) -> Descriptor {
        if name == "-" {
            ignoreBrokenPipes()
            return Descriptor(owning: dup(1))
        }
        do throws(SystemError) {
            return try Descriptor.open(Path(name), O_WRONLY | O_CREAT | O_TRUNC, mode: 0o600)
        } catch {
            throw UsageError(description: "\(inert(name)) cannot be written: \(error.errno)")
        }
    }
}
