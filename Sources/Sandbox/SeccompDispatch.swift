import Glibc
import Linux

/// What a filter can say from a call's number, and for some from one argument: the part that libseccomp would spend
/// a comparison or more on for each call, and where it has no words for ranges or for inequality.
///
/// It is a binary search over ranges of numbers. The kernel finds out by itself which calls are allowed whatever
/// their arguments, and does not run the filter for those at all (seccomp_cache_prepare in kernel/seccomp.c).
enum SeccompDispatch {
    private enum Answer: Equatable {
        case action(UInt32)
        case guarded([Seccomp.Guard])
        /// The lists behind the dispatch decide.
        case lists
    }

    /// Numbers from `first` up to the next range's.
    private struct Range {
        let first: UInt32
        let answer: Answer
    }

    /// Where x32's numbers begin.
    private static let end: UInt32 = 0x4000_0000
    private static let allow: UInt32 = 0x7FFF_0000
    private static let unknown: UInt32 = 0x0005_0000 | UInt32(ENOSYS)

    /// The instructions. Another architecture's calls, x32's, and those whose rules have conditions fall through.
    static func instructions(_ filter: Seccomp, elsewhere: UInt32) -> [UInt64] {
        let body = search(ranges(filter, elsewhere: elsewhere)[...], followedBy: 0, elsewhere: elsewhere)
        return [
            BPF.load(BPF.architecture), BPF.jump(.equal, nativeArchitecture, 1, 0),
            BPF.skip(body.count + 1),
            BPF.load(BPF.number),
        ] + body
    }

    private static func ranges(_ filter: Seccomp, elsewhere: UInt32) -> [Range] {
        let answers = answers(filter, elsewhere: elsewhere)
        var ranges: [Range] = []
        for (number, answer) in answers.enumerated() where ranges.last?.answer != answer {
            ranges.append(Range(first: UInt32(number), answer: answer))
        }
        if ranges.last?.answer != .action(unknown) {
            ranges.append(Range(first: UInt32(answers.count), answer: .action(unknown)))
        }
        return ranges + [Range(first: end, answer: .lists)]
    }

    /// The answer to each number up to the last that means something.
    private static func answers(_ filter: Seccomp, elsewhere: UInt32) -> [Answer] {
        let last = (filter.judged + filter.allowed.map { $0.call }).map { $0.number }.max() ?? 0
        var answers = [Answer](repeating: .action(unknown), count: Int(last) + 1)
        for call in filter.judged { answers[Int(call.number)] = .action(elsewhere) }
        for rule in filter.allowed {
            answers[Int(rule.call.number)] = rule.conditions.isEmpty ? .action(allow) : .lists
        }
        for answered in filter.answered {
            answers[Int(answered.call.number)] = .action(Seccomp.errno(CInt(answered.errno)))
        }
        for guardian in filter.guards {
            let number = Int(guardian.call.number)
            if case .guarded(let others) = answers[number] {
                answers[number] = .guarded(others + [guardian])
            } else {
                answers[number] = .guarded([guardian])
            }
        }
        return answers
    }

    /// Expects the number in the accumulator.
    ///
    /// - Parameter followedBy: how many instructions stand between these and the lists.
    private static func search(_ ranges: ArraySlice<Range>, followedBy rest: Int, elsewhere: UInt32)
        -> [UInt64]
    {
        guard ranges.count > 1 else {
            return answer(ranges.first?.answer ?? .lists, followedBy: rest, elsewhere)
        }
        let middle = ranges.startIndex + ranges.count / 2
        let above = search(ranges[middle...], followedBy: rest, elsewhere: elsewhere)
        let below = search(ranges[..<middle], followedBy: rest + above.count, elsewhere: elsewhere)
        let pivot = ranges[middle].first
        // A conditional jump reaches 255 instructions.
        guard below.count > 255 else { return [BPF.jump(.atLeast, pivot, below.count, 0)] + below + above }
        return [BPF.jump(.atLeast, pivot, 0, 1), BPF.skip(below.count)] + below + above
    }

    private static func answer(_ answer: Answer, followedBy rest: Int, _ elsewhere: UInt32) -> [UInt64] {
        switch answer {
        case .action(let action): [BPF.answer(action)]
        case .lists: [BPF.skip(rest)]
        case .guarded(let guards): guards.flatMap { demand($0, elsewhere: elsewhere) } + [BPF.answer(allow)]
        }
    }

    /// Answers `elsewhere` unless the argument is as demanded.
    private static func demand(_ guardian: Seccomp.Guard, elsewhere: UInt32) -> [UInt64] {
        let loading = BPF.load(BPF.argument(guardian.argument))
        switch guardian.demand {
        case .noneOf(let values):
            return [loading] + values.flatMap { [BPF.jump(.equal, $0, 0, 1), BPF.answer(elsewhere)] }
        case .noBits(let bits): return [loading, BPF.jump(.anyBit, bits, 0, 1), BPF.answer(elsewhere)]
        case .oneOf(let values):
            let tests = values.enumerated().map { BPF.jump(.equal, $1, values.count - $0, 0) }
            return [loading] + tests + [BPF.answer(elsewhere)]
        }
    }
}
