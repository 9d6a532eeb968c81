import Foundation
import Testing

@testable import Scan

/// Labelled code that lies beside the project, under licences of its own, and not on every machine.
enum LabelledData {
    struct Row: Sendable {
        let id: String
        let language: Language
        let bytes: [UInt8]
        let isHostile: Bool
        let tier: String
    }

    private static let directory: URL = {
        // Tests/ScanTests/LabelledData.swift; a worktree may lie one directory deeper than the project.
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let places = ["../shared/data", "../../shared/data"].map {
            root.appendingPathComponent($0).standardized
        }
        return places.first { FileManager.default.fileExists(atPath: $0.path) } ?? places[0]
    }()

    static func exists(_ set: String) -> Bool {
        FileManager.default.fileExists(atPath: directory.appendingPathComponent(set + ".jsonl").path)
    }

    private struct Line: Decodable {
        let id: String
        let language: String
        let code: String
        let label: String
        let tier: String?
    }

    static func rows(_ set: String) throws -> [Row] {
        let text = try String(contentsOf: directory.appendingPathComponent(set + ".jsonl"), encoding: .utf8)
        let decoder = JSONDecoder()
        return try text.split(separator: "\n").map { line in
            let read = try decoder.decode(Line.self, from: Data(line.utf8))
            let language: Language =
                switch read.language {
                case "python": .python
                case "bash", "sh": .shell
                default: .javascript
                }
            return Row(
                id: read.id, language: language, bytes: Array(read.code.utf8),
                isHostile: read.label == "malicious", tier: read.tier ?? "")
        }
    }
}
