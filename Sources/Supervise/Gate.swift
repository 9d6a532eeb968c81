import Event
import Glibc
import Linux
import Policy
import Sandbox

/// Where judged calls arrive: each is read, judged, recorded where that is due, and only then answered.
final class Gate {
    /// What a call means for the run as a whole.
    enum Consequence: Equatable {
        case none
        /// The policy ends the run at the first violation.
        case kill
        /// More programs were started than may be.
        case execsExceeded
        /// A process more was refused.
        case forkRefused(UInt64)
        /// A process has as many files open as it may, and asked for one more.
        case filesExhausted(UInt64)
        /// What had to be recorded could not be.
        case unrecorded(RecordingError)
    }

    private let listener: Listener
    private let root: CInt
    private let reader: ActReader
    private let judge: Judge
    private let lookup: LiveLookup
    private let recorder: any Recorder
    private let connections: Connections
    private let relay: DatagramRelay?
    private let census: Census
    private let plan: Plan
    private let records: Bool
    private var openFiles: OpenFiles

    /// The standard streams that guardrun has, which are the run's as far as they are not counted.
    private lazy var given = (0..<3).compactMap { try? Path("/proc/self/fd/\($0)").status() }

    private(set) var violations = 0
    private(set) var execs = 0
    /// The thread of the first execve: the main process.
    private(set) var mainPID: Int32?
    /// Counts the processor time of the run, where no control group does.
    private var clock: TaskClock?
    /// Processor time by that count, in nanoseconds.
    var clockTime: UInt64 { clock?.time ?? 0 }
    /// Files opened for writing outside the run's own directories.
    let written: WrittenFiles
    /// Memory that was given out by name, where it has to be counted here: it is held until the run ends, because the
    /// run may have it mapped, or on its way through a socket, when no descriptor shows it any more.
    private(set) var memories: [MemoryFile] = []
    /// Whether nobody else counts it: it is part of no process, but the kernel charges it to a control group.
    private let countsMemories: Bool
    /// And what can be shared without a name.
    let nameless: NamelessMemory
    private static let mostMemories = 256

    /// - Parameter root: the root of the view.
    init(
        _ listener: Listener, root: CInt, census: Census, plan: Plan, destinations: Destinations,
        datagrams: [DatagramSocket], recorder: any Recorder
    ) {
        self.listener = listener
        self.census = census
        self.root = root
        self.plan = plan
        self.recorder = recorder
        reader = ActReader(
            table: CallTable(judging: plan.seccomp.judged, refused: plan.seccomp.refused),
            keepsIdentity: plan.seccomp.keepsIdentity)
        relay = datagrams.isEmpty ? nil : DatagramRelay(datagrams, destinations)
        judge = Judge(plan, destinations: destinations, hasRelay: relay != nil)
        connections = Connections(hasNamespace: plan.namespaces.contains(.network), relay: relay)
        written = WrittenFiles(
            root: root, own: OwnDirectories(paths: plan.ownDirectories, grants: plan.grants),
            copied: plan.workingCopy?.directory,
            isWanted: plan.limits.disk != nil || plan.limits.fileSize != nil)
        records = plan.recordsAllowed
        countsMemories = plan.limits.memory != nil && plan.cgroup?.memory == nil
        nameless = NamelessMemory(plan, root: root)
        openFiles = OpenFiles(limit: plan.limits.openFiles)
        lookup = LiveLookup(
            root: root, user: plan.user, fixed: FixedPlaces(plan.grants, own: plan.ownDirectories))
    }

    func register(_ set: inout PollSet) -> Int {
        connections.register(&set)
        relay?.register(&set)
        return set.add(listener.descriptor.number)
    }

    /// Whether the run has sockets that lie in the host's network.
    var hasHostSockets: Bool { connections.hasGiven }

    /// When to look at connections again though nothing happened.
    var deadline: UInt64? { connections.deadline }

    /// Ends the calls whose connections are decided, and carries datagrams.
    func settle(_ set: PollSet) -> [Consequence] {
        connections.settle(set, listener)
        return relay?.move(set).map(report) ?? []
    }

    /// Carries the datagrams that were sent last.
    func drain() -> [Consequence] { relay?.drain().map(report) ?? [] }

    /// Records what the relay did not carry. The caller is who asked for the port last.
    private func report(_ refusal: DatagramRelay.Refusal) -> Consequence {
        let (act, caller, subject, arguments): (Denial.Operation, Int32, String, [JSON.Member])
        switch refusal {
        case .destination(let address, let pid):
            (act, caller, subject) = (.send, pid, "sending to \(address)")
            arguments = NetworkJudge.members(address)
        case .name(let name, let pid):
            (act, caller, subject) = (.connect, pid, "looking up \(name), which is not in network.allow,")
            arguments = [.init("address", .string(name)), .init("host", .string(name))]
        }
        let denial = Denial(
            operation: act, syscall: "sendto", arguments: arguments, pid: caller,
            executable: lookup.executable(of: caller), errno: act == .send ? "EPERM" : "ENOENT",
            threat: .networkAccess, rule: "network.allow", sentence: "\(subject) is not granted")
        violations += 1
        if let failure = record(denial.event, counting: true) { return failure }
        return plan.onViolation == .kill ? .kill : .none
    }

    /// Whether there is one to take.
    var hasNext: Bool { listener.hasNext }

    /// Takes one call.
    func take() -> Consequence {
        guard let call = listener.receive() else { return .none }
        guard call.architecture == nativeArchitecture, call.number < 0x4000_0000 else {
            return foreign(call)
        }
        guard let act = reader.act(call) else {
            listener.refuse(call, .notImplemented)
            return .none
        }
        let ruling = judge.ruling(on: act, lookup) { pid, number in
            SocketState(of: pid, number)
        }
        return answer(act, ruling)
    }

    private func answer(_ act: Act, _ ruling: Ruling) -> Consequence {
        switch ruling {
        // Its mode lies in memory, where it could become another one; programs have another way to open.
        case .proceed where act.name == "openat2" && plan.seccomp.keepsIdentity:
            listener.refuse(act.call, .notImplemented)
        case .proceed:
            written.note(act, lookup)
            if records, let failure = recordAllowed(act) { return failure }
            let exhausted = openFiles.reaching(act)
            listener.proceed(act.call)
            if let exhausted { return .filesExhausted(exhausted) }
        case .relay(let ports):
            if let failure = ports.lazy.compactMap({ self.relay?.open($0, for: act.call.pid) }).first {
                listener.refuse(act.call, failure)
            } else {
                listener.proceed(act.call)
            }
        case .start(let path, let arguments): return start(act, path, arguments)
        case .fork:
            if let count = census.refuses() {
                listener.refuse(act.call, .tryAgain)
                return .forkRefused(count)
            }
            listener.proceed(act.call)
        case .fail(let errno): listener.refuse(act.call, errno)
        case .violate(let violation): return refuse(act.call, act.name, violation)
        case .connect(let socket, let address, let transport):
            if records, let failure = recordAllowed(act) { return failure }
            switch address {
            case .inet4, .inet6: connections.connect(act.call, socket, address, as: transport, listener)
            case .unspecified: connections.disconnect(act.call, socket, listener)
            case .path(let path):
                let granted = plan.grants.sockets.first { $0.path.bytes == path }
                connections.connectLocal(act.call, socket, address, granted: granted, root: root, listener)
            default:
                connections.connectLocal(act.call, socket, address, granted: nil, root: root, listener)
            }
        case .bind(let socket, let address): connections.bind(act.call, socket, address, listener)
        case .listen(let socket, let address): connections.listen(act.call, socket, address, listener)
        case .ignore: listener.answer(act.call, 0)
        case .memory(let name, let flags): giveMemory(act.call, name, flags)
        case .share(let bytes):
            nameless.note(bytes)
            listener.proceed(act.call)
        case .alterOpen(let descriptor, let metadata): return alter(act, descriptor, metadata)
        case .alter(let place, let metadata):
            if records, let failure = recordAllowed(act) { return failure }
            finish(act.call, metadata.apply(at: place, below: root, as: plan.user))
        }
        return .none
    }

    private func start(_ act: Act, _ path: Path, _ arguments: [[UInt8]]) -> Consequence {
        if mainPID != nil, plan.seccomp.refused.contains(act.name) {
            return refuse(act.call, act.name, ForbiddenCall.violation(act))
        }
        // The first one is guardrun's own, and says who the main process is.
        if mainPID == nil {
            mainPID = act.call.pid
            // Before it goes on, so that it has started nothing yet.
            if plan.limits.cpu != nil, plan.cgroup?.cpu == nil { clock = TaskClock(of: act.call.pid) }
        }
        if let limit = plan.limits.execs, UInt64(execs) >= limit {
            listener.refuse(act.call, .accessDenied)
            execs += 1
            return .execsExceeded
        }
        execs += 1
        let words = arguments.map { String(decoding: $0, as: UTF8.self) }
        let event = Event(
            .processStarted, .info,
            "started \(words.isEmpty ? path.description : words.joined(separator: " "))",
            fields: [
                .init("pid", .number(act.call.pid)), .init("exe", .text(path.bytes)),
                .init("argv", .array(words.map(JSON.string))),
            ] + AllowedAct.named(act, path))
        if let failure = record(event, counting: false) { return failure }
        listener.proceed(act.call)
        return .none
    }

    /// Records the violation, then tells the caller.
    private func refuse(_ call: Notification, _ name: String, _ violation: Violation) -> Consequence {
        // What was read belongs to the caller only if it is still there.
        guard listener.isWaiting(call) else { return .none }
        let kills = plan.onViolation == .kill
        let denial = Denial(
            operation: violation.operation, syscall: name, arguments: violation.arguments, pid: call.pid,
            executable: lookup.executable(of: call.pid), errno: kills ? "SIGKILL" : violation.errno.name,
            threat: violation.threat, rule: violation.rule, sentence: violation.sentence)
        violations += 1
        if let failure = record(denial.event, counting: true) { return failure }
        // A caller that is to be killed gets no answer: it waits until it is gone.
        if kills { return .kill }
        listener.refuse(call, violation.errno)
        return .none
    }

    /// Another architecture's system calls have other numbers, which no list here means; they are never answered.
    private func foreign(_ call: Notification) -> Consequence {
        let isX32 = call.architecture == nativeArchitecture
        let architecture = isX32 ? "x32" : ForeignArchitecture.name(call.architecture)
        let name = isX32 ? nil : SystemCall.name(of: call.number, architecture: call.architecture)
        let violation = Violation(
            .syscall, .notPermitted, .sandboxEscape, rule: "syscalls",
            "a system call of the architecture \(architecture) is not granted",
            [
                .init("architecture", .string(architecture)), .init("number", .number(call.number)),
                .init("a0", .string("0x" + String(call.arguments[0], radix: 16))),
            ])
        guard listener.isWaiting(call) else { return .none }
        let denial = Denial(
            operation: violation.operation, syscall: name ?? "\(call.number)", arguments: violation.arguments,
            pid: call.pid, executable: lookup.executable(of: call.pid), errno: "SIGKILL",
            threat: violation.threat, rule: violation.rule, sentence: violation.sentence)
        violations += 1
        if let failure = record(denial.event, counting: true) { return failure }
        if plan.onViolation == .kill { return .kill }
        kill(call.pid, SIGKILL)
        return .none
    }

    /// Named memory is made here, sealed against execution (memfd_create(2), MFD_NOEXEC_SEAL), and counted where
    /// nobody else does.
    private func giveMemory(_ call: Notification, _ name: [UInt8], _ flags: UInt64) {
        guard memories.count < Self.mostMemories, let memory = MemoryFile(name: name, flags: flags) else {
            return listener.refuse(call, Errno(EMFILE))
        }
        guard listener.give(call, memory.number, closeOnExec: flags & 1 != 0) else {
            return listener.refuse(call, Errno(EMFILE))
        }
        if countsMemories { memories.append(memory) }
    }

    /// Done here, on the very file that was looked at: the caller could put another one in its place meanwhile.
    private func alter(_ act: Act, _ number: Int32, _ metadata: Metadata) -> Consequence {
        guard let file = GuestSocket(of: act.call.pid, number: number), listener.isWaiting(act.call),
            let status = try? file.descriptor.status()
        else {
            listener.refuse(act.call, Errno(EBADF))
            return .none
        }
        let isGiven = given.contains { $0.device == status.device && $0.inode == status.inode }
        let subject: (String, JSON.Member)? =
            isGiven && status.kind != .directory
            ? ("a standard stream", .init("descriptor", .number(number)))
            : metadata.placeOutside(plan, file.descriptor).map {
                ($0.description, .init("path", .text($0.bytes)))
            }
        if let (name, member) = subject {
            return refuse(act.call, act.name, metadata.violation(of: name, [member]))
        }
        finish(act.call, metadata.apply(to: file.descriptor, as: plan.user))
        return .none
    }

    private func finish(_ call: Notification, _ failure: Errno?) {
        if let failure { listener.refuse(call, failure) } else { listener.answer(call, 0) }
    }

    private func recordAllowed(_ act: Act) -> Consequence? {
        let event = AllowedAct.event(act, lookup) { SocketState(of: act.call.pid, $0)?.transport }
        guard let event else { return nil }
        return record(event, counting: true)
    }

    private func record(_ event: Event, counting: Bool) -> Consequence? {
        do throws(RecordingError) {
            try recorder.record(event, counting: counting)
            return nil
        } catch {
            return .unrecorded(error)
        }
    }
}

/// The names of AUDIT_ARCH_* values (linux/audit.h).
enum ForeignArchitecture {
    static func name(_ token: UInt32) -> String {
        let names: [UInt32: String] = [
            0x4000_0003: "i386", 0xC000_003E: "x86-64", 0xC000_00B7: "aarch64", 0x4000_0028: "arm",
        ]
        return names[token] ?? "0x" + String(token, radix: 16)
    }
}
