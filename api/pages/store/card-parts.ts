/** What the cards of a store's page are made of: the goods, a press, a number of units to choose. */
import { newId } from '../../../store/ids';
import type { BoardLine, BoardRow } from '../../../store/pickups/store-board';
import { hiddenInputs, markup, type Html } from '../html';

export interface Shown {
  readonly storeId: string;
  readonly timeZone: string;
  /** Of the reader's session, in every form. */
  readonly formToken: string;
  /** Whether the reader's key may press. */
  readonly mayPress: boolean;
}

export type Counted = 'requested' | 'ready' | 'expired' | 'cancelled';

export const linesWith = ({ lines }: BoardRow, counted: Counted): readonly BoardLine[] =>
  lines.filter((line) => line[counted] > 0);

export const unitsOf = (units: number) => `${units} unit${units === 1 ? '' : 's'}`;

/** What it is called on a shelf; the SKU where it has no words. */
export function goodsText({ description, sku }: BoardLine): string {
  return description ?? sku;
}

export function goodsHtml(row: BoardRow, counted: Counted): Html {
  return markup`<ul class="goods">
    ${linesWith(row, counted).map(
      (line) =>
        markup`<li>
          <b class="units">${line[counted]}</b
          ><span
            >${goodsText(line)}${
              line.description === null ? null : markup` <span class="quiet sku">${line.sku}</span>`
            }</span
          >
        </li>`,
    )}
  </ul>`;
}

export interface PressForm {
  /** The last part of its path. */
  readonly press: string;
  readonly button: string;
  /** The one that is done most: it stands out. */
  readonly isMain?: boolean;
  /** Told while it is on its way. */
  readonly doing: string;
  readonly fields?: Html;
}

/** Its key is made with it: sent twice, or later, it is the same press. */
export const pressInputs = (token: string): Html => hiddenInputs({ token, key: newId('req') });

export function pressForm(row: BoardRow, shown: Shown, form: PressForm): Html {
  const { press, button, isMain = false, doing, fields } = form;
  const path = `/stores/${shown.storeId}/pickups/${row.pickupId}/${press}`;
  return markup`<form
    class="press"
    method="post"
    action="${path}"
    data-doing="${doing}"
    data-order="${row.orderNo}"
  >
    ${pressInputs(shown.formToken)}${fields ?? null}<button class="${isMain ? 'main' : 'other'}">${button}</button>
  </form>`;
}

/** How many of each line: all of them unless somebody says otherwise. */
export function unitFields(row: BoardRow, counted: Counted, idPrefix: string): Html {
  return markup`<div class="count">
    ${linesWith(row, counted).map((line) => {
      const id = `${idPrefix}-${row.pickupId}-${line.lineNo}`;
      const most = line[counted];
      return markup`<label for="${id}">${goodsText(line)} (of ${most})</label
        ><input
          id="${id}"
          name="units-${line.lineNo}"
          type="number"
          inputmode="numeric"
          min="0"
          max="${most}"
          value="${most}"
          required
        />`;
    })}
  </div>`;
}

/** What is rarely needed: folded away under words that say when it is. */
export function folded(summary: string, body: Html, name: string): Html {
  return markup`<details data-fold="${name}">
    <summary>${summary}</summary>
    ${body}
  </details>`;
}
