import Event
import Policy
import Scan

/// A form in which the findings of files are written. What stands for one file is made by itself, so that files can be
/// looked at by several processes; the parts are put together in the order of the files.
enum ScanFormat: String, CaseIterable {
    case text, json, sarif, github

    static let words = "'text', 'json', 'sarif' or 'github'"

    /// What comes before the first file.
    func head(_ rules: ScanRules) -> [UInt8] {
        switch self {
        case .text, .github: []
        case .json: Array("{\"files\":[".utf8)
        case .sarif: ScanLog.head(rules)
        }
    }

    /// What stands between two files that both have something to show.
    var separator: [UInt8] {
        switch self {
        case .text, .github: []
        case .json, .sarif: Array(",\n".utf8)
        }
    }

    /// What comes behind the last file.
    var tail: [UInt8] {
        switch self {
        case .text, .github: []
        case .json: Array("\n]}\n".utf8)
        case .sarif: ScanLog.tail
        }
    }

    /// What is written of one file; may be empty.
    func part(_ verdict: Verdict, _ bytes: [UInt8], _ terminal: Terminal, isNamed: Bool) -> [UInt8] {
        switch self {
        case .text: ScanReport(terminal).paragraphs(verdict, bytes, isNamed: isNamed)
        case .json: ScanObject.encoded(verdict)
        case .sarif: ScanLog.results(verdict, bytes)
        case .github: ScanAnnotations.lines(verdict)
        }
    }
}
