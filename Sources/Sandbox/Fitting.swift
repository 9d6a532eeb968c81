import Glibc
import Linux
import Policy

/// What a program needs to start, beyond what the policy grants: its file, its loader, its libraries and, for an
/// interpreter, its own modules. Existing paths only; each comes with the reason that reports show.
package struct Fitting: Equatable, Sendable {
    package struct Need: Equatable, Sendable {
        package let path: Path
        package let rights: Rights
        package let reason: String
    }

    package private(set) var needs: [Need] = []
    /// Variables that keep an interpreter from habits a guarded run would report (`NAME=VALUE`).
    package private(set) var variables: [String] = []

    /// - Parameter network: what is granted of the network decides whether names and certificates are needed.
    package init(_ command: Command, network: NetworkRules) {
        let real = (try? Settled(command.program))?.path ?? command.program
        let name = real.name
        add(command.program, .executing, "the command")
        let image = ElfImage(real)
        if let loader = image?.loader { add(loader, .executing, "the loader of \(name)") }
        for path in image?.libraryPaths ?? [] { add(path, .reading, "libraries of \(name)") }
        addFixed(network)
        addPrefix(of: command.program, real: real)
        addFamily(of: name)
        if let script = command.script { add(script, [.read, .execute], "the script") }
    }

    /// What every run may read, whatever its command is.
    package init(network: NetworkRules) { addFixed(network) }

    private mutating func addFixed(_ network: NetworkRules) {
        for path in Self.system { add(Path(path), .reading, "libraries and data of the system") }
        if !network.allow.isEmpty {
            for path in Self.networking { add(Path(path), .reading, "names and certificates on the network") }
        }
        if network.allowsAny {
            for path in ["/etc/hosts", "/etc/resolv.conf"] {
                add(Path(path), .reading, "names on the network")
            }
        }
    }

    private mutating func add(_ path: Path, _ rights: Rights, _ reason: String) {
        needs.append(Need(path: path, rights: rights, reason: reason))
    }

    /// Shared libraries and what packages install for everybody to read. Each is a mount, so there are few.
    private static let system = [
        "/lib", "/lib32", "/lib64", "/libx32", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32",
        "/usr/local/lib", "/usr/share", "/etc/ld.so.cache", "/etc/localtime",
    ]

    /// How names are looked up, and whom TLS trusts. Without a network a program that looks for them does without
    /// (`Habits` of the supervisor).
    private static let networking = [
        "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
        "/etc/protocols", "/etc/services",
    ]

    /// An installation of its own (pyenv, conda, uv, /opt) keeps its modules beside its `bin`; a virtual
    /// environment says in `pyvenv.cfg` that it is one (PEP 405).
    private mutating func addPrefix(of program: Path, real: Path) {
        let environment = program.parent.parent
        if (try? environment.appending("pyvenv.cfg").status()) != nil {
            add(environment, .reading, "the virtual environment")
        }
        let prefix = real.parent.parent
        guard real.parent.name == "bin" || real.parent.name == "sbin", !prefix.isRoot, prefix != Path("/usr")
        else {
            return
        }
        for name in ["lib", "lib64", "share", "ssl", "libexec"] {
            add(prefix.appending(name), .reading, "the installation of \(real.name)")
        }
    }

    /// What interpreters keep elsewhere.
    private mutating func addFamily(of name: String) {
        if name.hasPrefix("python") || name.hasPrefix("pypy") {
            add(User.current().home.appending(".local/lib"), .reading, "packages of this user")
            // Compiled files beside modules that may only be read would each be a refused write.
            variables = ["PYTHONDONTWRITEBYTECODE=1"]
            // Whose name is asked for (getpass.getuser) would otherwise be read from the list of accounts.
            if environmentValue("LOGNAME") == nil, environmentValue("USER") == nil,
                let name = User.current().name
            {
                variables.append("LOGNAME=" + String(decoding: name, as: UTF8.self))
            }
        } else if name.hasPrefix("perl") {
            add(Path("/etc/perl"), .reading, "the interpreter")
            add(Path("/usr/local/share/perl"), .reading, "the interpreter")
        } else if ["bash", "sh", "dash", "zsh"].contains(name) {
            add(Path("/etc/inputrc"), .reading, "the interpreter")
            add(Path("/etc/terminfo"), .reading, "the interpreter")
        }
    }
}
