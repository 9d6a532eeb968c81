import Linux

/// What goes on beside a run in the same loop: the conversation of a session with its host and its interpreter.
package protocol Companion: AnyObject {
    /// The moment at which `turn` matters though nothing has arrived; nil where there is none.
    var deadline: UInt64? { get }
    /// Says what to wait for.
    func register(_ set: inout PollSet)
    /// Looks at what has arrived and at the clock; what is to be done about the run.
    func turn(_ set: PollSet) -> [Effect]
    /// Whether it decides what follows when the run uses more memory than it may, as it is told by `note`.
    var holdsMemory: Bool { get }
    /// Hears what the run uses.
    func note(_ sample: Sample)
}
