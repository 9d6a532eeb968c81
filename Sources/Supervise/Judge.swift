import Event
import Glibc
import Linux
import Policy
import Sandbox

/// Decides about each act, from what the plan grants and what the lookup says. It changes nothing and remembers
/// nothing.
package struct Judge {
    private let files: FileJudge
    private let network: NetworkJudge
    private let user: User
    private let hasPIDNamespace: Bool

    /// - Parameter hasRelay: whether the supervisor carries the datagrams of the run.
    package init(_ plan: Plan, destinations: Destinations, hasRelay: Bool) {
        let own = OwnDirectories(paths: plan.ownDirectories, grants: plan.grants)
        files = FileJudge(grants: plan.grants, hasView: plan.view != nil, own: own)
        network = NetworkJudge(
            destinations: destinations, grants: plan.grants, own: own,
            hasNamespace: plan.namespaces.contains(.network), hasRelay: hasRelay)
        user = plan.user
        hasPIDNamespace = plan.namespaces.contains(.pid)
    }

    /// A judge of what any run under a policy does, on a host that lacks nothing.
    package init(_ policy: Policy, _ grants: Grants, destinations: Destinations) {
        let host = Host.whole
        let temporary = Path("/tmp")
        let own = OwnDirectories(
            paths: [Path("/proc"), Path("/dev")] + (grants.granted(temporary).isEmpty ? [temporary] : []),
            grants: grants)
        files = FileJudge(grants: grants, hasView: true, own: own)
        network = NetworkJudge(
            destinations: destinations, grants: grants, own: own,
            hasNamespace: Plan.namespaces(policy, host).contains(.network), hasRelay: true)
        user = host.user
        hasPIDNamespace = true
    }

    /// Whether a judged call of that name is decided by what it is asked to do. Others are refused, and so are those
    /// that the policy refuses by name.
    package static func decides(about name: String, refused: Set<String>) -> Bool {
        if CallTable.isRefused(name, refused) { return false }
        if case .forbidden = CallTable.shape(name) { return false }
        return true
    }

    /// The answer to an act.
    ///
    /// - Parameter socket: tells what a descriptor of the caller is, when it is a socket.
    package func ruling(
        on act: Act, _ lookup: some Lookup, socket: (Int32, Int32) -> SocketState?
    ) -> Ruling {
        switch act.kind {
        case .open(let path, let flags): files.open(act, path, flags: flags, lookup)
        case .change(let targets): files.change(act, targets, lookup)
        case .execute(let path, let arguments): files.execute(act, path, arguments, lookup)
        case .executeDescriptor: executeDescriptor()
        case .connect(let number, let address):
            network.connect(act, number, address, lookup) { socket(act.call.pid, number) }
        case .bind(let number, let address):
            network.bind(act, number, address, lookup) { socket(act.call.pid, number) }
        case .listen(let number): network.listen(act, number, local: socket(act.call.pid, number)?.local)
        case .send(let number, let addresses, let connects):
            network.send(act, addresses, connects: connects, lookup) { socket(act.call.pid, number) }
        case .socket(let family, let type, let number):
            network.socket(family: family, type: type, protocol: number)
        case .option(let level, let name): network.option(level: level, name: name)
        case .memory(let name, let flags): memory(name, flags)
        case .shareMemory(let bytes): .share(bytes: bytes)
        case .identity(let ids): identity(act, ids)
        case .borrowed(let mode): borrowed(mode)
        case .metadata(.open(let descriptor), let metadata):
            metadata == .attribute ? .fail(.notSupported) : .alterOpen(descriptor: descriptor, metadata)
        case .metadata(.path(let path), let metadata): files.alter(act, path, metadata, lookup)
        case .signal(let target): signal(act, target)
        case .device(let path, let isNone): device(act, path, isNone, lookup)
        case .schedule(let target): schedule(act, target)
        case .fork(let flags):
            flags & Namespaces.everyFlag64 == 0 ? .fork : .violate(ForbiddenCall.violation(act))
        case .forbidden: .violate(ForbiddenCall.violation(act))
        case .unreadable: unreadable(act)
        }
    }

    private func executeDescriptor() -> Ruling {
        .violate(
            Violation(
                .exec, .accessDenied, .codeExecution, rule: "files.exec",
                "running a program from a descriptor is not granted", []))
    }

    /// Memory with a name is given out sealed against execution; asked for executable, it is refused.
    private func memory(_ name: [UInt8], _ flags: UInt64) -> Ruling {
        let known: UInt64 = 0x1 | 0x2 | 0x8  // MFD_CLOEXEC, MFD_ALLOW_SEALING, MFD_NOEXEC_SEAL
        if flags & ~known == 0 { return .memory(name: name, flags: flags) }
        return .violate(
            Violation(
                .syscall, .notPermitted, .codeExecution, rule: "syscalls", "executable memory is not granted",
                [.init("name", .text(name)), .init("flags", .string("0x" + String(flags, radix: 16)))]))
    }

    /// Becoming who one is already changes nothing, and programs do so out of habit.
    private func identity(_ act: Act, _ ids: [UInt32]) -> Ruling {
        let own = act.name.hasSuffix("gid") ? user.gid : user.uid
        if ids.allSatisfy({ $0 == own || $0 == .max }) { return .proceed }
        let members = ids.enumerated().map { JSON.Member("id\($0.offset)", .number($0.element)) }
        return .violate(
            Violation(
                .process, .notPermitted, .privilegeEscalation, rule: "syscalls",
                "becoming another user or group (\(act.name)) is not granted", members))
    }

    /// Whoever ran the file, outside and later, would be this user.
    private func borrowed(_ mode: UInt32) -> Ruling {
        let digits = String(mode, radix: 8)
        return .violate(
            Violation(
                .open, .notPermitted, .privilegeEscalation, rule: "syscalls",
                "making a file that runs as its owner or group (mode \(digits)) is not granted",
                [.init("mode", .string(digits))]))
    }

    private func signal(_ act: Act, _ target: Int32) -> Ruling {
        if !hasPIDNamespace, target == 0 || isOfTheRun(target, of: act.call.pid) { return .proceed }
        return .violate(
            Violation(
                .signal, .notPermitted, .sandboxEscape, rule: "syscalls",
                "signalling process \(target), outside the run, is not granted",
                [.init("target", .number(target))]))
    }

    /// It takes a privilege that only user 0 would have had. A device of number 0 is none, and anybody may make one: file
    /// systems in layers take it for something that was removed.
    private func device(_ act: Act, _ path: GuestPath, _ isNone: Bool, _ lookup: some Lookup) -> Ruling {
        guard isNone || user.uid == 0 else { return .fail(.notPermitted) }
        let place = lookup.place(of: path, for: act.call.pid)
        if let place, place.isEndless { return files.endless(place) }
        let what = isNone ? "a device of number 0, which marks something as removed" : "a device"
        return .violate(
            Violation(
                .open, .notPermitted, isNone ? .systemModification : .sandboxEscape, rule: "syscalls",
                "making \(what) (\(act.name)) is not granted",
                place.map { [.init("path", .text($0.path.bytes))] } ?? []))
    }

    private func schedule(_ act: Act, _ target: Int32?) -> Ruling {
        if !hasPIDNamespace, let target, target == 0 || isOfTheRun(target, of: act.call.pid) {
            return .proceed
        }
        let whom = target.map { "process \($0), outside the run," } ?? "all processes of a user"
        return .violate(
            Violation(
                .process, .notPermitted, .sandboxEscape, rule: "syscalls",
                "changing how \(whom) is scheduled (\(act.name)) is not granted",
                target.map { [.init("target", .number($0))] } ?? []))
    }

    /// Without a namespace of its own, the run's processes are those of the caller's session: each run has one.
    private func isOfTheRun(_ target: Int32, of caller: Int32) -> Bool {
        let session = getsid(caller)
        return target != -1 && session > 0 && getsid(Int32(bitPattern: target.magnitude)) == session
    }

    private func unreadable(_ act: Act) -> Ruling {
        // The kernel would answer EFAULT to a pointer that leads nowhere; either way nothing happens.
        .fail(Errno(EFAULT))
    }
}
