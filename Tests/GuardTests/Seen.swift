import Event
import Foundation

/// What was seen of one run of guardrun, from outside.
struct Seen {
    let status: Int32
    let output: String
    let errors: String
    /// The events of its trail.
    let events: [JSON]
    /// The object of `--json`.
    let object: JSON?
    /// The trail's bytes and its place.
    let trail: [UInt8]
    let audit: URL

    func events(_ kind: Event.Kind) -> [JSON] { events.filter { $0["type"]?.stringValue == kind.rawValue } }
    var violations: [JSON] { events(.policyViolation) }

    /// Violations of an operation, and of one system call where that is named.
    func violations(_ operation: String, _ syscall: String? = nil) -> [JSON] {
        violations.filter {
            $0["op"]?.stringValue == operation && (syscall == nil || $0["syscall"]?.stringValue == syscall)
        }
    }
}
