/** Runbooks as pages: the Markdown that they are written in, and no more of it than they use. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EXCEPTION_RULES } from '../../canonical/schema/exception';
import type { ExceptionCode } from '../../canonical/schema/error-codes';
import { markup, type Html } from './html';

const FOLDER = path.join(__dirname, '..', '..', 'docs', 'runbooks');

export function isRunbook(code: string): code is ExceptionCode {
  return Object.hasOwn(EXCEPTION_RULES, code);
}

/** Without its title, which the page has. */
export async function runbook(code: ExceptionCode): Promise<Html> {
  const text = await readFile(path.join(FOLDER, `${code}.md`), 'utf8');
  const blocks = text.split(/\n{2,}/).filter((block) => !/^(# |\s*$)/.test(block));
  return markup`${blocks.map(blockHtml)}`;
}

function blockHtml(block: string): Html {
  const lines = block.trim().split('\n');
  if (lines.every((line) => /^\d+\. /.test(line))) {
    return markup`<ol>
      ${lines.map((line) => item(line.replace(/^\d+\. /, '')))}
    </ol>`;
  }
  if (lines.every((line) => line.startsWith('- '))) {
    return markup`<ul>
      ${lines.map((line) => item(line.slice(2)))}
    </ul>`;
  }
  const heading = /^##+ (.*)$/.exec(block.trim())?.[1];
  return heading === undefined
    ? markup`<p>${inline(block)}</p>`
    : markup`<h3>${inline(heading)}</h3>`;
}

const item = (text: string) => markup`<li>${inline(text)}</li>`;

/** Code, bold, emphasis and links: none of them within another, but in bold text. */
const MARKS = /`([^`]+)`|\*\*(.+?)\*\*|\b_([^_]+)_\b|\[([^\]]+)\]\(([^)\s]+)\)/g;

function inline(text: string): Html {
  const parts: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKS)) {
    parts.push(markup`${text.slice(from, match.index)}`, markHtml(match));
    from = match.index + match[0].length;
  }
  return markup`${parts}${text.slice(from)}`;
}

function markHtml([, code, bold, emphasis, label = '', target = '']: RegExpExecArray): Html {
  if (code !== undefined) return markup`<code>${code}</code>`;
  if (bold !== undefined) return markup`<b>${inline(bold)}</b>`;
  if (emphasis !== undefined) return markup`<em>${emphasis}</em>`;
  const other = target.replace(/\.md$/, '');
  return isRunbook(other) ? markup`<a href="/runbooks/${other}">${label}</a>` : markup`${label}`;
}
