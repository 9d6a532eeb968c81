import CSandbox
import Glibc
import Linux
import Policy

/// Memory shared with the run's first processes, at the same address on both sides. What a plan comes to as C structs
/// is laid out here, so that a process that was cloned before there was a plan can read it.
@safe final class SharedArena {
    private let mapping: Mapping
    private var used = unsafe MemoryLayout<gr_shared>.size

    /// Pages that are never touched cost nothing, so there is room for the largest code that is scanned.
    static let length = 48 << 20

    init() throws(SystemError) { mapping = try Mapping(length: Self.length) }

    @unsafe var shared: UnsafeMutablePointer<gr_shared> {
        unsafe mapping.base.assumingMemoryBound(to: gr_shared.self)
    }

    /// Where the filter's instructions go, one 64-bit word each.
    @unsafe var filterWords: UnsafeMutablePointer<UInt64> { unsafe gr_filter_words(shared) }

    /// Whether something did not fit: several large pieces of code, or a policy of very many long paths. Then nothing
    /// that is laid out here may be used.
    private(set) var isFull = false

    private func room(_ length: Int, alignment: Int) -> UnsafeMutableRawPointer? {
        let start = (used + alignment - 1) / alignment * alignment
        guard length <= Self.length - start else {
            isFull = true
            return nil
        }
        used = start + length
        return unsafe mapping.base + start
    }

    /// Copies elements in and returns where they are; nil when they do not fit.
    func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element>? {
        let length = max(1, elements.count) * MemoryLayout<Element>.stride
        guard let start = unsafe room(length, alignment: MemoryLayout<Element>.alignment) else { return nil }
        let place = unsafe start.assumingMemoryBound(to: Element.self)
        for (index, element) in elements.enumerated() { unsafe (place + index).initialize(to: element) }
        return unsafe place
    }

    func copy(bytes: [UInt8]) -> UnsafeMutablePointer<UInt8>? {
        guard let place = unsafe room(bytes.count, alignment: 1) else { return nil }
        unsafe place.copyMemory(from: bytes, byteCount: bytes.count)
        return unsafe place.assumingMemoryBound(to: UInt8.self)
    }

    func string(_ path: Path) -> UnsafeMutablePointer<CChar>? {
        unsafe UnsafeMutableRawPointer(copy(bytes: path.bytes + [0]))?.assumingMemoryBound(to: CChar.self)
    }

    func string(_ text: String) -> UnsafeMutablePointer<CChar>? { unsafe string(Path(text)) }

    /// A list of strings that ends with a null pointer, as execve(2) takes it.
    func vector(_ words: [[UInt8]]) -> UnsafePointer<UnsafeMutablePointer<CChar>?>? {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
        for word in words { unsafe pointers.append(string(Path(bytes: word))) }
        unsafe pointers.append(nil)
        return unsafe UnsafePointer(copy(pointers))
    }
}

extension SharedArena {
    /// Lays out what is made before there is a plan.
    func lay(_ own: OwnPlaces, _ birth: inout gr_birth) {
        let steps = unsafe own.steps.map { unsafe cStep($0) }
        unsafe birth.staging = UnsafePointer(string(OwnPlaces.staging))
        unsafe birth.own = UnsafePointer(copy(steps))
        unsafe birth.own_count = steps.count
    }

    /// Lays a plan out, but for the first steps of its view that are made already.
    func lay(_ plan: Plan, done: Int) {
        var launch = unsafe gr_launch()
        unsafe layView(plan, done, &launch)
        unsafe layLandlock(plan, &launch)
        unsafe launch.last_capability = CInt(plan.lastCapability)
        unsafe launch.securebits = Capabilities.securebits
        let limits = plan.rlimits.limits.map { gr_rlimit(resource: $0.resource, value: $0.value) }
        unsafe launch.rlimits = UnsafePointer(copy(limits))
        unsafe launch.rlimit_count = limits.count
        unsafe launch.directory = UnsafePointer(string(plan.directory))
        unsafe launch.datagram_sockets = plan.datagramSockets
        unsafe launch.longest = plan.limits.wall.map(Self.longest) ?? 0
        unsafe launch.controlling_terminal = plan.terminal ? 1 : 0
        unsafe launch.program = UnsafePointer(string(plan.command.program))
        unsafe launch.arguments = vector(plan.command.arguments)
        unsafe launch.environment = vector(plan.environment.map { Array($0.utf8) })
        unsafe shared.pointee.launch = launch
    }

    /// The launcher holds the limit. Process 1 does when that is kept from it, by a lock that the run holds, say.
    private static func longest(_ wall: UInt64) -> UInt32 {
        UInt32(min(wall / 1_000_000_000 + 5, UInt64(Int32.max)))
    }

    private func layView(_ plan: Plan, _ done: Int, _ launch: inout gr_launch) {
        guard let view = plan.view else { return }
        unsafe launch.has_view = 1
        unsafe launch.staging = UnsafePointer(string(view.staging))
        unsafe launch.root_is_bind = view.rootIsBind ? 1 : 0
        unsafe launch.root_attributes = view.rootAttributes.rawValue
        let steps = unsafe view.steps[done...].map { unsafe cStep($0) }
        unsafe launch.view = UnsafePointer(copy(steps))
        unsafe launch.view_count = steps.count
        unsafe launch.view_done = done
    }

    private func cStep(_ step: View.Step) -> gr_view_step {
        // Targets are relative to the view's root.
        let target = Path(bytes: Array(step.target.bytes.dropFirst()))
        let isMask = step.kind == .maskDirectory
        return unsafe gr_view_step(
            kind: Self.kind(step.kind), target: UnsafePointer(string(target)),
            source: UnsafePointer(string(step.source)), attributes: step.attributes.rawValue,
            mode: isMask ? UInt32(S_IFDIR) : step.mode, data: UnsafePointer(copy(bytes: step.data)),
            length: step.data.count)
    }

    private static func kind(_ kind: View.Step.Kind) -> gr_view_kind {
        switch kind {
        case .directory: GR_VIEW_DIRECTORY
        case .file: GR_VIEW_FILE
        case .symlink: GR_VIEW_SYMLINK
        case .bind: GR_VIEW_BIND
        case .cover: GR_VIEW_COVER
        case .maskDirectory, .maskFile: GR_VIEW_MASK
        case .tmpfs: GR_VIEW_TMPFS
        case .proc: GR_VIEW_PROC
        case .terminals: GR_VIEW_DEVPTS
        case .workspace: GR_VIEW_WORKSPACE
        case .workspaceCopy: GR_VIEW_WORKSPACE_COPY
        case .workspaceDirectory: GR_VIEW_WORKSPACE_DIRECTORY
        case .workspaceBind: GR_VIEW_WORKSPACE_BIND
        }
    }

    private func layLandlock(_ plan: Plan, _ launch: inout gr_launch) {
        guard let landlock = plan.landlock else { return }
        unsafe launch.landlock_abi = CInt(landlock.abi)
        unsafe launch.landlock_files = landlock.files
        unsafe launch.landlock_network = landlock.network
        unsafe launch.landlock_scoped = landlock.scoped
        let rules = unsafe landlock.rules.map { rule in
            unsafe gr_landlock_rule(path: UnsafePointer(string(rule.path)), access: rule.access)
        }
        unsafe launch.landlock_rules = UnsafePointer(copy(rules))
        unsafe launch.landlock_rule_count = rules.count
    }
}
