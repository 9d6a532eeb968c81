/// How a report looks: by the reader's own choice of light and dark, on paper in black on white, and without a byte from
/// anywhere else.
enum ReportStyle {
    static let sheet: StaticString = """
        :root{color-scheme:light dark;--page:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;
        --good:#116329;--bad:#a40e26;--warn:#7a4e00;--mark:#fff1c2;--link:#0550ae}
        @media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--soft:#9ea7b3;--line:#3d444d;
        --panel:#161b22;--good:#56d364;--bad:#ff8f87;--warn:#e3b341;--mark:#4b3a06;--link:#79c0ff}}
        @media print{:root{color-scheme:light;--page:#fff;--ink:#000;--soft:#333;--line:#999;--panel:#fff;--good:#060;
        --bad:#900;--warn:#640;--mark:#eee;--link:#000}details>*{display:block!important}.skip{display:none}
        section{break-inside:auto}tr,li{break-inside:avoid}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--page);color:var(--ink);
        font:16px/1.5 system-ui,sans-serif}
        h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 1rem}h2{font-size:1.25rem;margin:2rem 0 .6rem}
        h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
        a{color:var(--link)}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);
        outline-offset:2px}
        .skip{position:absolute;left:-99rem}.skip:focus{position:static}
        .badge{display:inline-block;border:2px solid currentColor;border-radius:.4rem;padding:.1rem .6rem;font-weight:600}
        .good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.soft,.cut{color:var(--soft)}
        dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.2rem 1.2rem;margin:0}
        dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;unicode-bidi:isolate}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;color:var(--soft);padding:.3rem 0}
        th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);
        overflow-wrap:anywhere;unicode-bidi:isolate}
        td{min-width:8.5rem}th{font-weight:600;white-space:nowrap}td.n,th.n{min-width:0;text-align:right;font-variant-numeric:tabular-nums}
        ol.time{list-style:none;margin:0;padding:0;font-size:.92rem}
        ol.time li{display:grid;grid-template-columns:6.5rem 10.5rem 1fr;gap:.8rem;padding:.25rem .2rem;
        border-bottom:1px solid var(--line)}
        ol.time li>*{overflow-wrap:anywhere;unicode-bidi:isolate}
        ol.time .at{text-align:right;font-variant-numeric:tabular-nums;color:var(--soft)}
        .kind{font-family:ui-monospace,monospace;font-size:.86rem}
        pre{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;padding:.8rem;overflow-x:auto;
        font:.86rem/1.5 ui-monospace,monospace;margin:.4rem 0}
        pre .no{color:var(--soft);display:inline-block;width:3.5rem;text-align:right;padding-right:1rem;user-select:none}
        mark{background:var(--mark);color:inherit;border-bottom:2px solid var(--bad)}
        details{border:1px solid var(--line);border-radius:.4rem;padding:.4rem .9rem;margin:.6rem 0}
        summary{cursor:pointer;font-weight:600}
        svg{display:block;max-width:100%;height:auto}svg text{fill:var(--soft);font:12px system-ui,sans-serif}
        svg .axis{stroke:var(--line)}svg .dot{fill:var(--soft)}svg .dot.bad{fill:var(--bad)}svg .bar{fill:var(--link)}
        svg .dot.warn{fill:var(--warn)}
        @media (max-width:40rem){ol.time li{grid-template-columns:1fr}ol.time .at{text-align:left}dl{display:block}}
        """
}
