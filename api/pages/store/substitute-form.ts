/** Something else is given for what is not there, and what the customer said to it. */
import { SUBSTITUTE_CONSENTS } from '../../../canonical/schema/pickup-events';
import type { BoardLine, BoardRow } from '../../../store/pickups/store-board';
import { markup, type Html } from '../html';
import { goodsText, pressForm, type Shown } from './card-parts';

const CONSENTS: Readonly<Record<(typeof SUBSTITUTE_CONSENTS)[number], string>> = {
  'as-paid': 'Yes, at no more than was paid',
  'to-more': 'Yes, and pays its own price',
  refused: 'No: it cannot be given',
};

export function substituteForms(row: BoardRow, shown: Shown, counted: 'requested' | 'ready'): Html {
  const lines = row.lines.filter((line) => line[counted] > 0);
  return markup`<h3>Something else instead</h3>
    <p class="quiet">Ask the customer first. It costs what was paid, or less.</p>
    ${lines.map((line) => substituteForm(row, shown, line, counted))}`;
}

function substituteForm(
  row: BoardRow,
  shown: Shown,
  line: BoardLine,
  counted: 'requested' | 'ready',
): Html {
  const id = (field: string) => `${field}-${counted}-${row.pickupId}-${line.lineNo}`;
  const most = line[counted];
  return pressForm(row, shown, {
    press: 'substitute',
    button: 'Give this instead',
    doing: 'Something else is given',
    fields: markup`<input type="hidden" name="lineNo" value="${line.lineNo}" /><input
        type="hidden"
        name="currency"
        value="${row.currency}"
      /><div class="count"><label for="${id('instead')}">For ${goodsText(line)} (of ${most})</label
        ><input
          id="${id('instead')}"
          name="quantity"
          type="number"
          inputmode="numeric"
          min="1"
          max="${most}"
          value="${most}"
          required
        /></div>
      <label for="${id('sku')}">What is given (scan or type its SKU)</label
      ><input id="${id('sku')}" name="sku" maxlength="80" autocomplete="off" required />
      <label for="${id('price')}">Its price for one, without tax (${row.currency})</label
      ><input id="${id('price')}" name="price" inputmode="decimal" maxlength="12" required />
      <label for="${id('consent')}">Does the customer want it?</label
      ><select id="${id('consent')}" name="consent" required>
        <option value="">Choose …</option>
        ${SUBSTITUTE_CONSENTS.map(
          (consent) => markup`<option value="${consent}">${CONSENTS[consent]}</option>`,
        )}
      </select>`,
  });
}
