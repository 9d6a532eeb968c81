import Audit
import Event
import Foundation

/// What the Open Cybersecurity Schema Framework 1.8.0 says of the classes and objects that are exported, and the rules
/// by which an event of it is valid. `fixtures/ocsf.json` holds names, types, values and what is required, as they
/// follow from the published schema with the profile `security_control`.
struct SchemaOCSF {
    private let classes: [String: [String: Any]]
    private let objects: [String: [String: Any]]

    init() throws {
        let file = Shared.project.appendingPathComponent("fixtures/ocsf.json")
        let whole = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
        classes = whole["classes"] as? [String: [String: Any]] ?? [:]
        objects = whole["objects"] as? [String: [String: Any]] ?? [:]
    }

    /// What is wrong with an event, a sentence each.
    func faults(_ line: String) throws -> [String] {
        let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
        let names = [0: "base_event", 6_002: "application_lifecycle", 2_004: "detection_finding"]
        guard let number = event["class_uid"] as? Int, let name = names[number], let rules = classes[name]
        else { return ["no class that is exported: \(event["class_uid"] ?? "none")"] }
        var faults = faults(event, rules, name)
        let activity = event["activity_id"] as? Int ?? -1
        if event["type_uid"] as? Int != number * 100 + activity { faults.append("type_uid is another") }
        if number > 0, event["category_uid"] as? Int != number / 1_000 {
            faults.append("category_uid is another")
        }
        return faults
    }

    private func faults(_ object: [String: Any], _ rules: [String: Any], _ place: String) -> [String] {
        let attributes = rules["attributes"] as? [String: [String: Any]] ?? [:]
        var found = attributes.filter { $0.value["required"] as? Bool == true && object[$0.key] == nil }.map {
            "\(place).\($0.key) is missing"
        }
        let constraints = rules["constraints"] as? [String: [String]] ?? [:]
        if let some = constraints["at_least_one"], !some.contains(where: { object[$0] != nil }) {
            found.append("\(place) has none of \(some)")
        }
        for (name, value) in object {
            guard let rule = attributes[name] else {
                found.append("\(place).\(name) is not in the schema")
                continue
            }
            let isArray = rule["array"] as? Bool == true
            let values = isArray ? value as? [Any] ?? [] : [value]
            if isArray, !(value is [Any]) { found.append("\(place).\(name) is no list") }
            for value in values { found += faults(value, rule, "\(place).\(name)") }
        }
        return found
    }

    private func faults(_ value: Any, _ rule: [String: Any], _ place: String) -> [String] {
        let type = rule["type"] as? String ?? ""
        if let rules = objects[type] {
            guard let object = value as? [String: Any] else { return ["\(place) is no object"] }
            // One that holds anything.
            return type == "object" ? [] : faults(object, rules, place)
        }
        let isNumber = ["integer_t", "long_t", "timestamp_t", "port_t"].contains(type)
        if isNumber, !(value is Int) { return ["\(place) is no number: \(value)"] }
        if !isNumber,
            ["string_t", "file_path_t", "file_name_t", "hostname_t", "ip_t", "uuid_t"].contains(type),
            !(value is String)
        {
            return ["\(place) is no text: \(value)"]
        }
        if let values = rule["enum"] as? [String], !values.contains("\(value)") {
            return ["\(place) may not be \(value)"]
        }
        return []
    }
}
