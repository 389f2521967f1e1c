/** A set-up file as text with places: every problem of it says line and column. */
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument, type Document } from 'yaml';

export interface Problem {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** Which part of an entry is meant: `accounts.stripe-us` has a key and a value. */
export type Part = 'key' | 'value';
type Path = readonly PropertyKey[];

export interface SetupText {
  /** What the file says, as plain values; undefined where it is not readable as YAML. */
  readonly content: unknown;
  readonly syntaxProblems: readonly Problem[];
  /** A problem at a path; where the path ends early in the file, at the last that is there. */
  problemAt(path: Path, text: string, part?: Part): Problem;
}

export function readSetupText(source: string): SetupText {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number, text: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, text };
  };
  const isReadable = document.errors.length === 0;
  return {
    content: isReadable ? document.toJS() : undefined,
    syntaxProblems: document.errors.map((error) => at(error.pos[0], error.message)),
    problemAt(path, text, part = 'value') {
      const named = path.length > 0 ? `${path.map(String).join('.')}: ${text}` : text;
      return at(offsetOf(document, path, part), named);
    },
  };
}

function offsetOf(document: Document, path: Path, part: Part): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [index, step] of path.entries()) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
    if (!isPair(pair)) break;
    const isLast = index === path.length - 1;
    // A map's own place is its first entry; its key is what a reader looks for.
    const shown = isLast && part === 'value' && isScalar(pair.value) ? pair.value : pair.key;
    if (isNode(shown)) offset = shown.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}
