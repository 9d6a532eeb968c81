import Changes
import Glibc
import Linux
import Policy
import Sandbox

/// A run that is confined and waits one step before its program.
struct Launching {
    let child: Child
    let plan: Plan
    let confined: Confined
    /// The run's copy of its working directory, where it has one.
    let kept: Kept?

    /// Brings a run to that step. A host may turn out to lack what it promised; then the plan is made again without
    /// it, and says so.
    ///
    /// - Parameters:
    ///   - birth: process 1, cloned before there was a plan.
    ///   - plan: makes the plan for a host.
    ///   - streams: what becomes the program's standard input, output and error.
    ///   - keep: makes what a plan needs to keep a copy of the working directory in.
    ///   - meanwhile: what there is to do while the first process builds the view.
    init(
        _ birth: Birth, plan: (Sandbox.Host) -> Plan, streams: (CInt, CInt, CInt),
        keep: (WorkingCopy) throws(LaunchError) -> Kept?, meanwhile: () -> Void
    ) throws(LaunchError) {
        var birth = birth
        while true {
            let plan = plan(birth.host)
            do throws(LaunchError) {
                self = try Self.attempt(try birth.child(for: plan), plan, streams, keep, meanwhile)
                return
            } catch {
                birth = try Birth(on: birth.host, without: error)
            }
        }
    }

    /// Gives up a run whose program has not begun. It waits in its execve for as long as this process holds the listener
    /// and says nothing; without a pid namespace nobody else ends it.
    func abandon() {
        send(SIGKILL, to: confined.main)
        child.abandon()
        plan.clear()
        kept?.remove()
    }

    private init(child: Child, plan: Plan, confined: Confined, kept: Kept?) {
        self.child = child
        self.plan = plan
        self.confined = confined
        self.kept = kept
    }

    private static func attempt(
        _ child: Child, _ plan: Plan, _ streams: (CInt, CInt, CInt),
        _ keep: (WorkingCopy) throws(LaunchError) -> Kept?, _ meanwhile: () -> Void
    ) throws(LaunchError) -> Launching {
        var kept: Kept?
        do throws(LaunchError) {
            try makeDirectories(plan)
            if let copy = plan.workingCopy { kept = try keep(copy) }
            try child.adopt(plan, streams: streams)
            let entrances = try enterCgroups(plan)
            defer { for number in entrances { close(number) } }
            let filter = try compile(plan)
            meanwhile()
            let confined = try child.confine(filter, flags: plan.filterFlags, cgroups: entrances)
            return Launching(child: child, plan: plan, confined: confined, kept: kept)
        } catch {
            child.abandon()
            plan.clear()
            kept?.remove()
            throw error
        }
    }

    private static func makeDirectories(_ plan: Plan) throws(LaunchError) {
        for path in plan.created {
            do throws(SystemError) {
                try path.makeDirectory(mode: path == plan.lent ? 0o700 : 0o755)
            } catch {
                throw LaunchError(
                    stage: "making of a directory", errno: error.errno, subject: "\(path)", obstacle: .none)
            }
        }
    }

    private static func enterCgroups(_ plan: Plan) throws(LaunchError) -> [CInt] {
        do throws(SystemError) {
            return try plan.cgroup?.make() ?? []
        } catch {
            throw LaunchError(stage: "cgroup", errno: error.errno, subject: error.subject, obstacle: .cgroup)
        }
    }

    private static func compile(_ plan: Plan) throws(LaunchError) -> SeccompProgram {
        do throws(SeccompError) {
            return try plan.seccomp.compiled()
        } catch {
            throw LaunchError(stage: error.description, errno: .invalid, subject: "", obstacle: .none)
        }
    }
}
