import Glibc
import Linux

/// Copies of this process that look at files side by side. Results come out in the order of the files, so what is
/// written does not depend on how many there are.
///
/// Processes and not threads: code that brings one down is reported for its file, and the others go on.
final class ScanCrew {
    private final class Member {
        let follower: Follower
        let socket: Descriptor
        var received: [UInt8] = []
        /// Files it was given and has not answered for, in order.
        var given: [Int] = []

        init(_ follower: consuming Follower, _ socket: consuming Descriptor) {
            self.follower = follower
            self.socket = socket
        }
    }

    private static let ahead = 2
    /// Results that wait for an earlier one.
    private static let mostWaiting = 1_024

    private let job: ScanJob
    private let files: [ScanWalk.File]
    private var members: [Member] = []
    private var next = 0
    private var written = 0
    private var waiting: [Int: ScanJob.Result] = [:]
    /// Files whose process ended before they were begun.
    private var returned: [Int] = []

    init(_ job: ScanJob, _ files: [ScanWalk.File]) {
        self.job = job
        self.files = files
    }

    /// Calls `take` with the result of each file, in order. Fewer processes, down to none, do the same work.
    func run(_ count: Int, _ take: (ScanJob.Result) -> Void) {
        while members.count < count, let member = hire() { members.append(member) }
        guard !members.isEmpty else { return files.forEach { take(job.look(at: $0)) } }
        var poll = PollSet()
        while written < files.count {
            for member in members { give(to: member) }
            if members.isEmpty { lookHere() }
            poll.removeAll()
            let places = members.map { poll.add($0.socket.number) }
            if !places.isEmpty { poll.wait(nanoseconds: nil) }
            for (place, member) in zip(places, members) where poll.isReady(place) { listen(to: member) }
            while let result = waiting.removeValue(forKey: written) {
                written += 1
                take(result)
            }
        }
    }

    /// One more process; nil when there can be none. In the copy this never returns.
    private func hire() -> Member? {
        guard let pair = try? SocketPair() else { return nil }
        let (ours, theirs) = pair.release()
        let inherited = members.map { $0.socket.number }
        do throws(SystemError) {
            guard let follower = try Follower.make() else {
                for number in inherited { close(number) }
                close(ours)
                serve(theirs)
            }
            close(theirs)
            return Member(follower, Descriptor(owning: ours))
        } catch {
            close(ours)
            close(theirs)
            return nil
        }
    }

    private func give(to member: Member) {
        while member.given.count < Self.ahead {
            let file: Int
            if let back = returned.popLast() {
                file = back
            } else if next < files.count, next < written + Self.mostWaiting {
                file = next
                next += 1
            } else {
                return
            }
            member.given.append(file)
            // One that has ended is noticed when it is listened to.
            try? member.socket.write(Self.word(file))
        }
    }

    private func lookHere() {
        for file in returned + Array(next..<files.count) { waiting[file] = job.look(at: files[file]) }
        returned = []
        next = files.count
    }

    private func listen(to member: Member) {
        let bytes = (try? member.socket.read(atMost: 1 << 16)) ?? []
        guard !bytes.isEmpty else { return lose(member) }
        member.received += bytes
        var at = 0
        while let (result, length) = Self.result(member.received[at...]) {
            at += length
            waiting[member.given.removeFirst()] = result
        }
        if at > 0 { member.received.removeFirst(at) }
    }

    /// A process that ended: the file it was at is not called harmless, and another process goes on.
    private func lose(_ member: Member) {
        members.removeAll { $0 === member }
        let status = member.follower.reap()
        var given = member.given
        if !given.isEmpty {
            let file = given.removeFirst()
            let how = status > 128 ? "signal \(status - 128)" : "status \(status)"
            waiting[file] = job.unread(files[file].path, "the scanner that read it ended with \(how)")
        }
        returned += given
        if let another = hire() { members.append(another) }
    }

    // MARK: What is said between the processes

    /// The copy: a number of a file in, a result out, until nobody asks any more.
    private func serve(_ number: CInt) -> Never {
        let socket = Descriptor(owning: number)
        while let word = try? socket.read(atMost: 4), word.count == 4 {
            let result = job.look(at: files[Self.number(word[...])])
            let message =
                [result.outcome.rawValue] + Self.word(result.text.count) + Self.word(result.complaint.count)
                + result.text + result.complaint
            guard (try? socket.write(message)) != nil else { break }
        }
        Exit.now(Exit.success)
    }

    /// The first message in `bytes` and its length; nil while it is not all there.
    private static func result(_ bytes: ArraySlice<UInt8>) -> (ScanJob.Result, Int)? {
        guard bytes.count >= 9, let outcome = ScanJob.Outcome(rawValue: bytes[bytes.startIndex]) else {
            return nil
        }
        let (text, complaint) = (number(bytes.dropFirst().prefix(4)), number(bytes.dropFirst(5).prefix(4)))
        let length = 9 + text + complaint
        guard bytes.count >= length else { return nil }
        let result = ScanJob.Result(
            outcome: outcome, text: Array(bytes.dropFirst(9).prefix(text)),
            complaint: Array(bytes.dropFirst(9 + text).prefix(complaint)))
        return (result, length)
    }

    private static func word(_ number: Int) -> [UInt8] { (0..<4).map { UInt8(number >> (8 * $0) & 0xFF) } }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
