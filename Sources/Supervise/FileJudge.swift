import Event
import Glibc
import Linux
import Sandbox

/// Judges what is done with files: inside the grants the kernel goes on, outside them the act is refused when an
/// unguarded program could have done it, and fails by itself when not.
struct FileJudge {
    let grants: Grants
    /// What is not granted is not there, but for directories of ours; without a view it is the host that is seen.
    let hasView: Bool
    /// Directories of the run alone, which hold nothing of the host: the view's own /tmp, /dev and /proc.
    let own: OwnDirectories

    func open(_ act: Act, _ path: GuestPath, flags: OpenFlags, _ lookup: some Lookup) -> Ruling {
        guard let place = lookup.place(of: path, for: act.call.pid) else { return .proceed }
        if place.isEndless { return endless(place) }
        let writes = flags.writes && !flags.contains(.path)
        if own.contains(place.path), !flags.contains(.path),
            ProcessFiles.refuses(place, writes: writes, lookup)
        {
            return .violate(
                Violation(
                    .open, place.visible ? .accessDenied : .notFound,
                    writes ? .systemModification : .sandboxEscape,
                    rule: writes ? "files.write" : "files.read",
                    "\(writes ? "writing" : "reading") \(place.path) is not granted",
                    [.init("path", .text(place.path.bytes)), .init("flags", .string(flags.description))]))
        }
        if own.contains(place.path) && !isDeviceOfHost(place)
            || rights(for: place.path).contains(writes ? .write : .read)
        {
            return .proceed
        }
        // What else a view shows are the directories that lead to what is granted, and the code itself.
        if hasView, place.visible, !writes, !isDenied(place.path) { return .proceed }

        let host = lookup.host(place.path)
        guard wouldOpen(host, flags: flags), writes || !Habits.isProbe(place.path) else { return .proceed }
        let verb = writes ? (host.exists ? "writing" : "creating") : "reading"
        let list = writes ? "files.write" : "files.read"
        return .violate(
            Violation(
                .open, errno(place, host), threat(of: place.path, writes: writes),
                rule: rule(place.path, list),
                "\(verb) \(place.path) is not granted",
                [
                    .init("path", .text(place.path.bytes)), .init("flags", .string(flags.description)),
                ] + given(path, place)))
    }

    func change(_ act: Act, _ targets: [Act.Target], _ lookup: some Lookup) -> Ruling {
        var places: [JSON.Member] = []
        var refused: (place: Place, host: HostFile, change: Act.Change)?
        for (index, target) in targets.enumerated() {
            guard let place = lookup.place(of: target.path, for: act.call.pid) else { return .proceed }
            if place.isEndless { return endless(place) }
            places.append(.init(index == 0 ? "path" : "to", .text(place.path.bytes)))
            if isGranted(place.path, target.change) { continue }
            let host = lookup.host(place.path)
            guard wouldChange(host, target.change) else { return .proceed }
            refused = refused ?? (place, host, target.change)
        }
        guard let refused else { return .proceed }
        return refuse(refused, places)
    }

    /// Metadata is changed here and not by the caller, whose path could lead elsewhere by then: to a file that was
    /// given to the run as standard input, and that no wall stands before.
    func alter(_ act: Act, _ path: GuestPath, _ metadata: Metadata, _ lookup: some Lookup) -> Ruling {
        guard let place = lookup.place(of: path, for: act.call.pid) else { return .fail(.notFound) }
        if place.isEndless { return endless(place) }
        if isGranted(place.path, .alter) {
            return metadata == .attribute ? .fail(.notSupported) : .alter(place.path, metadata)
        }
        let host = lookup.host(place.path)
        guard wouldChange(host, .alter) else { return .fail(host.exists ? .notPermitted : .notFound) }
        return refuse((place, host, .alter), [.init("path", .text(place.path.bytes))])
    }

    /// What the view's own /dev leaves out.
    private func isDeviceOfHost(_ place: Place) -> Bool {
        !place.visible && OwnPlaces.devices.contains(place.path)
            && !["shm", "pts"].contains { OwnPlaces.devices.appending($0).contains(place.path) }
    }

    private func isGranted(_ path: Path, _ change: Act.Change) -> Bool {
        let needed = change == .alter || change == .refer ? path : path.parent
        // The view's devices are the host's.
        let isDevice = change == .alter && path.parent == Path("/dev")
        if own.contains(path), !isDevice { return true }
        return !isDenied(path) && rights(for: needed).contains(.write)
    }

    private func refuse(
        _ refused: (place: Place, host: HostFile, change: Act.Change), _ places: [JSON.Member]
    ) -> Ruling {
        let verb =
            switch refused.change {
            case .alter: "changing"
            case .create, .replace: "creating"
            case .remove: "removing"
            case .refer: "linking to"
            }
        return .violate(
            Violation(
                .open, errno(refused.place, refused.host),
                refused.change == .remove ? .destructiveData : threat(of: refused.place.path, writes: true),
                rule: rule(refused.place.path, "files.write"), "\(verb) \(refused.place.path) is not granted",
                places))
    }

    func execute(
        _ act: Act, _ path: GuestPath, _ arguments: [[UInt8]], _ lookup: some Lookup
    ) -> Ruling {
        guard let place = lookup.place(of: path, for: act.call.pid) else { return .proceed }
        if place.isEndless { return endless(place) }
        guard rights(for: place.path).contains(.execute) else {
            return program(place, arguments, given(path, place), lookup)
        }
        // The kernel opens a script's interpreter by itself, and refuses it by itself.
        guard let name = Script.interpreter(lookup.start(of: place.path)),
            let interpreter = lookup.place(
                of: GuestPath(directory: AT_FDCWD, text: name.bytes, follows: true), for: act.call.pid),
            !rights(for: interpreter.path).contains(.execute)
        else { return .start(path: place.path, arguments: arguments) }
        return program(
            interpreter, arguments, [.init("script", .text(place.path.bytes))], lookup)
    }

    /// A program that is not granted.
    private func program(
        _ place: Place, _ arguments: [[UInt8]], _ more: [JSON.Member], _ lookup: some Lookup
    ) -> Ruling {
        let host = lookup.host(place.path)
        // What the run wrote into its own directories exists there and not on the host.
        guard host.executable || own.contains(place.path) && place.visible else { return .proceed }
        let words = JSON.array(arguments.map { JSON.text($0) })
        return .violate(
            Violation(
                .exec, place.visible ? .accessDenied : .notFound, .codeExecution,
                rule: rule(place.path, "files.exec"), "running \(place.path) is not granted",
                [.init("path", .text(place.path.bytes)), .init("argv", words)] + more))
    }

    private func rights(for path: Path) -> Rights { grants.rights(for: path) }

    private func isDenied(_ path: Path) -> Bool { grants.denial(of: path) != nil }

    private func wouldOpen(_ host: HostFile, flags: OpenFlags) -> Bool {
        if !host.exists { return flags.contains(.create) && host.parentWritable }
        if flags.isSuperset(of: .newFile) { return false }
        let alters = !flags.intersection(.accessMode).isEmpty || flags.contains(.truncate)
        return (!flags.reads || host.readable) && (!alters || host.writable)
    }

    private func wouldChange(_ host: HostFile, _ change: Act.Change) -> Bool {
        switch change {
        case .alter: host.exists && (host.isOwn || host.writable)
        case .create: !host.exists && host.parentWritable
        case .replace: host.parentWritable
        case .remove: host.exists && host.parentWritable
        case .refer: host.exists
        }
    }

    /// Nobody but an attacker has such a path.
    func endless(_ place: Place) -> Ruling {
        .violate(
            Violation(
                .open, .tooManyLinks, .resourceExhaustion, rule: "files",
                "following \(place.path), links upon links through deep directories, is not granted",
                [.init("path", .text(place.path.bytes))]))
    }

    /// What is hidden is not there; what can be seen is forbidden. A file that would be new counts as seen where
    /// the directory is.
    private func errno(_ place: Place, _ host: HostFile) -> Errno {
        let visible = !hasView || place.visible || !host.exists && !grants.granted(place.path.parent).isEmpty
        return visible ? .accessDenied : .notFound
    }

    private func rule(_ path: Path, _ list: String) -> String {
        grants.denial(of: path)?.reason ?? list
    }

    /// The path as it was given, where it says something else than where it leads.
    private func given(_ path: GuestPath, _ place: Place) -> [JSON.Member] {
        path.text == place.path.bytes ? [] : [.init("given", .text(path.text))]
    }

    private func threat(of path: Path, writes: Bool) -> Threat {
        if Secrets.holds(path) { return .credentialAccess }
        return writes ? .systemModification : .sandboxEscape
    }
}

/// What libraries look for out of habit and do without when it is not there. It is not there, and that is not worth an
/// event; none of it is a secret.
package enum Habits {
    private static let probes = [
        // Node sizes its heap by the control group it is in.
        "/sys/fs/cgroup", "/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage",
        // ps, and numerical libraries, which nodes of memory there are.
        "/sys/devices/system/node",
        // The C library on its way to a name, which is refused when it is asked for.
        "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/hosts", "/etc/resolv.conf",
        "/etc/protocols",
        "/etc/services", "/etc/locale.alias",
        // OpenSSL when it is loaded, and Python's table of file types.
        "/etc/ssl/openssl.cnf", "/etc/ssl/certs", "/etc/mime.types",
    ].map { Path($0) }

    /// systemd's part of the C library walks through it on its way to a user's name (nss-systemd(8)); what lies in
    /// it is judged as ever.
    private static let passage = Path("/run")

    package static func isProbe(_ path: Path) -> Bool {
        path == passage || probes.contains { $0.contains(path) }
    }
}

/// Places where credentials lie, by name: they only decide how a refused access is filed.
enum Secrets {
    private static let names: Set<String> = [
        ".ssh", ".aws", ".azure", ".gnupg", ".kube", ".docker", ".netrc", ".npmrc", ".pypirc",
        ".git-credentials",
        ".config/gcloud", ".password-store", ".pgpass", ".my.cnf", "shadow", "gshadow", "sudoers", "keyrings",
        ".env", "id_rsa", "id_ed25519", "id_ecdsa", "credentials", "passwd", "secrets",
    ]

    static func holds(_ path: Path) -> Bool {
        path.components.contains { names.contains(String(decoding: $0, as: UTF8.self)) }
    }
}
