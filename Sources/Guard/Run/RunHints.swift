import Event
import Linux
import Sandbox
import Scan

/// What somebody who is stuck would try next: a shipped profile made for what was refused.
enum RunHints {
    /// A sentence, or nil when nothing suggests one.
    static func hint(plan: Plan, languages: [Language], exitStatus: Int32, refusals: [Witness.Refusal])
        -> String?
    {
        let grantsPrograms = plan.grants.entries.contains { $0.rights.contains(.execute) && $0.isDirectory }
        let refused = refusals.compactMap { refusal in
            refusal.event.fields.first { $0.name == "op" }?.value == "exec" ? path(of: refusal) : nil
        }
        if !grantsPrograms, languages.contains(.shell), exitStatus == 127 || !refused.isEmpty {
            return
                "no program but \(plan.command.program) is granted; -p shell grants those that are installed"
        }
        if grantsPrograms, refused.contains(where: plan.directory.contains) {
            return "what lies in the working directory is not run; -p build runs it"
        }
        return nil
    }

    private static func path(of refusal: Witness.Refusal) -> Path? {
        let arguments = refusal.event.fields.first { $0.name == "args" }?.value
        return (arguments?["path"]?.stringValue).map { Path($0) }
    }
}
