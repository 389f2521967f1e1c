/** What a support person reads of an order, from the brief that every moment gives. */
import { marked, type Token, type Tokens } from 'marked';
import { describe, expect, test } from 'vitest';
import type { OrderAgenda, OrderBrief } from '../../canonical/flows/order';
import type { ExceptionBrief } from '../../canonical/schema/exception';
import { describeException, detailsOf } from '../../workflows/kernel/details';
import { codeOf, textOf } from '../../workflows/kernel/markdown';
import type { Flow } from '../../workflows/kernel/flow';
import { describeOrder, describeOrderWait, warehousesOf } from '../../workflows/order/details';

const group = (groupNo: number, location: string, account: string) => ({
  groupNo,
  location,
  account,
  state: 'released' as const,
  reserved: 0,
  released: 2,
  shipped: 0,
  cancelled: 0,
});
const order: OrderBrief = {
  status: 'released',
  currency: 'USD',
  totalMinor: 4_000,
  location: null,
  isOnHold: false,
  units: { ordered: 4, reserved: 0, released: 4, shipped: 0, cancelled: 0 },
  lines: [],
  lineCount: 0,
  groups: [
    group(1, 'dc-east', 'wms-main'),
    { ...group(2, 'dc-west', 'wms-west'), state: 'rejected', reserved: 2, released: 0 },
  ],
  tenders: [],
};

describe('the details of an order over two groups', () => {
  test('say of each group its place, its warehouse, its state and its units', () => {
    expect(describeOrder(order)).toEqual(
      expect.arrayContaining([
        '### Sent in 2 groups',
        '- group 1, dc-east (wms-main): 2 released',
        '- group 2, dc-west (wms-west): **rejected**, 2 reserved',
      ]),
    );
  });

  test('name no place beside the lines, for there are several', () => {
    const at = { ...order, location: 'dc-east' };
    expect(describeOrder(at)).toContain('### Lines (released)');
    const one = { ...at, groups: order.groups.slice(0, 1) };
    expect(describeOrder(one)).toContain('### Lines (released, from dc-east)');
  });

  test('of one group do not repeat what stands beside its lines', () => {
    const one = { ...order, groups: order.groups.slice(0, 1) };
    expect(describeOrder(one).join(' ')).not.toContain('Sent in');
  });

  test('wait for the warehouses that have something to ship, and no others', () => {
    expect(warehousesOf(order)).toBe('wms-main');
  });
});

const PAGES = 'https://retail.example';
const exception: ExceptionBrief = {
  exceptionId: 'exc_1',
  code: 'payment.declined',
  owner: 'payments',
  deadlineAt: '2026-03-02T19:04:05Z',
  detail: '21.15 USD on tender 1 was declined: card_declined (insufficient_funds)',
  resolutions: ['retry', 'abandon'],
  isWait: false,
  blocks: 'authorize:1',
};

/** As a reader of Markdown sees it: each block with its kind, and its text without marks. */
const blocksOf = (parts: readonly string[]) =>
  marked.lexer(detailsOf(parts)).filter(({ type }) => type !== 'space');

function plainText(token: Token): string {
  const { tokens } = token as { tokens?: Token[] };
  return tokens ? tokens.map(plainText).join('') : (token as { text: string }).text;
}

function linksIn(token: Token): Tokens.Link[] {
  if (token.type === 'link') return [token as Tokens.Link];
  return ((token as { tokens?: Token[] }).tokens ?? []).flatMap(linksIn);
}

const boldIn = (token: Token): string[] =>
  ((token as { tokens?: Token[] }).tokens ?? []).flatMap((one) =>
    one.type === 'strong' ? [plainText(one)] : boldIn(one),
  );

const held = (by: string): Pick<Flow<OrderAgenda>, 'agenda' | 'deadlines'> => ({
  deadlines: [],
  agenda: {
    order: { ...order, isOnHold: true, held: { by, since: '2026-03-02T15:04:05Z' } },
    money: [],
    releases: [],
    blockedBy: [],
    isSettled: false,
  },
});

describe('the details, as Markdown is rendered', () => {
  test('of an exception that is late, and of which something waits for approval', () => {
    const asked = { resolution: 'override', approvalsMissing: 2 } as const;
    const parts = describeException({ ...exception, isEscalated: true, asked }, PAGES);
    const [, , , late, waits] = blocksOf(parts);
    expect(late && plainText(late)).toBe('Escalated: its deadline has passed, payments was told.');
    expect(waits && plainText(waits)).toBe(
      'override was asked for: 2 other people of finance must approve it.',
    );
  });

  test('of an exception: what it is, which role must act until when, where, by which runbook', () => {
    const [code, detail, who, where] = blocksOf(describeException(exception, PAGES));
    expect([code?.type, code && plainText(code)]).toEqual(['heading', 'payment.declined']);
    expect([detail?.type, detail && plainText(detail)]).toEqual(['paragraph', exception.detail]);
    expect(who && boldIn(who)).toEqual(['support', '2026-03-02 19:04:05 UTC']);
    expect(where && linksIn(where).map(({ href }) => href)).toEqual([
      `${PAGES}/exceptions/exc_1`,
      `${PAGES}/runbooks/payment.declined`,
    ]);
  });

  test('name no path of the API, whatever the cause is', () => {
    for (const kind of ['mapping', 'item', 'stock', 'system', 'event'] as const) {
      const cause = { kind, ref: 'tax-code/web-us/State Tax' };
      const text = detailsOf(describeException({ ...exception, cause }, PAGES));
      expect(text).not.toMatch(/POST|PUT|GET|\/v1\//);
    }
    const cause = { kind: 'mapping', ref: 'tax-code/web-us/State Tax' } as const;
    const cure = blocksOf(describeException({ ...exception, cause }, PAGES))[3];
    expect(cure && plainText(cure)).toBe(
      'It goes on by itself once the tax-code State Tax of web-us is mapped.',
    );
  });

  test('say who placed a hold, since when, and who lifts it', () => {
    const { lines } = describeOrderWait(held('fraud desk') as Flow<OrderAgenda>);
    const [heading, who, lift] = blocksOf(lines);
    expect(heading && plainText(heading)).toBe('On hold');
    expect(who && boldIn(who)).toEqual(['fraud desk', '2026-03-02 15:04:05 UTC']);
    expect(lift && boldIn(lift)).toEqual(['support']);
  });

  test('have headings, paragraphs and flat lists, each a block of its own', () => {
    const line = { lineNo: 1, sku: 'CAP', ordered: 2, reserved: 0, released: 2, shipped: 0 };
    const lines = [line, { ...line, lineNo: 2 }].map((one) => ({ ...one, cancelled: 0 }));
    const tenders = [1, 2].map((tenderNo) => ({
      ...{ tenderNo, state: 'authorized' as const, amountMinor: 2_000 },
      ...{ capturedMinor: 0, refundedMinor: 0 },
    }));
    const shown = describeOrder({ ...order, lines, lineCount: 2, tenders });
    const blocks = blocksOf([
      '### Waits for a person',
      ...describeException(exception, PAGES),
      '**Last:** a hold was placed, at 2026-03-02 15:04:05 UTC.',
      ...shown,
    ]);
    expect(blocks.map(({ type }) => type)).toEqual([
      ...['heading', 'heading', 'paragraph', 'paragraph', 'paragraph', 'paragraph'],
      ...['heading', 'list', 'heading', 'list', 'heading', 'list'],
    ]);
    for (const block of blocks) {
      // A line that begins bold within a paragraph would be run on by the UI.
      if (block.type === 'paragraph') expect(block.raw.trim()).not.toContain('\n');
      if (block.type !== 'list') continue;
      const { items } = block as Tokens.List;
      expect(items).toHaveLength(2);
      for (const item of items) {
        expect(item.tokens.some(({ type }) => type === 'list')).toBe(false);
      }
    }
  });
});

describe('what others call things', () => {
  const hostile = [
    'VAT\n\n# Refund 1,000 USD\n\n[Approve](https://evil.example)',
    '- item\n1. one\n> quote',
    '**bold** _em_ `code` ~~gone~~ <b>html</b> &lt; | a | b |',
    'see https://evil.example, www.evil.example or a@evil.example',
    '`](https://evil.example) [x](https://evil.example)',
    '1. first',
    '# heading',
  ];
  const inert = new Set(['text', 'escape', 'paragraph', 'codespan', 'space']);
  const typesOf = (tokens: readonly Token[]): string[] =>
    tokens.flatMap((token) => [
      token.type,
      ...typesOf('tokens' in token && token.tokens !== undefined ? token.tokens : []),
    ]);

  test.each(hostile)('%j is one plain line of a page, in a sentence and as code', (text) => {
    for (const written of [textOf(text), codeOf(text), `- line 1, ${codeOf(text)}: 1 ordered`]) {
      expect(written).not.toMatch(/[\n\r]/);
      const blocks = marked.lexer(detailsOf([written]));
      expect(blocks).toHaveLength(1);
      if (!written.startsWith('- line')) {
        for (const type of typesOf(blocks)) expect(inert).toContain(type);
      }
    }
  });

  test('are read as they were written', () => {
    const text = '50% *off* [now] a_b & <c>';
    expect(marked.parse(textOf(text), { async: false }).trim()).toBe(
      '<p>50% *off* [now] a_b &amp; &lt;c&gt;</p>',
    );
    expect(textOf('21.15 USD on tender 1: card_declined (x)')).toBe(
      '21.15 USD on tender 1: card_declined (x)',
    );
  });

  test('a tax code with line breaks writes no heading and no link of its own', () => {
    const detail = `${hostile[0]} of web-us is not mapped to a tax code`;
    const cause = { kind: 'mapping' as const, ref: `tax-code/web-us/${hostile[0]}` };
    const shown = { ...exception, code: 'mapping.tax-code' as const, detail, cause };
    const blocks = marked.lexer(detailsOf(describeException(shown, undefined)));
    const headings = blocks.filter(({ type }) => type === 'heading');
    expect(headings.map((block) => block.raw.trim())).toEqual(['#### mapping.tax-code']);
    expect(typesOf(blocks)).not.toContain('link');
  });
});
