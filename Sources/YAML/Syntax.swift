/// libyaml's account of a mistake, said to the person who made it: what to write instead.
///
/// - Parameters:
///   - problem: `yaml_parser_t.problem`, one of libyaml's fixed texts.
///   - context: `yaml_parser_t.context`, what it was reading.
///   - opened: where that began.
///   - next: the scalar it stopped at, if there is one.
func syntaxSentence(_ problem: String, context: String, opened: Mark, next: Unicode.Scalar?) -> String {
    let start = "line \(opened.line), column \(opened.column)"
    if let sentence = badFirstCharacter(problem, context: context, next: next) { return sentence }
    switch problem {
    case "mapping values are not allowed in this context":
        return "a ': ' is not allowed here; put the text in quotes, or the key on a line of its own"
    case "could not find expected ':'":
        return "this is a key without a ':' after it"
    case "did not find expected key":
        return "a key was expected here; check how this line and the ones above are indented"
    case "did not find expected '-' indicator":
        return "a '- ' was expected here, as in the list above; check how this line is indented"
    case "block sequence entries are not allowed in this context":
        return "a list cannot begin here; put its first '- ' on the next line"
    case "did not find expected ',' or ']'":
        return "the list opened at \(start) misses a ',' before this, or its ']'"
    case "did not find expected ',' or '}'":
        return "the mapping opened at \(start) misses a ',' before this, or its '}'"
    case "did not find expected node content":
        return "a value was expected here"
    case "found unexpected end of stream", "found unexpected document indicator":
        return "the quoted text opened at \(start) is not closed"
    case "found unknown escape character":
        return "this is no escape in double quotes; write \\\\ for a backslash, or use single quotes"
    case "found unexpected ':'":
        return "a ':' in a plain text is not allowed here; put a space after it, or the text in quotes"
    case "did not find expected <document start>":
        return "this does not belong to the document above; check how the line is indented"
    case "did not find expected comment or line break":
        return "nothing may follow on the line that opens a block of text"
    case "found a tab character that violates indentation",
        "found a tab character where an indentation space is expected":
        return "a tab cannot indent; use spaces"
    default:
        return "this is not YAML: \(problem) \(context)"
    }
}

/// The characters that mean something at the start of a plain text and are mostly met there by mistake.
private func badFirstCharacter(_ problem: String, context: String, next: Unicode.Scalar?) -> String? {
    let culprit: String? =
        switch context {
        case "while scanning an alias": "*"
        case "while scanning an anchor": "&"
        case "while scanning a tag", "while parsing a tag": "!"
        case "while scanning a directive", "while scanning a %YAML directive",
            "while scanning a %TAG directive":
            "%"
        default:
            switch problem {
            case "found undefined tag handle": "!"
            case "found character that cannot start any token": next.map { String($0) }
            default: nil
            }
        }
    guard let culprit else { return nil }
    if culprit == "\t" { return "a tab cannot indent; use spaces" }
    return "a plain text cannot begin with '\(culprit)'; put it in quotes"
}
