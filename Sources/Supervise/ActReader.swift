import Glibc
import Linux

/// Reads from the caller's memory what a call is about.
struct ActReader {
    let table: CallTable
    /// As of `Seccomp`.
    var keepsIdentity = true

    /// The act behind a notification; nil for a number that no table names.
    func act(_ call: Notification) -> Act? {
        guard let (name, shape) = table.shape(of: call.number) else { return nil }
        return Act(call: call, name: name, kind: kind(of: call, shape) ?? .unreadable)
    }

    private func kind(of call: Notification, _ shape: CallTable.Shape) -> Act.Kind? {
        switch shape {
        case .open(let directory, let path, let flags):
            let asked =
                flags.map { OpenFlags(rawValue: call.arguments[$0] & 0xFFFF_FFFF) }
                ?? [.create, .writeOnly, .truncate]
            let mode = asked.creates ? call.arguments[(flags ?? path) + 1] : 0
            return opening(call, directory, path, asked, mode: mode)
        case .openHow(let directory, let path, let how):
            guard let flags = GuestMemory.word(call.pid, call.arguments[how]) else { return nil }
            let asked = OpenFlags(rawValue: flags)
            guard asked.creates else { return opening(call, directory, path, asked, mode: 0) }
            guard let mode = GuestMemory.word(call.pid, call.arguments[how] &+ 8) else { return nil }
            return opening(call, directory, path, asked, mode: mode)
        case .change(let places):
            return targets(call, places).map(Act.Kind.change)
        case .mode(let mode, let places):
            if let identity = identity(call.arguments[mode]) { return identity }
            let type = mode_t(truncatingIfNeeded: call.arguments[mode]) & S_IFMT
            if type == S_IFBLK || type == S_IFCHR {
                let isNone = type == S_IFCHR && call.arguments[mode + 1] & 0xFFFF_FFFF == 0
                return targets(call, places)?.first.map { .device($0.path, isNone: isNone) }
            }
            return targets(call, places).map(Act.Kind.change)
        case .metadata(let sort, let place): return metadata(call, sort, place)
        case .execute(let directory, let path, let arguments, let flags):
            return execution(call, directory, path, arguments, flags)
        case .connect: return address(call, 1, length: 2).map { .connect(socket: descriptor(call), $0) }
        case .bind: return address(call, 1, length: 2).map { .bind(socket: descriptor(call), $0) }
        case .listen: return .listen(socket: descriptor(call))
        case .sendTo:
            if call.arguments[4] == 0 { return sending(call, [], flags: 3) }
            return address(call, 4, length: 5).map { sending(call, [$0], flags: 3) }
        case .sendMessage:
            return addresses(call, at: call.arguments[1], count: 1).map { sending(call, $0, flags: 2) }
        case .sendMessages:
            let count = min(call.arguments[2] & 0xFFFF_FFFF, 1_024)
            return addresses(call, at: call.arguments[1], count: count, stride: 64)
                .map { sending(call, $0, flags: 3) }
        case .option:
            return .option(
                level: Int32(truncatingIfNeeded: call.arguments[1]),
                name: Int32(truncatingIfNeeded: call.arguments[2]))
        case .memory:
            return GuestMemory.string(call.pid, call.arguments[0], limit: 256)
                .map { .memory(name: $0, flags: call.arguments[1]) }
        case .socket:
            return .socket(
                family: UInt32(truncatingIfNeeded: call.arguments[0]),
                type: UInt32(truncatingIfNeeded: call.arguments[1]),
                protocol: UInt32(truncatingIfNeeded: call.arguments[2]))
        case .identity(let count):
            return .identity((0..<count).map { UInt32(truncatingIfNeeded: call.arguments[$0]) })
        case .signal: return .signal(target: Int32(truncatingIfNeeded: call.arguments[0]))
        case .scheduling(let process): return scheduling(call, process)
        case .sharedMemory(let length): return .shareMemory(bytes: call.arguments[length])
        case .watch:
            return guestPath(call, nil, 1, follows: true).map { .open($0, flags: []) }
        case .fork(let flags): return .fork(flags: flags.map { call.arguments[$0] } ?? 0)
        case .forbidden: return .forbidden
        }
    }

    private func scheduling(_ call: Notification, _ process: Int32?) -> Act.Kind {
        func argument(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: call.arguments[index]) }
        guard let process else { return .schedule(target: argument(0)) }
        let target: Int32? =
            switch argument(0) {
            case process: argument(1)
            case process + 1: 0 &- argument(1)
            default: nil
            }
        return .schedule(target: target)
    }

    private func descriptor(_ call: Notification) -> Int32 { Int32(truncatingIfNeeded: call.arguments[0]) }

    private func sending(_ call: Notification, _ addresses: [SocketAddress], flags: Int) -> Act.Kind {
        let connects = call.arguments[flags] & 0x2000_0000 != 0  // MSG_FASTOPEN
        return .send(socket: descriptor(call), addresses, connects: connects)
    }

    private func guestPath(_ call: Notification, _ directory: Int?, _ path: Int, follows: Bool) -> GuestPath?
    {
        guard let text = GuestMemory.string(call.pid, call.arguments[path]) else { return nil }
        let directory = directory.map { Int32(truncatingIfNeeded: call.arguments[$0]) } ?? AT_FDCWD
        return GuestPath(directory: directory, text: text, follows: follows)
    }

    /// A mode that makes a file run as its owner or group; nil for others.
    func identity(_ mode: UInt64) -> Act.Kind? {
        keepsIdentity && mode & 0o6000 != 0 ? .borrowed(mode: UInt32(mode & 0o7777)) : nil
    }

    private func opening(
        _ call: Notification, _ directory: Int?, _ path: Int, _ flags: OpenFlags, mode: UInt64
    ) -> Act.Kind? {
        if let identity = identity(mode) { return identity }
        let follows = !flags.contains(.noFollow) && !flags.isSuperset(of: .newFile)
        return guestPath(call, directory, path, follows: follows).map { .open($0, flags: flags) }
    }

    func targets(_ call: Notification, _ places: [CallTable.Place]) -> [Act.Target]? {
        var targets: [Act.Target] = []
        for place in places {
            var follows = place.follows
            if let flags = place.flags, call.arguments[flags] & UInt64(AT_SYMLINK_NOFOLLOW) != 0 {
                follows = false
            }
            guard let argument = place.path,
                let path = guestPath(call, place.directory, argument, follows: follows)
            else { return nil }
            targets.append(Act.Target(path: path, change: place.change))
        }
        return targets
    }

    private func execution(
        _ call: Notification, _ directory: Int?, _ path: Int, _ arguments: Int, _ flags: Int?
    ) -> Act.Kind? {
        let flags = flags.map { call.arguments[$0] } ?? 0
        guard let path = guestPath(call, directory, path, follows: flags & UInt64(AT_SYMLINK_NOFOLLOW) == 0)
        else {
            return nil
        }
        if path.text.isEmpty { return .executeDescriptor }
        return .execute(path, arguments: words(call.pid, call.arguments[arguments]))
    }

    /// The first words of an argument vector, long ones cut: they are reported and decide nothing.
    private func words(_ pid: Int32, _ vector: UInt64) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var room = 4_096
        for index in 0..<64 where room > 0 && vector != 0 {
            guard let pointer = GuestMemory.word(pid, vector &+ UInt64(index * 8)), pointer != 0 else {
                break
            }
            let text = GuestMemory.read(pid, pointer, min(1_024, room)).prefix { $0 != 0 }
            words.append(Array(text))
            room -= text.count + 1
        }
        return words
    }

    private func address(_ call: Notification, _ pointer: Int, length: Int) -> SocketAddress? {
        address(call.pid, call.arguments[pointer], Int(min(call.arguments[length] & 0xFFFF_FFFF, 128)))
    }

    private func address(_ pid: Int32, _ pointer: UInt64, _ length: Int) -> SocketAddress? {
        let bytes = GuestMemory.read(pid, pointer, length)
        return bytes.count == length ? SocketAddress(bytes) : nil
    }

    /// The addresses in one `struct msghdr`, or in an array of `struct mmsghdr` (sendmmsg(2)): the first member is
    /// the address, the second its length.
    private func addresses(_ call: Notification, at start: UInt64, count: UInt64, stride: UInt64 = 0)
        -> [SocketAddress]?
    {
        var addresses: [SocketAddress] = []
        for index in 0..<count {
            let header = start &+ index &* stride
            guard let pointer = GuestMemory.word(call.pid, header),
                let length = GuestMemory.word(call.pid, header &+ 8)
            else { return nil }
            guard pointer != 0, length & 0xFFFF_FFFF != 0 else { continue }
            guard let address = address(call.pid, pointer, Int(min(length & 0xFFFF_FFFF, 128))) else {
                return nil
            }
            addresses.append(address)
        }
        return addresses
    }
}
