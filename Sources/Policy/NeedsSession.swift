extension Policy {
    /// What this policy asks for and a single run cannot give. A key whose effect would be missing is
    /// refused: what a policy says is what happens.
    var needsSession: [Fault] {
        let caps = limits.session.map { cap in
            let key = cap.value.prefix { $0 != ":" }
            return Fault(at: cap.origin, "limits.\(key) needs a session, which this version does not have")
        }
        let tools = tools.declared.map { key in
            Fault(at: key.origin, "tools.\(key.value) needs a session, which this version does not have")
        }
        return caps + tools
    }
}
