import Linux

/// A run's own copy of its working directory (`files.workspace: overlay`): what it writes there goes to the copy, and the
/// directory stays as it is until somebody commits that.
package struct WorkingCopy: Equatable, Sendable {
    package enum Way: String, Sendable {
        /// The kernel layers what is written over the directory (overlayfs).
        case overlay
        /// Everything in it is copied before the run begins, where the kernel cannot layer it.
        case copy
    }

    package let way: Way
    /// The working directory, without links.
    package let directory: Path
    /// A directory of the host, outside everything that is granted: what is written is in its `upper`.
    package let layers: Path
    /// What the run writes to.
    package var upper: Path { layers.appending("upper") }
    /// Directories in it that granted paths name and that are not there.
    package let made: [Path]

    /// Where copies are kept that would lie in the working directory beside the audit trails: nothing can be layered
    /// over itself.
    package static func elsewhere(for user: User) -> Path { Path("/var/tmp/guardrun-\(user.uid)") }

    /// How a path of it is named below its own root.
    func relative(_ path: Path) -> Path {
        path == directory ? Path(".") : Path(bytes: Array(path.bytes[(directory.bytes.count + 1)...]))
    }
}
