import Audit
import Event
import Policy
import Scan
import Supervise

extension Conversation {
    /// What holds for the session and not for the interpreter at hand.
    package struct Terms {
        package let scanner: Scanner
        /// Whether code that the scan would refuse runs all the same.
        package let onlyWarns: Bool
        /// How much of the cells' code the trail keeps.
        package let keptCode: AuditRules.Code
        package let limits: Limits
        package let tools: ToolRules
        package let onViolation: SyscallRules.OnViolation

        package init(
            scanner: Scanner, onlyWarns: Bool, keptCode: AuditRules.Code, limits: Limits, tools: ToolRules,
            onViolation: SyscallRules.OnViolation
        ) {
            self.scanner = scanner
            self.onlyWarns = onlyWarns
            self.keptCode = keptCode
            self.limits = limits
            self.tools = tools
            self.onViolation = onViolation
        }
    }

    /// A tool's call that is not answered yet.
    struct OpenCall {
        let call: GuestMessage.ToolCall
        let arguments: [JSON.Member]
        let digest: Digest
        /// The policy line that wants it approved, and until when that is waited for; nil once it is at the host.
        var asked: (rule: String, deadline: UInt64)?
    }

    /// Why the cell at hand was interrupted, in the words of the protocol.
    struct Interruption {
        let kind: String
        let limit: String?
        let sentence: String
        let ending: Ending
    }
}
