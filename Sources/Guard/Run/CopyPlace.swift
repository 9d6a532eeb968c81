import Audit
import Changes
import Linux
import Sandbox

/// Where a run's copy of its working directory is kept: with the trails, which no run sees; or, where those lie in that
/// very directory, in one of this user's own in /var/tmp.
enum CopyPlace {
    static func layers(_ name: String, in store: Store, for context: Context) -> Path {
        let usual = store.workspaces.appending(name)
        let real = (try? Settled(usual))?.path ?? usual
        return context.directory.contains(real)
            ? WorkingCopy.elsewhere(for: context.user).appending(name) : usual
    }

    /// The same, and what has to be there before the plan cuts it out of what is granted.
    static func make(_ name: String, in store: Store, for context: Context) throws(SystemError) -> Path {
        let place = layers(name, in: store, for: context)
        try Kept.makeOwn(place.parent)
        return place
    }
}
