import Glibc
import Linux

/// pyenv and its relatives put a shell script in front of every program, which asks the manager for the version
/// to run. Inside a sandbox that would mean granting the manager; so the same question is answered here, by the
/// rules of pyenv's README ("Understanding Python version selection").
enum VersionManager {
    enum Target: Equatable {
        case program(Path, manager: String)
        /// The `system` version: the next match on the search path.
        case next
    }

    private struct Manager {
        let name: String
        let variable: String
        let file: String
    }

    private static let managers = [
        Manager(name: "pyenv", variable: "PYENV_VERSION", file: ".python-version"),
        Manager(name: "rbenv", variable: "RBENV_VERSION", file: ".ruby-version"),
        Manager(name: "nodenv", variable: "NODENV_VERSION", file: ".node-version"),
    ]

    /// What `shim` stands for; nil when it is no shim of a manager known here.
    static func resolve(shim: Path, in directory: Path) -> Target? {
        let root = shim.parent.parent
        guard shim.parent.name == "shims", let head = try? shim.contents(atMost: 64 << 10),
            let manager = managers.first(where: { mentions($0.name, in: head) })
        else { return nil }
        for version in versions(manager, root: root, directory: directory) {
            if version == "system" { return .next }
            if let program = program(shim.name, version: version, root: root) {
                return .program(program, manager: manager.name)
            }
        }
        return .next
    }

    private static func mentions(_ name: String, in head: [UInt8]) -> Bool {
        head.split(separator: UInt8(ascii: "\n")).contains { line in
            line.starts(with: "exec ".utf8)
                && line.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\"") }
                    .contains { $0.elementsEqual(name.utf8) }
        }
    }

    /// The versions asked for, first choice first: the variable, the nearest version file, the global file.
    private static func versions(_ manager: Manager, root: Path, directory: Path) -> [String] {
        if let chosen = environmentValue(manager.variable), !chosen.isEmpty {
            return chosen.split(separator: ":").map(String.init)
        }
        var place = directory
        while true {
            if let chosen = words(of: place.appending(manager.file)), !chosen.isEmpty { return chosen }
            if place.isRoot { break }
            place = place.parent
        }
        return words(of: root.appending("version")) ?? ["system"]
    }

    private static func words(of file: Path) -> [String]? {
        guard let text = try? file.contents(atMost: 4_096) else { return nil }
        return text.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// The program of an installed version; `3.11` means the newest 3.11 that is installed.
    private static func program(_ name: String, version: String, root: Path) -> Path? {
        guard !version.contains("/"), version != ".." else { return nil }
        let installed = root.appending("versions")
        let exact = installed.appending(version).appending("bin").appending(name)
        if exact.allows(X_OK) { return exact }
        let newest = ((try? installed.names()) ?? []).filter { $0.hasPrefix(version + ".") }
            .max { numbers(in: $0).lexicographicallyPrecedes(numbers(in: $1)) }
        guard let newest else { return nil }
        let program = installed.appending(newest).appending("bin").appending(name)
        return program.allows(X_OK) ? program : nil
    }

    private static func numbers(in version: String) -> [Int] {
        version.split(separator: ".").map { Int($0) ?? -1 }
    }
}
