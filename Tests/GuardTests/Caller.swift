import Foundation

/// Who runs guardrun in a test.
enum Caller: CaseIterable, Sendable, CustomStringConvertible {
    case root, user

    var description: String { self == .root ? "root" : "an ordinary user" }

    /// Those that this process can be: root can be both.
    static var possible: [Caller] { getuid() == 0 ? allCases : [.user] }
    /// Nobody on this machine, so that nothing is theirs.
    static let uid = 61_234
}
