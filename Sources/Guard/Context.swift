import Glibc
import Linux
import Policy

/// Where guardrun was called: whose, in which directory, with which variables.
struct Context {
    let user: User
    let directory: Path
    let variables: [(name: String, value: String)]

    /// Reads it from this process. A working directory that is gone is the one thing that can be wrong.
    static func current() -> Context {
        let directory: Path
        do throws(SystemError) {
            directory = try Path.workingDirectory()
        } catch {
            fail("the working directory cannot be told: \(error.errno)")
        }
        return Context(user: User.current(), directory: directory, variables: callerEnvironment())
    }

    var searchPath: String { variables.first { $0.name == "PATH" }?.value ?? "/usr/local/bin:/usr/bin:/bin" }

    /// What relative paths and `~` mean in a policy.
    var policy: Policy.Context { Policy.Context(workingDirectory: directory, home: user.home) }

    /// The same, for policies that a session may hold.
    var sessionPolicy: Policy.Context {
        Policy.Context(workingDirectory: directory, home: user.home, hasSession: true)
    }
}
