import Audit
import Event
import Linux

/// One self-contained page about a run, or about several: no script, no font, no picture from elsewhere, and a content
/// security policy that would forbid them.
struct ReportPage {
    private let verification: DirectoryVerification
    private let runs: [ReportRun]

    init(_ verification: DirectoryVerification, _ runs: [ReportRun]) {
        self.verification = verification
        self.runs = runs
    }

    var markup: Markup {
        var page = Markup()
        page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        page.raw(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        )
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<title>guardrun: ")
        page.text(title)
        page.raw("</title>\n<style>\n")
        page.raw(ReportStyle.sheet)
        page.raw(
            "\n</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n<header>\n<p class=\"soft\">guardrun audit report, "
        )
        page.text(Moment(nanoseconds: Clock.wall).rfc3339)
        page.raw("</p>\n<h1>")
        page.text(title, limit: 200)
        page.raw("</h1>\n")
        status(&page)
        page.raw("</header>\n<main id=\"main\">\n")
        if runs.count == 1, let run = runs.first {
            run.write(to: &page)
        } else {
            overview(&page)
            for (number, run) in runs.enumerated() {
                page.raw("<details id=\"run-")
                page.number(number)
                page.raw("\"><summary>")
                page.text("\(run.name)  \(run.outcome)  \(run.command)", limit: 160)
                page.raw("</summary>\n")
                run.write(to: &page)
                page.raw("</details>\n")
            }
        }
        page.raw("</main>\n</body>\n</html>\n")
        return page
    }

    private var title: String {
        if runs.count == 1, let run = runs.first { return run.command.isEmpty ? run.name : run.command }
        return "\(runs.count) runs"
    }

    /// Whether the trails can be believed, first of all.
    private func status(_ page: inout Markup) {
        let faults =
            verification.ledger.faults.map { "the ledger: \($0)" }
            + verification.runs.filter { !$0.isSound }.map { "\($0.trail.runID): \($0.fault)" }
        if faults.isEmpty {
            page.raw("<p><span class=\"badge good\">Verified</span> Every line is as it was written")
            if let checkpoint = verification.ledger.checkpoint, verification.ledger.isThere {
                page.raw(", and in the ledger of ")
                page.number(checkpoint.size)
                page.raw(" entries")
                if let key = verification.ledger.signer {
                    page.raw(" signed with <span class=\"kind\">")
                    page.text("\(key)")
                    page.raw("</span>")
                }
            }
            page.raw(".</p>\n")
        } else {
            page.raw(
                "<p><span class=\"badge bad\">Not sound</span> What follows cannot be relied on:</p>\n<ul>\n")
            for fault in faults.prefix(100) {
                page.raw("<li>")
                page.text(fault)
                page.raw("</li>\n")
            }
            page.raw("</ul>\n")
        }
    }

    /// A line a run, and what was refused in all of them.
    private func overview(_ page: inout Markup) {
        page.raw(
            "<section aria-labelledby=\"runs\"><h2 id=\"runs\">Runs</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Runs\"><table><thead><tr>"
        )
        page.raw(
            "<th scope=\"col\">Started</th><th scope=\"col\">Outcome</th><th scope=\"col\">Policy</th><th scope=\"col\" class=\"n\">Refused</th><th scope=\"col\" class=\"n\">Wall, ms</th><th scope=\"col\">Command</th></tr></thead><tbody>\n"
        )
        for (number, run) in runs.enumerated() {
            page.raw("<tr><td><a href=\"#run-")
            page.number(number)
            page.raw("\">")
            page.text(run.started)
            page.raw("</a></td><td><span class=\"")
            if run.outcome == "completed" { page.raw("good") } else { page.raw("bad") }
            page.raw("\">")
            page.text(run.outcome)
            page.raw("</span></td>")
            page.cell(run.policy)
            page.raw("<td class=\"n\">")
            page.number(run.refused)
            page.raw("</td><td class=\"n\">")
            page.text(run.wall)
            page.raw("</td>")
            page.cell(run.command, limit: 160)
            page.raw("</tr>\n")
        }
        page.raw("</tbody></table></div></section>\n")
        ReportTables.refusals(runs.flatMap { $0.denials }, to: &page, heading: "h2", id: "all")
    }
}
