import Event
import Linux

/// What a run did and was allowed to, for policies that record everything.
enum AllowedAct {
    static func event(_ act: Act, _ lookup: some Lookup) -> Event? {
        let (operation, subject, arguments): (Denial.Operation, String, [JSON.Member])
        switch act.kind {
        case .open(let path, let flags):
            // A path that leads nowhere is a search, not an access.
            guard let place = lookup.place(of: path, for: act.call.pid), place.visible || flags.writes else {
                return nil
            }
            (operation, subject) = (.open, "\(flags.writes ? "writing" : "reading") \(place.path)")
            arguments = [.init("path", .text(place.path.bytes)), .init("flags", .string(flags.description))]
        case .change(let targets):
            let places = targets.compactMap { lookup.place(of: $0.path, for: act.call.pid)?.path }
            (operation, subject) = (
                .open, "\(act.name) of \(places.map { $0.description }.joined(separator: " and "))"
            )
            arguments = zip(["path", "to"], places).map { .init($0, .text($1.bytes)) }
        case .connect(_, let address):
            (operation, subject) = (.connect, "connecting to \(address)")
            arguments = [.init("address", .string(address.description))]
        case .bind(_, let address):
            (operation, subject) = (.bind, "binding to \(address)")
            arguments = [.init("address", .string(address.description))]
        default: return nil
        }
        return Event(
            .policyCheck, .info, "\(subject) is allowed",
            fields: [
                .init("op", .string(operation.rawValue)), .init("syscall", .string(act.name)),
                .init("decision", "allow"), .init("args", .object(arguments)),
                .init("exe", .string(lookup.executable(of: act.call.pid))),
            ])
    }
}
