/**
 * XML as a stream of the elements that one kind of element holds: each is built when it ends, so
 * that a file of any size takes the room of its largest part. Document types are refused: entities
 * of a file's own are how a small one becomes a large one.
 */
import { SaxesParser } from 'saxes';
import { unreadable } from './report-problems';

/** Elements of one part; a booking of some thousand payments has this many. */
const MAX_PART_ELEMENTS = 500_000;

export interface Element {
  /** Without its namespace's prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}
type Building = Element & { children: Building[]; text: string };

export type XmlPart =
  | { readonly is: 'begin' }
  | { readonly is: 'end' }
  | { readonly is: 'part'; readonly element: Element };

/** `holder`: the name of the element whose children are given. @throws UnreadableSettlement */
export async function* xmlParts(
  text: AsyncIterable<string>,
  holder: string,
): AsyncIterable<XmlPart> {
  const ready: XmlPart[] = [];
  const parser = parserInto(ready, holder);
  for await (const piece of text) {
    parser.write(piece);
    yield* ready.splice(0);
  }
  parser.finish();
  yield* ready.splice(0);
}

function parserInto(ready: XmlPart[], holder: string) {
  const parser = new SaxesParser();
  const open: Building[] = [];
  let holderDepth = -1;
  let depth = 0;
  let elements = 0;
  let isFinishing = false;
  parser.on('error', (error) => {
    throw unreadable(isFinishing ? 'cut-off' : 'row', `no XML: ${error.message}`, parser.line);
  });
  parser.on('doctype', () => {
    throw unreadable('header', 'a document type is not read', parser.line);
  });
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    const local = name.slice(name.indexOf(':') + 1);
    if (holderDepth < 0) {
      if (local !== holder) return;
      holderDepth = depth;
      ready.push({ is: 'begin' });
      return;
    }
    elements += 1;
    if (elements > MAX_PART_ELEMENTS) {
      throw unreadable('too-large', `more than ${MAX_PART_ELEMENTS} elements in one`, parser.line);
    }
    const element: Building = { name: local, attributes, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element) element.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const element = open.pop();
    if (element && open.length === 0) {
      elements = 0;
      ready.push({ is: 'part', element });
    }
    if (depth === holderDepth) {
      holderDepth = -1;
      ready.push({ is: 'end' });
    }
    depth -= 1;
  });
  return {
    write: (piece: string) => parser.write(piece),
    finish() {
      isFinishing = true;
      parser.close();
    },
  };
}

/** The elements at a path of names below this one. */
export function allAt(element: Element, ...path: readonly string[]): Element[] {
  const [name, ...rest] = path;
  if (name === undefined) return [element];
  const found = element.children.filter((child) => child.name === name);
  return found.flatMap((child) => allAt(child, ...rest));
}

/** The text of the first of them; null where there is none. */
export function textAt(element: Element, ...path: readonly string[]): string | null {
  const text = allAt(element, ...path)[0]?.text.trim();
  return text === undefined || text === '' ? null : text;
}
