import Foundation

/// A directory of a test's own, which belongs to the caller and goes with the test. It lies outside /tmp, because a
/// run has a /tmp of its own.
final class Scratch {
    let url: URL

    init(for caller: Caller, in base: URL = URL(fileURLWithPath: "/var/tmp")) throws {
        url = base.appendingPathComponent("guardrun-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        if getuid() == 0 && caller == .user { unsafe chown(url.path, uid_t(Caller.uid), gid_t(Caller.uid)) }
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// A file in it that belongs to the caller, with these contents.
    @discardableResult
    func file(_ name: String, _ contents: String = "secret\n", mode: Int = 0o644) throws -> String {
        let place = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(contents.utf8).write(to: place)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: place.path)
        own(place)
        return place.path
    }

    @discardableResult
    func folder(_ name: String) throws -> String {
        let place = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        own(place)
        return place.path
    }

    private func own(_ place: URL) {
        guard getuid() == 0,
            let owner = try? FileManager.default.attributesOfItem(atPath: url.path)[.ownerAccountID]
                as? NSNumber
        else { return }
        var path = place.path
        while path.count > url.path.count {
            unsafe chown(path, owner.uint32Value, owner.uint32Value)
            path = (path as NSString).deletingLastPathComponent
        }
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
    func contents(_ name: String) -> String? {
        FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) }
    }
    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
