import Glibc
import Linux
import Supervise

/// The interpreters of a session that keeps checkpoints. The first one waits from the beginning and never runs a cell;
/// copies of it begin anew. A checkpoint is a parked copy of one that did, and copies of that go on from there. Who is
/// who the kernel says, by the sender of each message; what an interpreter says of its own state is its own affair.
package final class Shelf {
    struct Checkpoint {
        let number: Int64
        let process: ProcessHandle
    }

    private let tree: ProcessTree
    private let first: Int32
    /// The directories whose contents belong to a checkpoint.
    let directories: [Path]
    let most: Int
    /// A checkpoint is made after so many calls of tools; nil when only on request.
    let interval: UInt64?
    /// The interpreter that runs the cells.
    private(set) var live: ProcessHandle?
    private(set) var kept: [Checkpoint] = []
    private var count: Int64 = 0
    /// Calls of tools when the last checkpoint was made.
    var callsThen: UInt64 = 0

    /// What the most may be: each is a process with memory of its own.
    package static let largest = 32

    /// - Parameters:
    ///   - first: the number of the process that waits from the beginning.
    ///   - most: how many checkpoints are kept.
    package init(_ tree: ProcessTree, first: Int32, directories: [Path], most: Int, interval: UInt64?) {
        self.tree = tree
        self.first = first
        self.directories = directories
        self.most = most
        self.interval = interval
    }

    /// The number that the next checkpoint gets.
    var next: Int64 { count + 1 }

    subscript(_ number: Int64) -> Checkpoint? { kept.first { $0.number == number && !$0.process.hasEnded } }

    /// Takes the sender of a message for the interpreter that runs the cells; false when it cannot be.
    func takeLive(_ sender: Int32) -> Bool {
        guard !isKept(sender), let process = tree.member(sender) else { return false }
        live = process
        return true
    }

    /// Takes the sender of a message for the next checkpoint, and lets go of the oldest beyond the most; what was let go
    /// of, or nil when it cannot be one.
    func keep(_ sender: Int32) -> [Int64]? {
        guard !isKept(sender), sender != live?.pid, let process = tree.member(sender) else { return nil }
        count += 1
        kept.append(Checkpoint(number: count, process: process))
        var dropped = kept.filter { $0.process.hasEnded }.map { $0.number }
        kept.removeAll { $0.process.hasEnded }
        while kept.count > most {
            let oldest = kept.removeFirst()
            oldest.process.send(SIGKILL)
            dropped.append(oldest.number)
        }
        return dropped
    }

    private func isKept(_ pid: Int32) -> Bool { pid == first || kept.contains { $0.process.pid == pid } }

    /// Kills all but what waits; false when something is left all the same.
    func endOthers() -> Bool {
        live = nil
        kept.removeAll { $0.process.hasEnded }
        return tree.end(allBut: [first] + kept.map { $0.process.pid })
    }
}
