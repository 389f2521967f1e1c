/** `/stores/{storeId}/returns/orders/{orderId}`: what of an order lies on the counter, and its refund. */
import { RETURN_REASONS } from '../../../canonical/schema/return';
import type { SoldOrder } from '../../../store/returns/sold';
import type { CounterLine } from '../../../store/returns/return-story';
import { markup, type Html } from '../html';
import { REASON_WORDS } from '../returns/return-words';
import { pressInputs } from '../store/card-parts';
import { noticeHtml, type CounterShown, type Notice } from './counter-home';
import { lineInputs } from './line-inputs';

export interface OrderShown {
  readonly sold: SoldOrder;
  readonly lines: readonly CounterLine[];
  /** Why none of a line can come back, by its number. */
  readonly refusals: ReadonlyMap<number, string>;
  readonly typed: Readonly<Record<string, string>>;
  readonly preview: Html | null;
  readonly notice: Notice | null;
}

/** Units that may come back now: those that are with the customer, announced or not. */
const possible = ({ moved, back, expected }: CounterLine) => Math.max(0, moved - back + expected);

export function counterOrder(shown: CounterShown, of: OrderShown): Html {
  const { storeId, formToken, mayPress } = shown;
  const { sold, lines, refusals } = of;
  const open = lines.filter(
    (line) => possible(line) > 0 && (line.expected > 0 || !refusals.has(line.lineNo)),
  );
  const path = `/stores/${storeId}/returns/orders/${sold.orderId}`;
  return markup`<p class="quiet"><a href="/stores/${storeId}/returns">Returns</a></p>
    <h1>Order ${sold.orderNo} <span class="quiet">${sold.channelInstance}</span></h1>
    ${
      mayPress && open.length > 0
        ? markup`<div id="top">
            <form id="scan">
              <label for="text">Scan an item</label
              ><input
                id="text"
                placeholder="Scan each item"
                maxlength="80"
                autocomplete="off"
                spellcheck="false"
                autofocus
              /><button>Count</button>
            </form>
            ${noticeHtml(of.notice)}
            <p id="found" role="status"></p>
          </div>`
        : noticeHtml(of.notice)
    }
    ${
      open.length === 0
        ? markup`<p><b>Nothing of this order can come back now.</b></p>`
        : markup`<form
            id="counter"
            class="${mayPress ? 'press alone' : ''}"
            method="post"
            action="${path}/take"
            data-doing="It is taken back"
            data-order="${sold.orderNo}"
          >
            ${pressInputs(formToken)}
            ${open.map((line) => lineHtml(line, of.typed, mayPress))}
            ${mayPress ? endHtml(path, of) : null}
          </form>`
    }
    ${closedHtml(
      lines.filter((line) => !open.includes(line)),
      refusals,
    )}`;
}

function lineHtml(line: CounterLine, typed: OrderShown['typed'], mayPress: boolean): Html {
  const { lineNo, name, sku, moved, back, expected } = line;
  const most = possible(line);
  const facts = [
    `${moved} sold`,
    ...(back - expected > 0 ? [`${back - expected} came back before`] : []),
    ...(expected > 0 ? [`${expected} announced`] : []),
  ];
  return markup`<article class="card line" data-sku="${sku}" data-name="${name}">
    <h3>${name} <span class="quiet sku">${sku}</span></h3>
    <p class="quiet">${facts.join(', ')}</p>
    ${
      mayPress
        ? lineInputs({
            lineNo,
            mostUnits: most,
            units: typed[`units-${lineNo}`] ?? 0,
            condition: typed[`condition-${lineNo}`],
          })
        : null
    }
  </article>`;
}

function endHtml(path: string, { typed, preview }: OrderShown): Html {
  return markup`<label for="reason">Why does it come back?</label
    ><select id="reason" name="reason" required>
      <option value="">Choose …</option>
      ${RETURN_REASONS.map(
        (reason) =>
          markup`<option value="${reason}"${typed['reason'] === reason ? ' selected' : null}>
            ${REASON_WORDS[reason]}
          </option>`,
      )}
    </select>
    <div id="preview" role="status">${preview}</div>
    <div class="presses">
      <button class="other" formaction="${path}/preview">Show the refund</button
      ><button class="main">Take back and refund</button>
    </div>`;
}

function closedHtml(lines: readonly CounterLine[], refusals: OrderShown['refusals']): Html | null {
  if (lines.length === 0) return null;
  return markup`<h2>Cannot come back</h2>
    <ul>
      ${lines.map(
        ({ lineNo, name, moved }) =>
          markup`<li>
            ${name}:
            ${refusals.get(lineNo) ?? (moved === 0 ? 'it has not left yet' : 'all of it came back')}
          </li>`,
      )}
    </ul>
    <p class="quiet">Support can ask for an exception.</p>`;
}
