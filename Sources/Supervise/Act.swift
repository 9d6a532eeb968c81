import Linux

/// What a judged system call is about to do, read once from the caller's memory.
///
/// The memory may say something else a moment later. So an act that is let proceed is one that the kernel refuses
/// by itself where it must; what is read here decides what is reported and what is answered at once.
package struct Act: Equatable, Sendable {
    package let call: Notification
    /// The name of the system call.
    package let name: String
    package let kind: Kind

    package init(call: Notification, name: String, kind: Kind) {
        self.call = call
        self.name = name
        self.kind = kind
    }

    package enum Kind: Equatable, Sendable {
        /// Opening a file; flags as of open(2).
        case open(GuestPath, flags: OpenFlags)
        /// Changing what names and metadata there are.
        case change([Target])
        /// Executing a program with these arguments.
        case execute(GuestPath, arguments: [[UInt8]])
        /// An execve on a descriptor.
        case executeDescriptor
        case connect(socket: Int32, SocketAddress)
        case bind(socket: Int32, SocketAddress)
        case listen(socket: Int32)
        /// Sending, with every address that was given; `connects` with MSG_FASTOPEN, which begins a connection.
        case send(socket: Int32, [SocketAddress], connects: Bool)
        /// Setting an option of a socket (setsockopt(2)).
        case option(level: Int32, name: Int32)
        case memory(name: [UInt8], flags: UInt64)
        /// Taking memory that can be shared and has no name (mmap(2)).
        case shareMemory(bytes: UInt64)
        case identity([UInt32])
        /// Changing what is known of a file beside its contents.
        case metadata(Metadata.Target, Metadata)
        /// Making a file that runs as its owner or group, with this mode.
        case borrowed(mode: UInt32)
        case signal(target: Int32)
        /// Making a device (mknod(2)), which takes a privilege unless its number is 0.
        case device(GuestPath, isNone: Bool)
        /// Changing somebody's place on the processor or the disk; a negative target is a group, nil all of a user's.
        case schedule(target: Int32?)
        /// Making a socket of a family, type and protocol.
        case socket(family: UInt32, type: UInt32, protocol: UInt32)
        /// A new process or thread, with clone(2)'s flags.
        case fork(flags: UInt64)
        /// Anything else that is forbidden.
        case forbidden
        /// The arguments could not be read, so what it would do is not known.
        case unreadable
    }

    /// A path and what the call does to it.
    package struct Target: Equatable, Sendable {
        package let path: GuestPath
        package let change: Change
    }

    package enum Change: Equatable, Sendable {
        /// Contents or metadata of what is there.
        case alter
        /// A new name, where there is none yet.
        case create
        /// A new name, in the place of what may be there.
        case replace
        /// A name goes away.
        case remove
        /// Another name for what is there.
        case refer
    }
}

/// A path as a caller gave it: bytes, relative to a directory of its own.
package struct GuestPath: Equatable, Sendable {
    /// AT_FDCWD or a descriptor of the caller.
    package let directory: Int32
    package let text: [UInt8]
    /// Whether a symbolic link at the end is followed.
    package let follows: Bool

    package init(directory: Int32, text: [UInt8], follows: Bool) {
        self.directory = directory
        self.text = text
        self.follows = follows
    }
}
