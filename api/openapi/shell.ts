/**
 * Examples as shell that runs when it is pasted. `PREPARATION` comes first, once; then each works by
 * itself, on a stack that has just started: what it needs (an order, an exception, a key) it makes.
 */
import { ORDER_EXAMPLE, RETURN_IN_SHELL, SETTLEMENT_IN_SHELL } from '../examples';
import type { RouteDescription } from '../http/route';
import type { Operation } from './operations';

const JSON_HEADER = `-H "Content-Type: application/json"`;
/** For what a worker does a moment later. */
const WAIT_SECONDS = 20;
/** A key of its own for each call that is pasted. */
const NEW_IDEMPOTENCY_KEY = `-H "Idempotency-Key: $(date +%s%N)"`;

/** JSON for between single quotes, in which `'"$1"'` is the shell's. */
const quoted = (value: unknown) => JSON.stringify(value, undefined, 2).replaceAll("'", "'\\''");

/** One unit, with the SKU and the number of the shell: held, or to be collected in a store. */
function orderInShell(how: { hold?: object; pickup?: object }): string {
  const amount = { currency: 'USD', minorUnits: 1_299 };
  const none = { currency: 'USD', minorUnits: 0 };
  const order = {
    ...ORDER_EXAMPLE,
    customer: undefined,
    shipTo: undefined,
    shipping: undefined,
    orderNo: '@NUMBER@',
    hold: how.hold,
    lines: [{ sku: '@SKU@', quantity: 1, unitPrice: amount, pickup: how.pickup }],
    totals: { subtotal: amount, discount: none, shipping: none, tax: none, total: amount },
    tenders: [{ gateway: 'stripe', amount, paymentMethodRef: 'pm_card_visa' }],
  };
  return JSON.stringify(order).replace('@NUMBER@', `X'"$(date +%s%N)"'`).replace('@SKU@', `'"$1"'`);
}

export const PREPARATION = [
  '# In the repository, while `npm start` runs. Elsewhere: API is where it is, `key ROLE` prints a key.',
  'STACK="${THROUGHLINE_HOME:-$PWD/.throughline}/stack.json"',
  `API=$(node -p "require('$STACK').apiUrl")`,
  `key() { node -p "require('$STACK').keys.$1"; }`,
  '# A field of an answer.',
  `field() { node -p "JSON.parse(require('fs').readFileSync(0)).$1"; }`,
  '# Sells one of a SKU; the order is held.',
  `sell() { curl -s "$API/v1/orders" -H "Authorization: Bearer $(key oms)" ${JSON_HEADER} \\`,
  `  ${NEW_IDEMPOTENCY_KEY} -d '${orderInShell({ hold: { reason: 'an example' } })}'; }`,
  '# Sells one to be collected in store-001, and says which pickup it is once the store has it.',
  `collect() { NUMBER=$(curl -s "$API/v1/orders" -H "Authorization: Bearer $(key oms)" ${JSON_HEADER} \\`,
  `  ${NEW_IDEMPOTENCY_KEY} -d '${orderInShell({ pickup: { storeId: 'store-001' } })}' | field orderNo)`,
  `  for second in $(seq ${WAIT_SECONDS}); do`,
  '    FOUND=$(curl -s "$API/v1/stores/store-001/pickups?orderNo=$NUMBER" \\',
  `      -H "Authorization: Bearer $(key store)" | field "found[0]?.pickupId ?? ''")`,
  '    [ -n "$FOUND" ] && break || sleep 1',
  '  done; echo "$FOUND"; }',
  '# A step of the pickup PICKUP_ID.',
  'press() { curl -s -X POST "$API/v1/pickups/$PICKUP_ID/$1" -H "Authorization: Bearer $(key support)" \\',
  `  ${JSON_HEADER} ${NEW_IDEMPOTENCY_KEY} \${2:+-d "$2"}; }`,
  '# Sells one that is collected at once, and says which order it is.',
  'collected() { PICKUP_ID=$(collect MUG-BLUE); press ready > /dev/null',
  `  press hand-over '{"proof": {"kind": "none"}}' | field orderId; }`,
  '# Asks to bring one back, and says which return it is.',
  `bring_back() { ${RETURN_IN_SHELL.join('\n')} |`,
  '  field rma; }',
  '# Hands in a report of one payout, and says which settlement it is.',
  `settle() { ${SETTLEMENT_IN_SHELL.join('\n')} |`,
  '  field settlementId; }',
].join('\n');

const ORDER = { variable: 'ORDER_ID', lines: ['ORDER_ID=$(sell MUG-BLUE | field orderId)'] };

/** How what a path names comes to be there, by the parameter that names it. */
const NAMED_BY: Readonly<
  Record<string, { readonly variable: string; readonly lines: readonly string[] }>
> = {
  orderId: ORDER,
  id: ORDER,
  pickupId: { variable: 'PICKUP_ID', lines: ['PICKUP_ID=$(collect MUG-BLUE)'] },
  exceptionId: {
    variable: 'EXCEPTION_ID',
    lines: [`EXCEPTION_ID=$(sell NOT-MAPPED | field 'exceptions[0].exceptionId')`],
  },
  journalId: {
    variable: 'JOURNAL_ID',
    lines: [
      `JOURNAL_ID=$(curl -s "$API/v1/journals" -H "Authorization: Bearer $(key auditor)" |`,
      `  field 'items[0].journalId')`,
    ],
  },
  rma: { variable: 'RMA', lines: ['RMA=$(bring_back)'] },
  settlementId: { variable: 'SETTLEMENT_ID', lines: ['SETTLEMENT_ID=$(settle)'] },
  keyId: {
    variable: 'KEY_ID',
    lines: [
      `KEY_ID=$(curl -s "$API/v1/keys" -H "Authorization: Bearer $(key operator)" ${JSON_HEADER} \\`,
      `  ${NEW_IDEMPOTENCY_KEY} \\`,
      `  -d '{"name": "reader-'"$(date +%s%N)"'", "role": "auditor"}' | field keyId)`,
    ],
  },
};

/** Who calls in an example: the first of these that may. */
const CALLERS = ['oms', 'operator', 'auditor', 'support', 'finance', 'store', 'channel'] as const;

/** The URL, with the parameters of the query only where they are needed; and what it refers to. */
function addressOf(path: string, operation: Operation) {
  let filled = path;
  const before: string[] = [];
  const query: string[] = [];
  for (const parameter of operation.parameters ?? []) {
    if (!('in' in parameter) || !('schema' in parameter)) continue;
    const { schema, name } = parameter;
    const example = schema !== undefined && 'example' in schema ? schema.example : undefined;
    const text = encodeURIComponent(String(example));
    if (parameter.in === 'path') {
      const named = NAMED_BY[name];
      filled = filled.replace(`{${name}}`, named === undefined ? text : `$${named.variable}`);
      before.push(...(named?.lines ?? []));
    }
    if (parameter.in === 'query' && parameter.required === true) query.push(`${name}=${text}`);
  }
  return { before, url: query.length === 0 ? filled : `${filled}?${query.join('&')}` };
}

/** A call that works when it is pasted. */
export function shellOf(route: RouteDescription, operation: Operation): string {
  const { method, path, roles, keyed, shell } = route;
  if (shell?.call !== undefined) return shell.call.join('\n');
  const { before, url } = addressOf(path, operation);
  const verb = method === 'get' ? '' : ` -X ${method.toUpperCase()}`;
  const call = [`curl -s${verb} "$API${url}"`];
  const caller = CALLERS.find((role) => roles?.includes(role));
  if (caller !== undefined) call.push(`  -H "Authorization: Bearer $(key ${caller})"`);
  if (keyed === true) call.push(`  ${NEW_IDEMPOTENCY_KEY}`);
  const body = operation.requestBody;
  if (body !== undefined && 'content' in body) {
    const [type, media] = Object.entries(body.content)[0] ?? [];
    const example: unknown = media?.example;
    call.push(`  -H "Content-Type: ${type ?? 'application/json'}"`, `  -d '${quoted(example)}'`);
  }
  return [...(shell?.before ?? before), call.join(' \\\n')].join('\n');
}
