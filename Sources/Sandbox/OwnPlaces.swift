import Linux

/// What every view holds, whatever the policy: devices without anything of the host, and the run's own processes
/// (bwrap(1), `--dev` and `--proc`). Being the same for all, it is made while the plan still is.
package struct OwnPlaces: Equatable, Sendable {
    /// A directory that is always there and seldom granted, and of which nothing is needed while a view is built.
    static let staging = Path("/proc")
    package static let devices = Path("/dev")
    package static let processes = Path("/proc")

    /// What goes into the directory of devices.
    let deviceSteps: [View.Step]
    let processStep: View.Step?
    /// All of it in a root that is empty.
    let steps: [View.Step]

    /// - Parameter processes: whether a file system of the run's own processes can be mounted.
    init(processes: Bool) {
        var steps: [View.Step] = []
        for name in ["null", "zero", "full", "random", "urandom", "tty"] {
            let place = Self.devices.appending(name)
            steps += Self.device(place, at: place)
        }
        let links = [
            ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
            ("stderr", "/proc/self/fd/2"),
        ]
        for (name, target) in links {
            steps.append(
                View.Step(kind: .symlink, target: Self.devices.appending(name), source: Path(target)))
        }
        deviceSteps = steps
        processStep = processes ? View.Step(kind: .proc, target: Self.processes) : nil
        self.steps =
            [View.Step(kind: .directory, target: Self.devices)] + deviceSteps
            + [View.Step(kind: .directory, target: Self.processes)] + (processStep.map { [$0] } ?? [])
    }

    /// A device of the host's at a place of the view; nothing where the host has none. Read-only keeps its mode and
    /// owner as they are, and not what is written to the device.
    static func device(_ source: Path, at place: Path) -> [View.Step] {
        guard (try? source.status())?.kind == .device else { return [] }
        return [
            View.Step(kind: .file, target: place, mode: 0o600),
            View.Step(
                kind: .bind, target: place, source: source, attributes: [.readOnly, .noSetUID, .noExecute]),
        ]
    }
}
