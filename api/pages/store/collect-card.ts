/** What lies ready for a customer: who has arrived, until when it is held, and handing it over. */
import { PICKUP_PROOFS } from '../../../canonical/schema/pickup-events';
import type { BoardRow } from '../../../store/pickups/store-board';
import { markup, type Html } from '../html';
import { folded, goodsHtml, pressForm, unitFields, type Shown } from './card-parts';
import { rejectForm } from './pick-card';
import { localText, timeHtml } from './store-time';
import { substituteForms } from './substitute-form';

const PROOFS: Readonly<Record<(typeof PICKUP_PROOFS)[number], string>> = {
  code: 'Pickup code',
  'id-card': 'Identity card',
  passport: 'Passport',
  'driving-licence': 'Driving licence',
  'order-confirmation': 'Order confirmation',
  'payment-card': 'Card that paid',
  none: 'Nothing was shown',
};

export function collectCard(row: BoardRow, shown: Shown): Html {
  const { deadlineAt, arrivedAt } = row;
  return markup`${arrivedAt === null ? null : arrivedHtml(row, arrivedAt, shown)}
    ${
      row.lines.some((line) => line.handedOver > 0)
        ? markup`<p><span class="tag">A part was handed over before</span></p>`
        : null
    }
    ${
      deadlineAt === null ? null : markup`<p>Held until ${timeHtml(deadlineAt, shown.timeZone)}</p>`
    }
    ${row.collector === null ? null : markup`<p>Collected by <b>${row.collector}</b> for the buyer</p>`}
    ${goodsHtml(row, 'ready')} ${shown.mayPress ? collectPresses(row, shown) : null}`;
}

function arrivedHtml({ bay, vehicle }: BoardRow, arrivedAt: string, { timeZone }: Shown): Html {
  const where = [bay && `bay ${bay}`, vehicle].filter((one) => one !== null && one !== '');
  return markup`<p class="here">
    ${where.length === 0 ? 'In the store' : markup`Outside: <b>${where.join(', ')}</b>`}, since
    ${localText(arrivedAt, timeZone)}
  </p>`;
}

function collectPresses(row: BoardRow, shown: Shown): Html {
  const arrived =
    row.arrivedAt === null
      ? pressForm(row, shown, {
          press: 'arrived',
          button: 'Customer is here',
          doing: 'The customer is here',
        })
      : null;
  return markup`<details data-fold="hand-over"${row.arrivedAt === null ? null : ' open'}>
      <summary class="main">Hand over</summary>
      ${handOverForm(row, shown)}
    </details>
    <div class="presses">${arrived}</div>
    ${folded('Something else', otherHtml(row, shown), 'other')}`;
}

function handOverForm(row: BoardRow, shown: Shown): Html {
  const id = (field: string) => `${field}-${row.pickupId}`;
  return pressForm(row, shown, {
    press: 'hand-over',
    button: 'Hand over now',
    doing: 'It is handed over',
    isMain: true,
    fields: markup`<label for="${id('proof')}">What did the customer show?</label
      ><select id="${id('proof')}" name="proof" required>
        ${PICKUP_PROOFS.map((proof) => markup`<option value="${proof}">${PROOFS[proof]}</option>`)}
      </select>
      <div class="code">
        <label for="${id('code')}">Pickup code</label
        ><input
          id="${id('code')}"
          name="code"
          maxlength="20"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
        />
      </div>
      ${unitFields(row, 'ready', 'hand')}
      <label class="tick"
        ><input type="checkbox" name="isOtherPerson" value="yes" />Somebody else collects it</label
      >
      <div class="name">
        <label for="${id('name')}">Name of who collects (may be empty)</label
        ><input id="${id('name')}" name="collectedBy" maxlength="120" autocomplete="off" />
      </div>`,
  });
}

function otherHtml(row: BoardRow, shown: Shown): Html {
  const until = `until-${row.pickupId}`;
  return markup`<h3>Hold it longer</h3>
    ${pressForm(row, shown, {
      press: 'extend',
      button: 'Hold it until then',
      doing: 'It is held longer',
      fields: markup`<label for="${until}">Until the store closes on</label
        ><input id="${until}" name="untilDate" type="date" required />`,
    })}
    <h3>It cannot be given after all</h3>
    ${rejectForm(row, shown, 'ready')} ${substituteForms(row, shown, 'ready')}`;
}
