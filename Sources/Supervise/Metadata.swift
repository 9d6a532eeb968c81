import Event
import Glibc
import Linux
import Sandbox

/// What is known of a file beside its contents, as a call would have it: read once, and set by the supervisor.
package enum Metadata: Equatable, Sendable {
    /// The permission bits (chmod(2)).
    case mode(UInt32)
    /// User and group (chown(2)); all bits set leaves one as it is.
    case owner(UInt32, UInt32)
    /// Seconds and nanoseconds of the last access and the last change (utimensat(2)); nil is now.
    case times([Int64]?)
    /// Extended attributes (xattr(7)), access lists among them. No file of a run has any.
    case attribute

    /// The file that a call names.
    package enum Target: Equatable, Sendable {
        case path(GuestPath)
        /// A descriptor of the caller.
        case open(Int32)
    }

    /// Which of the arguments hold what: the first of them.
    enum Sort: Sendable {
        case mode(Int)
        case owner(Int)
        /// Times of one word each, and of two with millionths or billionths of a second.
        case seconds(Int), microseconds(Int), nanoseconds(Int)
        case attribute
    }

    /// Sets it, as a process of `user` without privileges could; the reason when it could not.
    func apply(to file: borrowing Descriptor, as user: User) -> Errno? {
        guard let status = try? file.status() else { return .last }
        guard status.owner == user.uid else { return .notPermitted }
        switch self {
        case .mode(let mode): return file.changeMode(to: mode)
        case .owner(let uid, let gid):
            let keeps =
                (uid == .max || uid == status.owner)
                && (gid == .max || [status.group, user.gid].contains(gid))
            return keeps ? file.changeOwner(to: uid, gid) : .notPermitted
        case .times(let times): return file.changeTimes(to: times)
        case .attribute: return .notSupported
        }
    }

    /// The same at a place that was judged: what lies there now, and no link.
    func apply(at place: Path, below root: CInt, as user: User) -> Errno? {
        do throws(SystemError) {
            let flags = CInt(OpenFlags.path.rawValue) | O_NOFOLLOW
            return apply(to: try Descriptor.open(place, flags, resolve: .plain, in: root), as: user)
        } catch {
            return error.errno
        }
    }

    /// Where an open file lies that may not be changed; nil where it may. A view's mounts hold what may only be read, and
    /// without them the descriptor says where its file is.
    func placeOutside(_ plan: Plan, _ file: borrowing Descriptor) -> Path? {
        guard plan.view == nil, let place = try? Path("/proc/self/fd/\(file.number)").linkTarget(),
            place.isAbsolute, !plan.grants.rights(for: place).contains(.write)
        else { return nil }
        return place
    }

    /// The refusal, with what was to be set.
    func violation(of subject: String, _ place: [JSON.Member]) -> Violation {
        let (noun, members): (String, [JSON.Member]) =
            switch self {
            case .mode(let mode):
                ("mode (to \(String(mode, radix: 8)))", [.init("mode", .string(String(mode, radix: 8)))])
            case .owner(let uid, let gid):
                ("owner", [.init("uid", .number(uid)), .init("gid", .number(gid))])
            case .times: ("times", [])
            case .attribute: ("attributes", [])
            }
        return Violation(
            .open, .notPermitted, .systemModification, rule: "files.write",
            "changing the \(noun) of \(subject) is not granted", place + members)
    }
}

extension ActReader {
    /// AT_EMPTY_PATH, which Swift's Glibc does not show.
    private static let emptyPath: UInt64 = 0x1000

    /// The act of a call that sets metadata; nil when the memory that it names cannot be read.
    func metadata(_ call: Notification, _ sort: Metadata.Sort, _ place: CallTable.Place) -> Act.Kind? {
        // Where the policy keeps nothing of this, it is a change like any other.
        guard keepsIdentity else { return targets(call, [place]).map(Act.Kind.change) }
        let metadata: Metadata
        switch sort {
        case .mode(let index):
            if let identity = identity(call.arguments[index]) { return identity }
            metadata = .mode(UInt32(call.arguments[index] & 0o7777))
        case .owner(let index):
            metadata = .owner(
                UInt32(truncatingIfNeeded: call.arguments[index]),
                UInt32(truncatingIfNeeded: call.arguments[index + 1]))
        case .seconds(let index):
            guard let times = times(call, index, words: 2) else { return nil }
            metadata = .times(times.map { [$0[0], 0, $0[1], 0] })
        case .microseconds(let index):
            guard let times = times(call, index, words: 4) else { return nil }
            metadata = .times(times.map { [$0[0], $0[1] &* 1_000, $0[2], $0[3] &* 1_000] })
        case .nanoseconds(let index):
            guard let times = times(call, index, words: 4) else { return nil }
            metadata = .times(times)
        case .attribute: metadata = .attribute
        }
        return target(call, place).map { .metadata($0, metadata) }
    }

    /// The numbers at a pointer, none where it is null; nil when they cannot be read.
    private func times(_ call: Notification, _ index: Int, words: Int) -> [Int64]?? {
        let pointer = call.arguments[index]
        guard pointer != 0 else { return .some(nil) }
        var times: [Int64] = []
        for word in 0..<words {
            guard let value = GuestMemory.word(call.pid, pointer &+ UInt64(word * 8)) else { return nil }
            times.append(Int64(bitPattern: value))
        }
        return times
    }

    private func target(_ call: Notification, _ place: CallTable.Place) -> Metadata.Target? {
        let descriptor = Int32(truncatingIfNeeded: call.arguments[0])
        guard let path = place.path else { return .open(descriptor) }
        // Some of them take a descriptor alone.
        if place.directory != nil, call.arguments[path] == 0, descriptor != AT_FDCWD {
            return .open(descriptor)
        }
        guard let target = targets(call, [place])?.first else { return nil }
        let isEmpty = target.path.text.isEmpty
        let takesEmpty = place.flags.map { call.arguments[$0] & Self.emptyPath != 0 } ?? false
        if isEmpty, takesEmpty, descriptor != AT_FDCWD { return .open(descriptor) }
        return .path(target.path)
    }
}
