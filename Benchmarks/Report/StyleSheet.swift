/// The look of the report, in light, in dark and on paper.
///
/// Colours follow Okabe & Ito (2008), who chose them for all kinds of colour vision; yellow is left out, being faint on white.
/// Each is lightened for dark pages. Curves differ in dashes as well.
let styleSheet = """
    :root{color-scheme:light dark;--ground:#fff;--ink:#1c1e21;--quiet:#5d646c;--rule:#d9dde1;--panel:#f5f6f8;
    --c0:#0072b2;--c1:#d55e00;--c2:#007f5f;--c3:#b0538a;--c4:#b87700;--c5:#2d8fc4;--c6:#33383d}
    @media (prefers-color-scheme:dark){:root{--ground:#16181b;--ink:#e6e8ea;--quiet:#9aa2aa;--rule:#363b41;--panel:#1f2226;
    --c0:#4aa8e8;--c1:#ff8a3d;--c2:#2fc79a;--c3:#e59bc8;--c4:#efb435;--c5:#8fd0f5;--c6:#d5d9dd}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--ground);color:var(--ink);
    font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
    main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}
    h1{font-size:30px;line-height:1.2;letter-spacing:-.01em;margin:0 0 8px}
    h2{font-size:22px;line-height:1.25;margin:48px 0 8px}
    h3{font-size:17px;margin:36px 0 2px}
    p{margin:4px 0 12px;max-width:80ch}
    .lead{font-size:18px}.wrap td{white-space:normal}.facts,figcaption,caption,small,.faint{color:var(--quiet)}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:16px 0}
    dt{color:var(--quiet)}dd{margin:0;min-width:0;overflow-wrap:anywhere}
    code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--panel);padding:2px 5px;border-radius:4px}
    .caveats{background:var(--panel);border-left:3px solid var(--c4);padding:10px 18px;margin:20px 0;border-radius:0 6px 6px 0}
    .caveats h2{font-size:15px;margin:0 0 4px}.caveats ul{margin:0;padding-left:18px}.caveats li{max-width:95ch}
    .legend{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:2px 20px;padding:9px 0;margin-top:24px;
    background:var(--ground);border-bottom:1px solid var(--rule);font-size:13px}
    .legend label{display:inline-flex;align-items:center;gap:6px;cursor:pointer}.legend input{margin:0}
    section{scroll-margin-top:64px}
    .row{display:flex;flex-wrap:wrap;gap:20px 28px;align-items:flex-start;margin:12px 0}
    .cell{flex:1 1 440px;min-width:0;max-width:552px;margin:0}.wider{flex-basis:540px}
    figcaption{font-size:13px;margin-top:4px}
    .wide{overflow-x:auto}
    table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;width:100%}
    caption{text-align:left;font-size:13px;padding:0 0 6px;text-wrap:pretty}
    th,td{padding:4px 0 4px 10px;text-align:right;white-space:nowrap;vertical-align:baseline}
    th{font-weight:600;border-bottom:1px solid var(--ink)}td{border-bottom:1px solid var(--rule)}
    th.text,td.text{text-align:left;padding-left:0;padding-right:14px}
    td small{white-space:nowrap}abbr{text-decoration:underline dotted;cursor:help}
    .contents{list-style:none;padding:0;margin:8px 0}.contents b{margin-right:8px}
    a{color:var(--c0);text-underline-offset:2px}
    svg.chart{display:block;width:100%;height:auto;max-width:552px;font-family:inherit}
    svg.swatch{width:30px;height:10px;flex:none;vertical-align:baseline}
    svg text{fill:var(--ink);font-size:11.5px}svg .tick{fill:var(--quiet);font-size:11px;font-variant-numeric:tabular-nums}
    svg .title{fill:var(--quiet);font-size:11.5px}svg .label{font-weight:600}
    .grid,.mark,.axis,.leader{fill:none;stroke:var(--rule)}.axis,.mark{stroke:var(--quiet)}.leader{stroke:var(--quiet);stroke-width:.7}
    .line{fill:none;stroke-width:1.9;stroke-linejoin:round}.band{stroke:none;opacity:.11}.bar{stroke:var(--ink);stroke-width:4;fill:none}
    .line.c0{stroke:var(--c0)}.line.c1{stroke:var(--c1)}.line.c2{stroke:var(--c2)}.line.c3{stroke:var(--c3)}
    .line.c4{stroke:var(--c4)}.line.c5{stroke:var(--c5)}.line.c6{stroke:var(--c6)}
    .band.c0{fill:var(--c0)}.band.c1{fill:var(--c1)}.band.c2{fill:var(--c2)}.band.c3{fill:var(--c3)}
    .band.c4{fill:var(--c4)}.band.c5{fill:var(--c5)}.band.c6{fill:var(--c6)}
    svg .t0{fill:var(--c0)}svg .t1{fill:var(--c1)}svg .t2{fill:var(--c2)}svg .t3{fill:var(--c3)}
    svg .t4{fill:var(--c4)}svg .t5{fill:var(--c5)}svg .t6{fill:var(--c6)}
    .d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 2.5}.d3{stroke-dasharray:9 3 2 3}.d4{stroke-dasharray:12 3 2 3 2 3}
    @media print{body{font-size:11px}main{max-width:none;padding:0}.legend{position:static}.legend input{display:none}
    .cell{flex-basis:300px}table,figcaption,caption{font-size:10px}section.problem,figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
    :root{--ground:#fff;--ink:#000;--quiet:#444;--rule:#ccc;--panel:#f5f5f5;
    --c0:#0072b2;--c1:#d55e00;--c2:#007f5f;--c3:#b0538a;--c4:#b87700;--c5:#2d8fc4;--c6:#33383d}}

    """
