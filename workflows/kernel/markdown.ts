/**
 * What others call things (a SKU, a tax code, a gateway, a person, a reason), in a page's Markdown:
 * read as it was written, and never as a heading, a link, a list or a line of its own.
 */

/** Signs that begin or end something; an underscore within a word (`card_declined`) does not. */
const SIGNS = /[\\`*[\]<>|~&]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;
/** A block begins with these. */
const OPENING = /^(?:[#+=-]|\d+[.)](?= |$))/;
/** Made into links without brackets: `https://…`, `www.…`, `a@b.example`. */
const BARE_LINKS = /:(?=\/\/)|(?<=www)\.|@/gi;

const lineOf = (text: string) => text.replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();

/** In a sentence. */
export function textOf(text: string): string {
  const line = lineOf(text)
    .replaceAll(SIGNS, (sign) => `\\${sign}`)
    .replaceAll(BARE_LINKS, (sign) => `\\${sign}`);
  return line.replace(OPENING, (opening) => `${opening.slice(0, -1)}\\${opening.slice(-1)}`);
}

/** As code, letter by letter: only a backtick would end it. */
export function codeOf(text: string): string {
  return `\`${lineOf(text).replaceAll('`', ' ').trim()}\``;
}
