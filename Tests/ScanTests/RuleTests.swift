import Event
import Linux
import Policy
import Testing

@testable import Scan

/// The rules are their own manual page: what it says, they do.
@Suite("Rules")
struct RuleTests {
    @Test("every rule finds its examples and nothing in those that look alike", arguments: Rule.all)
    func examples(of rule: Rule) throws {
        for example in rule.finds {
            let found = rules(in: example)
            #expect(
                found.contains(rule.id), "\(rule.id) does not find \(example); found is \(found.sorted())")
        }
        for example in rule.passes {
            #expect(!rules(in: example).contains(rule.id), "\(rule.id) finds \(example)")
        }
        #expect(!rule.finds.isEmpty && !rule.passes.isEmpty)
    }

    @Test(
        "examples of reviews and blocks that look alike reach neither for their threat",
        arguments: Threat.allCases)
    func enoughRules(for threat: Threat) {
        #expect(Rule.all.count { $0.threat == threat } >= 6)
    }

    @Test("ids are unique words, messages are sentences, confidences are shares")
    func wellFormed() {
        #expect(Set(Rule.all.map(\.id)).count == Rule.all.count)
        for rule in Rule.all {
            #expect(rule.id.utf8.allSatisfy { $0 >= 0x61 && $0 <= 0x7A || $0 == 0x2D }, "\(rule.id)")
            #expect(rule.message.hasSuffix(".") && rule.message.first?.isUppercase == true, "\(rule.id)")
            #expect(rule.confidence > 0 && rule.confidence <= 0.99, "\(rule.id)")
            #expect(
                rule.attack.first == "T" && rule.attack.dropFirst().allSatisfy { $0.isNumber || $0 == "." })
            #expect(rule.cwe > 0)
        }
    }

    private func rules(in example: Rule.Example) -> Set<String> {
        let verdict =
            switch example {
            case .python(let code): scan(code, .python)
            case .shell(let code): scan(code, .shell)
            case .javascript(let code): scan(code, .javascript)
            }
        return Set(verdict.findings.map(\.finding.rule))
    }
}

extension Rule: CustomTestStringConvertible {
    /// The rule's id, which names the case in a report.
    public var testDescription: String { id }
}
