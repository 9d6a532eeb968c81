/// What harm a piece of code, or an act of a running program, belongs to.
///
/// The first six carry the names of the original engine's intent categories, so that its policies map over.
package enum Threat: String, CaseIterable, Sendable {
    case destructiveData = "destructive_data"
    case dataExfiltration = "data_exfiltration"
    case privilegeEscalation = "privilege_escalation"
    case systemModification = "system_modification"
    case codeExecution = "code_execution"
    case networkAccess = "network_access"
    case credentialAccess = "credential_access"
    case resourceExhaustion = "resource_exhaustion"
    case sandboxEscape = "sandbox_escape"
}
