// Made by `make confidences` from labelled code; do not edit.

extension Rule {
    /// The share of a rule's findings that are right: (hostile + 1) / (hostile + harmless + 2), where variants of one
    /// template count once. Nil for a rule that was seen in fewer than four.
    static func measuredConfidence(_ id: String) -> Double? {
        switch id {
        // 7 hostile, 0 harmless
        case "account-file-read": 0.89
        // 77 hostile, 0 harmless
        case "broad-delete": 0.99
        // 9 hostile, 1 harmless
        case "broad-extraction": 0.83
        // 15 hostile, 2 harmless
        case "computed-command": 0.84
        // 13 hostile, 0 harmless
        case "computed-program": 0.93
        // 15 hostile, 0 harmless
        case "concealed-act": 0.94
        // 16 hostile, 3 harmless
        case "constant-code": 0.81
        // 8 hostile, 0 harmless
        case "decoded-code": 0.90
        // 4 hostile, 0 harmless
        case "decoded-command": 0.83
        // 17 hostile, 0 harmless
        case "discarded-work": 0.95
        // 8 hostile, 0 harmless
        case "disk-overwrite": 0.90
        // 3 hostile, 1 harmless
        case "dynamic-code": 0.67
        // 2 hostile, 22 harmless
        case "file-delete": 0.12
        // 4 hostile, 0 harmless
        case "file-upload": 0.83
        // 19 hostile, 0 harmless
        case "indirect-call": 0.95
        // 18 hostile, 1 harmless
        case "login-file-write": 0.90
        // 6 hostile, 2 harmless
        case "network-connection": 0.70
        // 12 hostile, 38 harmless
        case "network-use": 0.25
        // 4 hostile, 0 harmless
        case "object-graph-walk": 0.83
        // 61 hostile, 14 harmless
        case "process-start": 0.81
        // 3 hostile, 9 harmless
        case "recursive-delete": 0.29
        // 5 hostile, 0 harmless
        case "reverse-shell": 0.86
        // 4 hostile, 0 harmless
        case "roundabout-call": 0.83
        // 8 hostile, 0 harmless
        case "run-as-root": 0.90
        // 6 hostile, 0 harmless
        case "schedule-write": 0.88
        // 17 hostile, 0 harmless
        case "secret-file-read": 0.95
        // 5 hostile, 0 harmless
        case "secret-upload": 0.86
        // 5 hostile, 0 harmless
        case "system-file-delete": 0.86
        // 6 hostile, 0 harmless
        case "system-file-read": 0.88
        // 7 hostile, 1 harmless
        case "system-listing": 0.80
        // 6 hostile, 0 harmless
        case "working-directory-delete": 0.88
        default: nil
        }
    }
}
