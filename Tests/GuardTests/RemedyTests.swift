import Policy
import Sandbox
import Testing

@testable import Guard
@testable import Linux

/// What doctor advises, for hosts that this one is not.
@Suite("Remedies")
struct RemedyTests {
    private func commands(_ row: Enforcement, uid: UInt32 = 1_000, abi: Int = 2, _ signs: HostSigns) -> String
    {
        var host = Sandbox.Host.current()
        host.user = User(uid: uid, gid: uid, home: .root)
        host.landlockABI = abi
        return Remedy(row, of: [row], host: host, signs: signs)?.text ?? ""
    }

    @Test("the sign that explains it decides what to type")
    func namespaces() {
        let row = Enforcement(.userNamespace, .absent, "")
        var signs = HostSigns()
        #expect(commands(row, signs).contains("CONFIG_USER_NS"))
        signs.isFiltered = true
        #expect(commands(row, signs).contains("seccomp=unconfined"))
        signs.settings = [("kernel/apparmor_restrict_unprivileged_userns", 1)]
        #expect(commands(row, signs).contains("kernel.apparmor_restrict_unprivileged_userns=0"))
        signs.settings.append(("user/max_user_namespaces", 0))
        #expect(commands(row, signs).contains("# sysctl -w user.max_user_namespaces="))
        signs.hasProc = false
        #expect(commands(row, signs).contains("mount -t proc"))
    }

    @Test("control groups: mounted, handed out, or asked of systemd")
    func groups() {
        let row = Enforcement(.cgroup, .absent, "")
        var signs = HostSigns()
        #expect(commands(row, uid: 0, signs).contains("# mount -t cgroup2"))
        signs.hasGroups = true
        #expect(commands(row, uid: 0, signs).contains("> /sys/fs/cgroup/cgroup.subtree_control"))
        #expect(commands(row, signs).contains("chown -R 1000"))
        signs.isSystemd = true
        #expect(commands(row, signs).contains("$ systemd-run --user --scope"))
        #expect(commands(row, uid: 0, signs).contains("# systemd-run --scope"))
    }

    @Test("Landlock: newer, or switched on; and nothing where nothing is missing")
    func landlock() {
        let row = Enforcement(.landlock, .partial, "")
        var signs = HostSigns()
        signs.isBookworm = true
        #expect(commands(row, signs).contains("bookworm-backports"))
        signs.securityModules = ["lockdown", "yama"]
        #expect(commands(row, abi: 0, signs).contains("lsm=landlock,lockdown,yama"))
        #expect(commands(Enforcement(.landlock, .enforced, ""), signs).isEmpty)
        #expect(commands(Enforcement(.cgroup, .absent, "", isUnneeded: true), signs).isEmpty)
    }
}
