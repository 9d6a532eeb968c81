import Glibc
import Linux
import YAML

/// A document that a policy is made of.
enum Source: Equatable {
    case profile(String)
    /// - label: the path as messages show it.
    case file(Path, label: String)

    /// As messages call it.
    var label: String {
        switch self {
        case .profile(let name): "profile \(name)"
        case .file(_, let label): label
        }
    }

    /// The name of a policy that gives itself none.
    var name: String {
        switch self {
        case .profile(let name): name
        case .file(let path, _):
            (Self.endings.lazy.compactMap { path.name.without($0) }.first ?? path.name).shown
        }
    }

    private static let endings = [".yaml", ".yml"]

    static func == (a: Source, b: Source) -> Bool {
        switch (a, b) {
        case (.profile(let a), .profile(let b)): a == b
        case (.file(let a, _), .file(let b, _)): a == b
        default: false
        }
    }

    /// What `reference` names: on the command line, or in a file that `extends` it, relative to which it is.
    ///
    /// - Throws: the sentence of a fault.
    static func named(
        _ reference: String, from source: Source? = nil, context: Policy.Context
    ) throws(Unreadable) -> Source {
        guard !reference.isEmpty, !reference.utf8.contains(0) else {
            throw Unreadable("'\(reference.shown)' names no policy")
        }
        let isPath =
            reference.utf8.contains(UInt8(ascii: "/")) || endings.contains(where: reference.hasSuffix)
        if !isPath, Profiles.text(reference) != nil { return .profile(reference) }
        let file = source.file(reference, context: context)
        if !isPath, case .file(let path, _) = file, (try? path.status()) == nil {
            let profiles = Profiles.names
            let known = "; the profiles are \(profiles.joined(separator: ", "))"
            let meant = suggestion(for: reference, among: profiles)
            throw Unreadable("'\(reference.shown)' is no profile and no file\(known)", didYouMean: meant)
        }
        return file
    }

    /// The bytes of the document.
    ///
    /// - Parameter withExamples: a profile's examples too.
    /// - Throws: the sentence of a fault, from its verb on.
    func read(withExamples: Bool) throws(Unreadable) -> [UInt8] {
        switch self {
        case .profile(let name): return Profiles.text(name, withExamples: withExamples) ?? []
        case .file(let path, _):
            do throws(SystemError) {
                return try path.contents(atMost: documentCap)
            } catch {
                switch error.errno {
                case Errno(EFBIG):
                    let size = (try? path.status())?.size ?? 0
                    throw Unreadable(
                        "is \(size) bytes long; a policy may have at most \(documentCap) (1 MiB)")
                case .invalid: throw Unreadable("is no regular file")
                default: throw Unreadable("cannot be read: \(error.errno)")
                }
            }
        }
    }
}

/// Why a document was not found or read, as a sentence.
struct Unreadable: Error {
    let sentence: String
    let suggestion: String?

    init(_ sentence: String, didYouMean suggestion: String? = nil) {
        self.sentence = sentence
        self.suggestion = suggestion
    }
}

extension String {
    fileprivate func without(_ ending: String) -> String? {
        hasSuffix(ending) && utf8.count > ending.utf8.count ? String(dropLast(ending.count)) : nil
    }
}

extension Source? {
    /// The file of that name, beside the file that names it or in the working directory.
    fileprivate func file(_ reference: String, context: Policy.Context) -> Source {
        if reference.hasPrefix("~/") {
            let path = context.home.appending(String(reference.dropFirst(2))).normalised
            return .file(path, label: reference.shown)
        }
        guard case .file(let path, let label)? = self else {
            return .file(context.workingDirectory.appending(reference).normalised, label: reference.shown)
        }
        let shown = Path(label).parent.appending(reference).normalised.description.shown
        return .file(path.parent.appending(reference).normalised, label: shown)
    }
}
