import Audit
import Glibc
import Linux

/// Carries changes over to the directory that they were made in a copy of: one by one, each whole or not at all.
///
/// Nothing is done through a link or outside the directory, whoever changes it meanwhile. A commit that was cut off is
/// begun again: what is there already is left as it is.
package struct Commit {
    /// What becomes of one change, or would.
    package enum Result: Equatable, Sendable {
        /// With the digest of the contents, where there are any.
        case applied(Digest?)
        /// The directory holds it already.
        case already
        /// Somebody else changed the directory; the sentence says how.
        case conflict(String)
        /// It is not carried over, or could not be; the sentence says why.
        case refused(String)
    }

    private let base: Directory
    private let upper: Directory
    /// What names of files on their way begin with.
    private let tag: String

    /// - Parameter run: whose changes they are.
    package init(_ run: RunID, base: Directory, upper: Directory) {
        self.base = base
        self.upper = upper
        tag = ".guardrun-\(run.description.suffix(8))-"
    }

    /// What would become of a change. A directory that is to go may still turn out not to be empty.
    ///
    /// - Parameter isNamed: somebody asked for this one by its own name.
    package func foresee(_ change: Change, isNamed: Bool = false) -> Result {
        do throws(SystemError) {
            return try judge(change, isNamed)
        } catch {
            return Self.failed(error)
        }
    }

    /// Carries a change over.
    package func apply(_ change: Change, isNamed: Bool = false) -> Result {
        do throws(SystemError) {
            let result = try judge(change, isNamed)
            guard case .applied = result else { return result }
            return try carry(change)
        } catch {
            return Self.failed(error)
        }
    }

    private static func failed(_ error: SystemError) -> Result {
        switch error.errno {
        case .tooManyLinks: .refused("a symbolic link lies on the way to it by now")
        case Errno(EXDEV): .refused("it lies on another file system by now")
        case Errno(EEXIST): .conflict("something else has that name since the run began")
        case Errno(ENOTEMPTY): .conflict("something is left in it")
        case .notFound, Errno(ENOTDIR): .conflict("the directory that it lies in is not there")
        case Errno(ESTALE): .refused("what the run wrote has changed since the run ended")
        case .accessDenied: .refused("it, or the place it goes to, is closed to this user")
        default: .refused("\(error.call) failed: \(error.errno)")
        }
    }

    private func now(_ path: Path) throws(SystemError) -> Mark? {
        do throws(SystemError) {
            return try base.holding(path).status(path.last).map(Mark.init)
        } catch {
            guard error.errno == .notFound || error.errno == Errno(ENOTDIR) else { throw error }
            return nil
        }
    }

    private func judge(_ change: Change, _ isNamed: Bool) throws(SystemError) -> Result {
        if let obstacle = change.obstacle { return .refused(obstacle) }
        let here = try now(change.path)
        if let old = change.from {
            let there = try now(old)
            if there == nil, let here, try holds(change, here) { return .already }
            if let after = change.after, let here, try !holds(change, here) {
                return .conflict("something else has that name since the run began (\(after.kind.rawValue))")
            }
            return standing(change, there) ?? .applied(nil)
        }
        if change.after == nil, here == nil { return .already }
        let conflict = standing(change, here)
        if conflict != nil || change.isContested, let here, try holds(change, here) { return .already }
        if let conflict { return conflict }
        if change.entity == .symlink, change.after != nil, !isNamed, let outside = try leaving(change) {
            return .refused(outside)
        }
        return .applied(nil)
    }

    /// Why the directory does not hold what it held when the run was over.
    private func standing(_ change: Change, _ here: Mark?) -> Result? {
        switch (change.before, here) {
        case (nil, nil): break
        case (nil, _?): return .conflict("something else has that name since the run began")
        case (_?, nil): return .conflict("it is gone from the directory since the run began")
        case (let before?, let here?):
            guard here.isSame(as: before) else { return .conflict("it was changed since the run began") }
        }
        return change.isContested ? .conflict("it was changed while the run went on") : nil
    }

    /// Whether the directory holds what the run made of it.
    private func holds(_ change: Change, _ here: Mark) throws(SystemError) -> Bool {
        guard let after = change.after, here.kind == after.kind else { return false }
        if here.kind == .directory {
            return change.kind != .mode || (here.permissions ^ after.permissions) & 0o777 == 0
        }
        guard let parent = try? upper.holding(change.path) else { return false }
        let place = try base.holding(change.path)
        if here.kind == .symlink {
            return try place.linkTarget(change.path.last) == parent.linkTarget(change.path.last)
        }
        guard here.size == after.size, (here.permissions ^ after.permissions) & 0o777 == 0 else {
            return false
        }
        return try Contents.areSame(change.path.last, in: parent, as: change.path.last, in: place)
    }

    /// Why a link is only carried over when it is asked for: whoever writes through it would write somewhere else.
    private func leaving(_ change: Change) throws(SystemError) -> String? {
        let target = Path(bytes: try upper.holding(change.path).linkTarget(change.path.last))
        let place = String(decoding: target.bytes, as: UTF8.self)
        let sentence =
            "it is a link that leads out of the directory (to \(place)); name it to have it all the same"
        if target.isAbsolute { return sentence }
        var depth = change.path.components.count - 1
        var hasName = false
        for component in target.components where !component.elementsEqual(".".utf8) {
            guard component.elementsEqual("..".utf8) else {
                hasName = true
                continue
            }
            depth -= 1
            // What a name before it leads to may be a link as well.
            if depth < 0 || hasName { return sentence }
        }
        return nil
    }
}

extension Commit {
    private func carry(_ change: Change) throws(SystemError) -> Result {
        let place = try base.holding(change.path)
        let name = change.path.last
        switch change.kind {
        case .deleted:
            if change.entity == .directory {
                try place.removeDirectory(name)
            } else {
                try place.unlink(name)
            }
        case .mode:
            try place.changeMode(name, to: (change.after?.permissions ?? 0) & 0o777)
        case .renamed:
            guard let old = change.from else { break }
            let digest = try now(change.path) == nil ? try replace(change, in: place, before: nil) : nil
            let oldPlace = try base.holding(old)
            try oldPlace.unlink(old.last)
            try oldPlace.sync()
            return .applied(digest)
        case .added where change.entity == .directory:
            // Open to its owner until what lies in it is there.
            try place.makeDirectory(name, mode: 0o700)
            try place.changeMode(name, to: (change.after?.permissions ?? 0) & 0o777 | 0o700)
        case .added, .modified:
            return .applied(try replace(change, in: place, before: change.before))
        }
        try place.sync()
        return .applied(nil)
    }

    /// Closes a directory that was carried over to its owner as well, where the run wanted that: once what lies in it is
    /// there.
    package func finish(_ change: Change) {
        guard change.kind == .added, change.entity == .directory, let after = change.after,
            after.permissions & 0o700 != 0o700
        else { return }
        try? base.holding(change.path).changeMode(change.path.last, to: after.permissions & 0o777)
    }

    /// Puts a file or a link in the place of what has its name: made beside it, made durable, then renamed over it.
    private func replace(_ change: Change, in place: Directory, before: Mark?) throws(SystemError) -> Digest?
    {
        let name = change.path.last
        let source = try upper.holding(change.path)
        let temporary = Array((tag + Digest(change.path.bytes).description.prefix(16)).utf8)
        // One of a commit that was cut off.
        if try place.status(temporary) != nil { try place.unlink(temporary) }
        do throws(SystemError) {
            var digest: Digest?
            if change.entity == .symlink {
                try place.makeLink(temporary, to: source.linkTarget(name))
            } else {
                digest = try copy(change, from: source, to: temporary, in: place, before: before)
            }
            guard try place.status(name).map(Mark.init) == before else {
                throw SystemError("rename", errno: Errno(EEXIST))
            }
            try place.rename(temporary, to: name, replacing: before != nil)
            try place.sync()
            return digest
        } catch {
            try? place.unlink(temporary)
            throw error
        }
    }

    private func copy(
        _ change: Change, from source: Directory, to temporary: [UInt8], in place: Directory, before: Mark?
    ) throws(SystemError) -> Digest? {
        let file = try source.open(change.path.last)
        guard Mark(try file.status()) == change.after else { throw SystemError("read", errno: Errno(ESTALE)) }
        let target = try place.create(temporary, mode: 0o600)
        let digest = try Contents.copy(file, to: target)
        guard Mark(try file.status()) == change.after else { throw SystemError("read", errno: Errno(ESTALE)) }
        if before?.kind == .file {
            let old = try place.open(change.path.last)
            try target.takeOwner(of: old)
        }
        if let errno = target.changeMode(to: (change.after?.permissions ?? 0) & 0o777) {
            throw SystemError("chmod", errno: errno)
        }
        try target.sync()
        return digest
    }
}

extension Descriptor {
    /// Takes the owner, the group, the access list and the user's attributes of the file that this one replaces.
    fileprivate borrowing func takeOwner(of old: borrowing Descriptor) throws(SystemError) {
        let (was, own) = (try old.status(), try status())
        if was.owner != own.owner || was.group != own.group,
            let errno = changeOwner(to: was.owner, group: was.group)
        {
            throw SystemError("keeping of its owner", errno: errno)
        }
        for name in old.attributeNames()
        where name.hasPrefix("user.") || name == "system.posix_acl_access" {
            guard let value = old.attribute(name) else { continue }
            if let errno = setAttribute(name, to: value) {
                throw SystemError("keeping of its attribute \(name)", errno: errno)
            }
        }
    }
}
