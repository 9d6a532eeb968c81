/// What a filter does with a call, told from the lists it is made of. A test holds it against the compiled program.
extension Seccomp {
    package enum Disposition: Equatable, Sendable {
        case native
        /// It goes to the supervisor, or where there is none, fails.
        case judged
        /// It fails with that errno and without an event.
        case answered(UInt16)
    }

    /// - Parameter arguments: six of them.
    package func disposition(of call: SystemCall, _ arguments: [UInt64]) -> Disposition {
        if let answer = answered.first(where: { $0.call == call }) { return .answered(answer.errno) }
        let guards = guards.filter { $0.call == call }
        if !guards.allSatisfy({ $0.demand.accepts(UInt32(truncatingIfNeeded: arguments[Int($0.argument)])) })
        {
            return .judged
        }
        let isAllowed = allowed.contains { rule in
            rule.call == call
                && rule.conditions.allSatisfy { arguments[Int($0.argument)] & $0.mask == $0.value }
        }
        if isAllowed { return .native }
        // ENOSYS, as for every number without a name.
        return judged.contains(call) ? .judged : .answered(38)
    }

    /// The values and bits of an argument that decide about a call.
    package func values(of call: SystemCall, argument: Int) -> [UInt64] {
        let conditions = allowed.filter { $0.call == call }.flatMap { $0.conditions }
        let compared = conditions.filter { $0.argument == argument }.flatMap { condition -> [UInt64] in
            // Either bits that must not be there, or a value.
            condition.value == 0 && condition.mask.nonzeroBitCount < 32
                ? Self.bits(condition.mask) : [condition.value, condition.value ^ 1]
        }
        let demanded = guards.filter { $0.call == call && $0.argument == argument }.flatMap {
            guardian -> [UInt64] in
            switch guardian.demand {
            case .noneOf(let values), .oneOf(let values): values.map(UInt64.init)
            case .noBits(let mask): Self.bits(UInt64(mask))
            }
        }
        return compared + demanded
    }

    private static func bits(_ mask: UInt64) -> [UInt64] {
        (0..<64).map { 1 << UInt64($0) }.filter { mask & $0 != 0 }
    }
}

extension Seccomp.Guard.Demand {
    fileprivate func accepts(_ value: UInt32) -> Bool {
        switch self {
        case .noneOf(let values): !values.contains(value)
        case .oneOf(let values): values.contains(value)
        case .noBits(let mask): value & mask == 0
        }
    }
}
