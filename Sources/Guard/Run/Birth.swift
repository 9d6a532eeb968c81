import Glibc
import Linux
import Sandbox

/// Process 1 of a run as it comes into being, before the policy is read: what takes it longest is the same for nearly
/// every policy, and the kernel can be at it meanwhile.
struct Birth {
    private(set) var host: Sandbox.Host
    private let early: Child

    /// Clones it for what the host promises. What the host then refuses is left out, and the plan will say so.
    init(on host: Sandbox.Host) throws(LaunchError) {
        var host = host
        while true {
            do throws(LaunchError) {
                early = try Child(on: host)
                self.host = host
                return
            } catch {
                guard let lesser = host.without(error.obstacle, because: "\(error)") else { throw error }
                host = lesser
            }
        }
    }

    /// Once more, on a host without what has just failed.
    init(on host: Sandbox.Host, without failure: LaunchError) throws(LaunchError) {
        guard let lesser = host.without(failure.obstacle, because: "\(failure)") else { throw failure }
        try self.init(on: lesser)
    }

    /// Looks for the control groups while the clone is at work.
    mutating func findCgroups() { host.findCgroups() }

    /// The process for a plan: this one, but for a plan that wants another kind.
    func child(for plan: Plan) throws(LaunchError) -> Child {
        if early.fits(plan) { return early }
        early.abandon()
        return try Child(for: plan)
    }
}
