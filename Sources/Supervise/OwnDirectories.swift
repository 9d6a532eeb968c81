import Linux
import Sandbox

/// Directories of the run alone, which hold nothing of the host but what is granted inside them.
struct OwnDirectories {
    let paths: [Path]
    let grants: Grants

    func contains(_ path: Path) -> Bool {
        paths.contains { $0.contains(path) } && grants.granted(path).isEmpty
    }
}
