import Event
import Linux
import Policy

/// What a run did and was allowed to, for policies that record everything.
enum AllowedAct {
    /// - Parameter transport: tells what a socket of the caller carries.
    static func event(_ act: Act, _ lookup: some Lookup, transport: (Int32) -> Transport?) -> Event? {
        let (operation, subject, arguments): (Denial.Operation, String, [JSON.Member])
        switch act.kind {
        case .open(let path, let flags):
            // A path that leads nowhere is a search, not an access.
            guard let place = lookup.place(of: path, for: act.call.pid), place.visible || flags.writes else {
                return nil
            }
            (operation, subject) = (.open, "\(flags.writes ? "writing" : "reading") \(place.path)")
            arguments =
                [.init("path", .text(place.path.bytes)), .init("flags", .string(flags.description))]
                + named(path, place)
        case .change(let targets):
            let places = targets.compactMap { lookup.place(of: $0.path, for: act.call.pid)?.path }
            (operation, subject) = (
                .open, "\(act.name) of \(places.map { $0.description }.joined(separator: " and "))"
            )
            arguments = zip(["path", "to"], places).map { .init($0, .text($1.bytes)) }
        case .metadata(.path(let path), _):
            guard let place = lookup.place(of: path, for: act.call.pid) else { return nil }
            (operation, subject) = (.open, "\(act.name) of \(place.path)")
            arguments = [.init("path", .text(place.path.bytes))] + named(path, place)
        case .connect(let socket, let address):
            (operation, subject) = (.connect, "connecting to \(address)")
            arguments = NetworkJudge.members(address) + carried(transport(socket))
        case .bind(let socket, let address):
            (operation, subject) = (.bind, "binding to \(address)")
            arguments = NetworkJudge.members(address) + carried(transport(socket))
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

    /// The path as it was given, where that is whole and says something else than where it leads: a link on the way.
    private static func named(_ path: GuestPath, _ place: Place) -> [JSON.Member] {
        let isOther = path.text.first == UInt8(ascii: "/") && path.text != place.path.bytes
        return isOther ? [.init("given", .text(path.text))] : []
    }

    /// The name that a program was started by, where a link stands between it and the program.
    static func named(_ act: Act, _ path: Path) -> [JSON.Member] {
        guard case .execute(let given, _) = act.kind else { return [] }
        return named(given, Place(path: path, visible: true))
    }

    private static func carried(_ transport: Transport?) -> [JSON.Member] {
        transport.map { [.init("transport", .string($0.rawValue))] } ?? []
    }
}
