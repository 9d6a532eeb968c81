import Event
import Linux
import Policy

/// Limits with room above what a run used, where those of `strict` would be too narrow.
struct LearnedLimits {
    private(set) var rows: [(name: String, text: String)] = []

    init(_ observed: Observed, _ context: Policy.Context, earlier: [Limits]) {
        let strict = Self.strict(context)
        for limit in Limit.allCases {
            let used = Self.used(limit, observed).map { Self.rounded($0 * Self.room(limit), limit) }
            let asked = ([used] + earlier.map { $0[limit] }).compactMap { $0 }.max()
            let isEndless = earlier.contains { $0[limit] == nil }
            let isFitting = Self.used(limit, observed) ?? 0 <= 1 && limit == .execs && earlier.isEmpty
            guard let bound = strict[limit], isEndless || asked ?? 0 > bound, !isFitting else { continue }
            rows.append((limit.rawValue, limit.text(isEndless ? nil : asked)))
        }
    }

    private static func strict(_ context: Policy.Context) -> Limits {
        let loaded = try? Policy.load(
            reference: "strict", settings: [], context: context, checkPattern: { _ in nil })
        return loaded?.policy.limits ?? Limits()
    }

    /// How many times what was measured a run may use: time depends on the machine most of all.
    private static func room(_ limit: Limit) -> UInt64 {
        switch limit {
        case .wall, .cpu: 4
        case .memory, .processes, .execs, .openFiles: 2
        case .output, .disk, .fileSize: 4
        }
    }

    /// What the run used, in the unit of the limit; nil where nobody measured it.
    private static func used(_ limit: Limit, _ observed: Observed) -> UInt64? {
        func measured(_ name: String) -> UInt64? {
            observed.usage?[name]?.intValue.map { UInt64(clamping: $0) }
        }
        switch limit {
        case .wall: return measured("wall_ms").map { $0 * 1_000_000 }
        case .cpu: return measured("cpu_ms").map { $0 * 1_000_000 }
        case .memory: return measured("peak_memory_bytes")
        case .processes: return measured("processes")
        case .output: return measured("output_bytes")
        case .execs: return observed.execs
        // Nobody counts them, but there cannot be more than were opened in all.
        case .openFiles: return min(128, UInt64(observed.accesses.count + observed.connections.count + 8))
        case .fileSize: return written(observed).max()
        case .disk: return written(observed).reduce(0, +)
        }
    }

    /// The sizes of what it wrote, as far as that is there still.
    private static func written(_ observed: Observed) -> [UInt64] {
        observed.accesses.filter { $0.use == .write || $0.use == .make }.compactMap { access in
            guard let status = try? access.path.status(), status.kind == .regular else { return nil }
            return UInt64(clamping: status.size)
        }
    }

    /// Two digits of it, so that nobody wonders about the rest.
    private static func rounded(_ amount: UInt64, _ limit: Limit) -> UInt64 {
        let unit: UInt64 =
            switch limit.unit {
            case .nanoseconds: 1_000_000_000
            case .bytes: 1 << 20
            case .pieces: 1
            }
        let whole = amount / unit + (amount % unit == 0 ? 0 : 1)
        var step: UInt64 = 1
        if limit.unit == .pieces, whole < 1_000 { return whole }
        while whole / step >= 100 { step *= 10 }
        return (whole / step + (whole % step == 0 ? 0 : 1)) * step * unit
    }
}
