/** Pages as text: whatever is put into one is escaped, unless it was made here. */
import { createHash } from 'node:crypto';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

/** A part of a page; only `markup` makes one, so that no text of others can pass for it. */
export class Html {
  readonly #text: string;
  private constructor(text: string) {
    this.#text = text;
  }
  static of(strings: TemplateStringsArray, values: readonly Shown[]): Html {
    return new Html(
      strings.reduce((made, text, index) => made + textOf(values[index - 1] ?? '') + text),
    );
  }
  toString(): string {
    return this.#text;
  }
}
type Shown = Html | string | number | null | readonly Html[];

function textOf(shown: Shown): string {
  if (shown === null) return '';
  if (shown instanceof Html) return shown.toString();
  if (typeof shown === 'string' || typeof shown === 'number') return escapeHtml(String(shown));
  return shown.map(String).join('');
}

/** ``markup`<b>${name}</b>` ``: null is left out, a list is put together. */
export function markup(strings: TemplateStringsArray, ...values: readonly Shown[]): Html {
  return Html.of(strings, values);
}

/** What a form sends beside what people typed. */
export const hiddenInputs = (values: Readonly<Record<string, string>>): Html =>
  markup`${Object.entries(values).map(
    ([name, value]) => markup`<input type="hidden" name="${name}" value="${value}" />`,
  )}`;

const STYLE = `:root{--ink:#1d2530;--quiet:#5b6673;--line:#dde3e9;--soft:#f5f7f9;--paper:#fff;
--link:#0b5cad;--warn:#9a3412;--warnsoft:#fff4ed}
*{box-sizing:border-box}body{font:16px/1.55 system-ui,sans-serif;color:var(--ink);
background:var(--soft);margin:0}header{background:var(--paper);border-bottom:1px solid var(--line)}
header>div,main{max-width:56rem;margin:0 auto;padding:.8rem 1.25rem}
header>div{display:flex;justify-content:space-between;align-items:center;gap:1rem}
header form{display:inline}header a{font-weight:600;text-decoration:none;color:inherit}
h1{font-size:1.6rem;line-height:1.25;margin:.6rem 0 .4rem}h2{font-size:1.1rem;margin:2rem 0 .6rem}
h3{font-size:1rem;margin:0 0 .2rem}p{margin:.4rem 0}li{overflow-wrap:anywhere}a{color:var(--link)}
code{font:.88em ui-monospace,monospace;
overflow-wrap:anywhere}.card code{background:var(--soft);padding:.1em .3em;border-radius:4px}.quiet{color:var(--quiet)}.tag{display:inline-block;border:1px solid var(--line);
background:var(--paper);border-radius:1rem;padding:.05rem .7rem;font-size:.88rem;margin-right:.3rem}
.late{color:var(--warn);border-color:var(--warn)}.note{border-left:4px solid var(--link);
background:var(--paper);padding:.6rem 1rem;margin:1rem 0}.problem{border-color:var(--warn);
background:var(--warnsoft)}.card{background:var(--paper);border:1px solid var(--line);
border-radius:8px;padding:1rem 1.25rem;margin:.8rem 0}dl{display:grid;
grid-template-columns:11rem 1fr;gap:.45rem 1rem;margin:0}dt{color:var(--quiet)}dd{margin:0;
overflow-wrap:anywhere}label{display:block;margin:.6rem 0 .2rem;font-size:.92rem}
input,textarea{font:inherit;width:100%;padding:.45rem .6rem;border:1px solid #b6c0ca;border-radius:6px;
background:var(--paper);color:inherit}button{font:inherit;font-weight:600;padding:.4rem 1.1rem;
margin-top:.7rem;border:1px solid var(--link);border-radius:6px;background:var(--link);color:#fff;
cursor:pointer}button.plain{background:none;color:var(--link);margin:0;font-weight:400;border:0;
padding:0;text-decoration:underline}table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .9rem .4rem 0;border-bottom:1px solid
var(--line)}th{font-weight:600;color:var(--quiet);font-size:.9rem}summary{cursor:pointer}
@media(max-width:40rem){dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media(prefers-color-scheme:dark){:root{--ink:#dfe6ee;--quiet:#9aa7b4;--line:#2d3742;--soft:#12161c;
--paper:#1a2027;--link:#7ab8ff;--warn:#ffb48a;--warnsoft:#2a211c}button{color:#10151b}}`;

/** What a page has beside its text. */
interface Dressed {
  /** CSS of its own, after that of all pages. */
  readonly style?: string;
  /** Modules of ours, by their paths. */
  readonly scripts?: readonly string[];
}

const styleOf = ({ style = '' }: Dressed) => STYLE + style;

/**
 * Nothing is loaded and nothing runs but our own scripts, where a page has some; forms go back to
 * where they came from.
 */
export function pageHeaders(page: Dressed): Readonly<Record<string, string>> {
  const styleHash = createHash('sha256').update(styleOf(page)).digest('base64');
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      ...(page.scripts === undefined
        ? []
        : ["script-src 'self'", "connect-src 'self'", "worker-src 'self'"]),
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join(';'),
    'Cache-Control': 'no-store',
    // Our own forms say where they come from; no other site hears which page was open.
    'Referrer-Policy': 'same-origin',
    'Content-Type': 'text/html; charset=utf-8',
  };
}

export interface Page extends Dressed {
  readonly title: string;
  readonly body: Html;
  /** At the right end of the head. */
  readonly reader?: Html;
  /** Where a browser goes on to by itself. */
  readonly goesOnTo?: string;
}

export function pageText(page: Page): string {
  const { title, body, reader, goesOnTo, scripts = [] } = page;
  const refresh = goesOnTo === undefined ? '' : `0;url=${goesOnTo}`;
  const loaded = scripts.map((path) => markup`<script type="module" src="${path}"></script>`);
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width,initial-scale=1">` +
    (refresh === '' ? '' : `<meta http-equiv="refresh" content="${escapeHtml(refresh)}">`) +
    `<title>${escapeHtml(title)}</title><style>${styleOf(page)}</style>${loaded.join('')}` +
    `</head><body>` +
    markup`<header><div><a href="/">Throughline</a><span>${reader ?? null}</span></div></header>
<main>${body}</main></body></html>`.toString()
  );
}
