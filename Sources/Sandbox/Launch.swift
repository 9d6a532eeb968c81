import CSandbox
import Glibc
import Linux

/// A launch that failed: at which step, on what, and why. Nothing of the run is left behind.
package struct LaunchError: Error, Equatable, CustomStringConvertible, Sendable {
    /// Named as in CSandbox.h.
    package let stage: String
    package let errno: Errno
    /// The mount or the rule that the step was at; empty elsewhere.
    package let subject: String
    /// The kinds of steps that a host can refuse as a whole, so that a plan without them may still work.
    package let obstacle: Obstacle

    package enum Obstacle: Sendable {
        case namespaces, proc, listener, cgroup, workspace, copy, program, none
    }

    package init(stage: String, errno: Errno, subject: String, obstacle: Obstacle) {
        self.stage = stage
        self.errno = errno
        self.subject = subject
        self.obstacle = obstacle
    }

    /// 127 and 126 as shells have it when the program is the reason, else 125.
    package var exitStatus: Int32 {
        guard obstacle == .program else { return 125 }
        return errno == .notFound ? 127 : 126
    }

    package var description: String {
        "the \(stage) failed\(subject.isEmpty ? "" : " on \(subject)"): \(errno)"
    }
}

/// The first process of a run, from before there is a plan to the end of everything it started.
package final class Child {
    /// Of process 1 of the run, in this process's namespace.
    package let initPID: Int32
    package let initHandle: Descriptor
    /// Where process 1 reports.
    package let control: Descriptor
    private let arena: SharedArena
    private let namespaces: Namespaces
    /// What is being made of the view already.
    private let own: OwnPlaces?
    private var plan: Plan?

    /// Clones process 1 into the namespaces of a host and returns: the rest of them, and what every view holds, is made
    /// while this process goes on to make a plan.
    package convenience init(on host: Host) throws(LaunchError) {
        try self.init(
            host.namespaces, user: host.user, own: host.namespaces.contains(.mount) ? host.own : nil)
    }

    /// Clones process 1 for a plan that asks for something else than most.
    package convenience init(for plan: Plan) throws(LaunchError) {
        try self.init(plan.namespaces, user: plan.user, own: nil)
    }

    private init(_ namespaces: Namespaces, user: User, own: OwnPlaces?) throws(LaunchError) {
        let arena = try Self.makeArena()
        var child = gr_child()
        var stage = GR_STAGE_NONE
        var birth = unsafe gr_birth()
        unsafe birth.namespaces = namespaces.rawValue
        if namespaces.contains(.user) {
            // Who one is outside is who one is inside, and there is nobody else (user_namespaces(7)).
            unsafe birth.uid_map = UnsafePointer(arena.string("\(user.uid) \(user.uid) 1"))
            unsafe birth.gid_map = UnsafePointer(arena.string("\(user.gid) \(user.gid) 1"))
        }
        let commandLine = unsafe ownCommandLine()
        unsafe birth.command_line = commandLine.start
        unsafe birth.command_line_length = commandLine.length
        if namespaces.contains(.uts) { unsafe birth.hostname = UnsafePointer(arena.string("guardrun")) }
        if let own { unsafe arena.lay(own, &birth) }
        // The first process maps its own identity, which takes files in /proc that are its own only while its memory
        // is not hidden; what this process holds is hidden from here on.
        setMemoryHidden(false)
        let result = unsafe gr_start(&birth, arena.shared, &child, &stage)
        setMemoryHidden(true)
        guard result == 0 else {
            throw LaunchError(stage, errno: .last, detail: 0, plan: nil)
        }
        initPID = child.pid
        initHandle = Descriptor(owning: child.pidfd)
        control = Descriptor(owning: child.control)
        self.arena = arena
        self.namespaces = namespaces
        self.own = own
    }

    /// Whether this process came into being as the plan wants it.
    package func fits(_ plan: Plan) -> Bool {
        guard namespaces == plan.namespaces else { return false }
        return own == nil || plan.view?.beginsAsUsual == true
    }

    private static func makeArena() throws(LaunchError) -> SharedArena {
        do throws(SystemError) {
            return try SharedArena()
        } catch {
            throw LaunchError(stage: error.call, errno: error.errno, subject: "", obstacle: .none)
        }
    }

    /// Hands the plan over: process 1 builds the view and starts the process that will be the program.
    ///
    /// - Parameter streams: what becomes standard input, output and error.
    package func adopt(_ plan: Plan, streams: (CInt, CInt, CInt)) throws(LaunchError) {
        self.plan = plan
        arena.lay(plan, done: own?.steps.count ?? 0)
        guard !arena.isFull else {
            throw LaunchError(
                stage: "handing over of the plan", errno: Errno(E2BIG),
                subject: "more than \(SharedArena.length >> 20) MiB of code, paths and arguments",
                obstacle: .none)
        }
        order("p", [streams.0, streams.1, streams.2])
    }

    /// Hands the filter over and waits until the process is confined, one step before the program.
    ///
    /// - Parameter cgroups: entrances of the run's control groups.
    package func confine(_ filter: SeccompProgram, flags: UInt32, cgroups: [CInt]) throws(LaunchError)
        -> Confined
    {
        try store(filter, flags: flags)
        order("f", cgroups)
        var (message, descriptors) = try receive()
        let datagrams = try takeNetwork(&message, &descriptors)
        guard message.kind == GR_MESSAGE_WAITING.rawValue else {
            throw LaunchError(
                gr_stage(rawValue: message.stage), errno: Errno(message.error), detail: message.detail,
                plan: plan)
        }
        func take(_ index: Int) -> Descriptor? {
            defer { descriptors[index] = -1 }
            return descriptors[index] >= 0 ? Descriptor(owning: descriptors[index]) : nil
        }
        guard let root = take(0), let main = take(1) else {
            throw LaunchError(GR_STAGE_HANDSHAKE, errno: .invalid, detail: 0, plan: plan)
        }
        return Confined(root: root, main: main, listener: take(2), datagrams: datagrams)
    }

    /// The sockets in the run's network, where the plan wants some; then the message behind them.
    private func takeNetwork(_ message: inout gr_message, _ descriptors: inout [CInt]) throws(LaunchError)
        -> [DatagramSocket]
    {
        guard message.kind == GR_MESSAGE_NETWORK.rawValue else { return [] }
        let sockets = descriptors.filter { $0 >= 0 }.map { DatagramSocket(Descriptor(owning: $0)) }
        if sockets.isEmpty, plan?.needsDatagrams == true {
            throw LaunchError(
                stage: "making of a network for udp://", errno: Errno(message.error), subject: "",
                obstacle: .none)
        }
        (message, descriptors) = try receive()
        return sockets
    }

    /// Lets the confined process execute the program. Where there is a listener its execve is the first call that the
    /// supervisor judges, and waits there for that.
    package func execute(_ confined: Confined) {
        if confined.listener == nil { order("x", []) }
    }

    /// Lets process 1 go, when nothing of the run is to be looked at any more.
    package func dismiss() { order("e", []) }

    /// Ends what has been started, before or after there is a plan.
    package func abandon() {
        send(SIGKILL, to: initHandle)
        reap()
    }

    /// Waits for the end of process 1, and with it of everything in its namespace; nothing is left to wait for.
    package func reap() {
        var status: CInt = 0
        while unsafe waitpid(initPID, &status, 0) < 0 && errno == EINTR {}
    }

    /// One of the words that CSandbox.h calls GR_GO_*. When process 1 is gone the next message says so.
    private func order(_ word: Unicode.Scalar, _ descriptors: [CInt]) {
        unsafe _ = gr_order(
            control.number, CChar(bitPattern: UInt8(ascii: word)), descriptors, descriptors.count)
    }

    private func receive() throws(LaunchError) -> (gr_message, [CInt]) {
        var message = gr_message()
        var descriptors = [CInt](repeating: -1, count: Int(GR_MOST_DESCRIPTORS))
        let result = unsafe gr_receive(control.number, &message, &descriptors, descriptors.count)
        guard result > 0 else {
            let errno = result < 0 ? Errno.last : Errno(ESRCH)
            throw LaunchError(GR_STAGE_HANDSHAKE, errno: errno, detail: 0, plan: plan)
        }
        return (message, descriptors)
    }

    private func store(_ program: SeccompProgram, flags: UInt32) throws(LaunchError) {
        let count = program.instructions.count
        guard count <= Int(GR_MAX_INSTRUCTIONS) else {
            throw LaunchError(
                stage: "seccomp", errno: Errno(E2BIG), subject: "\(count) instructions", obstacle: .none)
        }
        unsafe arena.shared.pointee.filter.flags = flags
        unsafe arena.shared.pointee.filter.length = UInt32(count)
        for (index, word) in program.instructions.enumerated() {
            unsafe arena.filterWords[index] = word
        }
    }
}

/// A process that is confined and waits for the verdict.
package final class Confined {
    /// The root of the view, to look paths up in as the run sees them.
    package let root: Descriptor
    /// The main process, for signals (pidfd_open(2)).
    package let main: Descriptor
    /// Where judged calls arrive; nil when another supervisor holds the only listener.
    package let listener: Listener?
    /// Sockets of ours in the network of the run, not bound yet.
    package let datagrams: [DatagramSocket]

    init(
        root: consuming Descriptor, main: consuming Descriptor, listener: consuming Descriptor?,
        datagrams: [DatagramSocket]
    ) {
        self.root = root
        self.main = main
        self.datagrams = datagrams
        if let listener { self.listener = Listener(listener) } else { self.listener = nil }
    }
}

/// What process 1 says while the run lasts.
package enum Report: Equatable, Sendable {
    case started
    case failed(LaunchError)
    case exited(Exit)
    /// The stream ended without a word: process 1 was killed.
    case gone

    package struct Exit: Equatable, Sendable {
        /// As wait(2) gives it.
        package let status: Int32
        /// Processes that outlived the main one and were killed.
        package let leftovers: Int
        /// Of everything that was reaped, in nanoseconds.
        package let cpu: UInt64
        /// Of the largest single process, in bytes.
        package let peak: UInt64
    }
}

extension Child {
    /// Reads one report; call it when `control` is readable.
    package func report() -> Report {
        var message = gr_message()
        var descriptors: [CInt] = [-1, -1, -1]
        guard unsafe gr_receive(control.number, &message, &descriptors, descriptors.count) > 0 else {
            return .gone
        }
        switch gr_message_kind(rawValue: message.kind) {
        case GR_MESSAGE_STARTED: return .started
        case GR_MESSAGE_EXITED:
            return .exited(
                Report.Exit(
                    status: message.status, leftovers: Int(message.leftovers),
                    cpu: (message.user_us + message.system_us) * 1_000, peak: message.peak_kib * 1_024))
        default:
            return .failed(
                LaunchError(
                    gr_stage(rawValue: message.stage), errno: Errno(message.error), detail: message.detail,
                    plan: plan))
        }
    }
}

extension LaunchError {
    init(_ stage: gr_stage, errno: Errno, detail: UInt32, plan: Plan?) {
        let name = unsafe gr_stage_name(stage).map { unsafe String(cString: $0) } ?? "launch"
        let index = Int(detail)
        var subject = ""
        switch stage {
        case GR_STAGE_VIEW_SOURCE, GR_STAGE_VIEW_TARGET, GR_STAGE_VIEW_MOUNT, GR_STAGE_VIEW_PROC,
            GR_STAGE_WORKSPACE:
            if let steps = plan?.view?.steps, index < steps.count {
                subject = steps[index].target.description
            }
        case GR_STAGE_LANDLOCK:
            if let rules = plan?.landlock?.rules, index < rules.count {
                subject = rules[index].path.description
            }
        case GR_STAGE_RLIMIT:
            if let limits = plan?.rlimits.limits, index < limits.count { subject = limits[index].name }
        case GR_STAGE_EXECUTE: subject = plan?.command.program.description ?? ""
        case GR_STAGE_DIRECTORY: subject = plan?.directory.description ?? ""
        default: break
        }
        self.init(stage: name, errno: errno, subject: subject, obstacle: Self.obstacle(stage, errno))
    }

    private static func obstacle(_ stage: gr_stage, _ errno: Errno) -> Obstacle {
        switch stage {
        case GR_STAGE_CLONE, GR_STAGE_IDENTITY, GR_STAGE_HOSTNAME, GR_STAGE_VIEW_ROOT, GR_STAGE_VIEW_PIVOT:
            .namespaces
        case GR_STAGE_VIEW_PROC: .proc
        case GR_STAGE_CGROUP: .cgroup
        case GR_STAGE_WORKSPACE: .workspace
        case GR_STAGE_SECCOMP: errno == Errno(EBUSY) || errno == .notPermitted ? .listener : .none
        case GR_STAGE_EXECUTE: .program
        default: .none
        }
    }
}
