/// One thing that happened in a run, in the vocabulary of governance. Nothing is recorded that is not one of these.
package struct Event: Equatable, Sendable {
    /// What kind of thing it is. The names are a contract with readers of the trail.
    package enum Kind: String, CaseIterable, Sendable {
        case runStarted = "run_started"
        case scanFinished = "scan_finished"
        case codeCompiled = "code_compiled"
        case policyCheck = "policy_check"
        case policyViolation = "policy_violation"
        case toolCallStarted = "tool_call_started"
        case toolCallFinished = "tool_call_finished"
        case toolCallBlocked = "tool_call_blocked"
        case approvalRequested = "approval_requested"
        case approvalDecided = "approval_decided"
        case limitExceeded = "limit_exceeded"
        case driftDetected = "drift_detected"
        case checkpointCreated = "checkpoint_created"
        case checkpointRestored = "checkpoint_restored"
        case processStarted = "process_started"
        case processExited = "process_exited"
        case interrupted
        case eventsDropped = "events_dropped"
        case workspaceCommitted = "workspace_committed"
        case workspaceDiscarded = "workspace_discarded"
        case runFinished = "run_finished"
    }

    package enum Severity: String, Sendable { case info, warning, high, critical }

    package let kind: Kind
    package let severity: Severity
    /// The policy line, limit or scan rule that decided; nil where nothing was decided.
    package let rule: String?
    /// A sentence for people.
    package let message: String
    package let threat: Threat?
    /// What this kind of event carries, in the order it is written.
    package let fields: [JSON.Member]

    package init(
        _ kind: Kind, _ severity: Severity, rule: String? = nil, threat: Threat? = nil, _ message: String,
        fields: [JSON.Member] = []
    ) {
        self.kind = kind
        self.severity = severity
        self.rule = rule
        self.message = message
        self.threat = threat
        self.fields = fields
    }

    /// The members that describe the event itself; the trail puts version, run, sequence and time before them.
    package var members: [JSON.Member] {
        var members = [
            JSON.Member("type", .string(kind.rawValue)), JSON.Member("severity", .string(severity.rawValue)),
        ]
        if let rule { members.append(.init("rule", .string(rule))) }
        if let threat { members.append(.init("threat", .string(threat.rawValue))) }
        members.append(.init("message", .string(message)))
        return members + fields
    }
}

/// Where events go. The trail writes them down; what it cannot write ends the run.
package protocol Recorder: AnyObject {
    /// Records an event before returning. An event that equals an earlier one, and that may be counted instead of
    /// written again, is counted.
    func record(_ event: Event, counting: Bool) throws(RecordingError)
}

/// An event could not be recorded: the reason, as a sentence.
package struct RecordingError: Error, Equatable, CustomStringConvertible, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }
}
