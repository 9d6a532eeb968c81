internal import CGuest

/// The program that runs the cells.
package enum Interpreter {
    /// The source of the worker.
    static var source: [UInt8] {
        var length = 0
        guard let start = unsafe gr_worker(&length) else { return [] }
        return unsafe Array(UnsafeBufferPointer(start: start, count: length))
    }

    /// The arguments that have a Python read the worker from the socket that is its standard input: isolated from the
    /// caller's variables and directories, and without a file that would have to be granted.
    ///
    /// - Parameter keepsCheckpoints: whether the first process only waits, and copies of it run the cells.
    package static func arguments(keepsCheckpoints: Bool) -> [[UInt8]] {
        let count = source.count
        let line = "exec(compile(open(0,'rb',closefd=False).read(\(count)),'<guardrun>','exec'))"
        return (["-I", "-c", line] + (keepsCheckpoints ? ["keep"] : [])).map { Array($0.utf8) }
    }
}
