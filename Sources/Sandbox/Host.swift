import Linux
import Policy

/// What this machine and this user can enforce, read once before a plan is made.
///
/// It is cheap to read, so it says what should work; what turns out not to at launch is taken out
/// (`without(_:)`) and the plan is made again.
package struct Host: Equatable, Sendable {
    package var user: User
    /// The version of Landlock (landlock(7)); 0 where there is none.
    package var landlockABI: Int
    /// Namespaces that clone3 may be asked for (CLONE_NEW*), a user namespace among them or not.
    package var namespaces: Namespaces
    /// Why namespaces are missing, in words; empty when none is.
    package var namespacesMissing = ""
    /// Whether a seccomp listener can be had; another supervisor above may hold the only one.
    package var listener = true
    /// A fresh /proc can be mounted.
    package var mountsProc = true
    /// A directory can be layered, as far as is known.
    package var overlays = true
    /// Why not, in words.
    package var overlaysMissing = ""
    /// A directory that cannot be layered can be copied, as far as is known; else why not.
    package var copies = true
    package var copiesMissing = ""
    /// What every view on this host holds.
    package private(set) var own = OwnPlaces(processes: true)
    package var cgroups = CgroupHierarchies()
    /// Kernel version, major and minor.
    package var kernel: Kernel
    /// The highest capability number this kernel knows.
    package var lastCapability: Int

    package struct Kernel: Comparable, Sendable, CustomStringConvertible {
        package let major: Int
        package let minor: Int

        package init(_ major: Int, _ minor: Int) {
            self.major = major
            self.minor = minor
        }

        package static func < (a: Kernel, b: Kernel) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
        package var description: String { "\(major).\(minor)" }

        /// The kernel this runs on (uname(2)).
        static var running: Kernel {
            let numbers = kernelRelease().utf8.split { !(48...57).contains($0) }.prefix(2).compactMap {
                Int(String(decoding: $0, as: UTF8.self))
            }
            return numbers.count == 2 ? Kernel(numbers[0], numbers[1]) : Kernel(0, 0)
        }
    }

    /// Looks at the machine this process runs on.
    package static func current() -> Host {
        var host = withoutCgroups()
        host.findCgroups()
        return host
    }

    /// The same before its control groups are looked for, which is not needed to clone.
    package static func withoutCgroups() -> Host {
        Host(
            user: User.current(), landlockABI: Landlock.abi, namespaces: .all, kernel: Kernel.running,
            lastCapability: Capabilities.last)
    }

    /// A machine that lacks nothing, for questions about policies alone.
    package static let whole = Host(
        user: User.current(), landlockABI: 6, namespaces: .all, kernel: Kernel(6, 12), lastCapability: 40)

    package mutating func findCgroups() { cgroups = CgroupHierarchies.found() }

    /// This host without what stood in the way of a launch; nil when nothing can be left out.
    package func without(_ obstacle: LaunchError.Obstacle, because reason: String) -> Host? {
        var lesser = self
        switch obstacle {
        case .namespaces:
            guard !namespaces.isEmpty else { return nil }
            // Root of a container may have namespaces but for the user's.
            lesser.namespaces =
                namespaces.contains(.user) && user.uid == 0 ? namespaces.subtracting(.user) : []
            lesser.namespacesMissing = reason
        case .proc:
            guard mountsProc else { return nil }
            lesser.mountsProc = false
            lesser.own = OwnPlaces(processes: false)
        case .listener:
            guard listener else { return nil }
            lesser.listener = false
        case .cgroup:
            guard !cgroups.controllers.isEmpty else { return nil }
            lesser.cgroups = CgroupHierarchies()
        case .workspace:
            guard overlays else { return nil }
            lesser.overlays = false
            lesser.overlaysMissing = reason
        case .copy:
            guard copies else { return nil }
            lesser.copies = false
            lesser.copiesMissing = reason
        case .program, .none: return nil
        }
        return lesser
    }
}

/// The namespaces of a run (namespaces(7)).
package struct Namespaces: OptionSet, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static let mount = Namespaces(rawValue: 0x0002_0000)
    package static let uts = Namespaces(rawValue: 0x0400_0000)
    package static let ipc = Namespaces(rawValue: 0x0800_0000)
    package static let user = Namespaces(rawValue: 0x1000_0000)
    package static let pid = Namespaces(rawValue: 0x2000_0000)
    package static let network = Namespaces(rawValue: 0x4000_0000)
    package static let all: Namespaces = [.mount, .uts, .ipc, .user, .pid, .network]

    /// The namespace behind a mechanism of that name.
    package init?(_ mechanism: Mechanism) {
        switch mechanism {
        case .userNamespace: self = .user
        case .pidNamespace: self = .pid
        case .mountNamespace: self = .mount
        case .networkNamespace: self = .network
        case .ipcNamespace: self = .ipc
        case .utsNamespace: self = .uts
        default: return nil
        }
    }
}
