/** What a store has to fetch from its shelves, and what it has to put back. */
import type { BoardRow } from '../../../store/pickups/store-board';
import { REJECTION_REASONS } from '../../../canonical/schema/pickup-events';
import { markup, type Html } from '../html';
import {
  folded,
  goodsHtml,
  linesWith,
  pressForm,
  unitFields,
  unitsOf,
  type Shown,
} from './card-parts';
import { localText, timeHtml } from './store-time';
import { substituteForms } from './substitute-form';

const REASONS: Readonly<Record<(typeof REJECTION_REASONS)[number], string>> = {
  'not-found': 'It is not where it should be',
  damaged: 'It is damaged',
  'no-capacity': 'We have no time or room for it',
  closed: 'We are closed',
};

export function pickCard(row: BoardRow, shown: Shown): Html {
  const isStarted = row.acceptedAt !== null;
  return markup`${pickByHtml(row, shown)} ${goodsHtml(row, 'requested')}
    ${shown.mayPress ? markup`${pickPresses(row, shown, isStarted)}` : null}`;
}

function pickByHtml({ pickBy, acceptedAt }: BoardRow, { timeZone }: Shown): Html {
  const since = acceptedAt === null ? null : localText(acceptedAt, timeZone);
  return markup`${since && markup`<p><span class="tag">Being picked since ${since}</span></p>`}
    <p>Due ${timeHtml(pickBy, timeZone)}</p>`;
}

function pickPresses(row: BoardRow, shown: Shown, isStarted: boolean): Html {
  const start = pressForm(row, shown, {
    press: 'accept',
    button: 'Start picking',
    doing: 'Picking starts',
    isMain: true,
  });
  const ready = pressForm(row, shown, {
    press: 'ready',
    button: 'All is ready',
    doing: 'It is ready',
    isMain: isStarted,
  });
  return markup`<div class="presses">${isStarted ? null : start}${ready}</div>
    ${folded('Something is missing', missingHtml(row, shown), 'missing')}`;
}

function missingHtml(row: BoardRow, shown: Shown): Html {
  const isOneUnit = row.lines.reduce((units, line) => units + line.requested, 0) === 1;
  const part = markup`<h3>Part of it is picked</h3>
    <p class="quiet">Say how many lie ready. The rest stays on this list.</p>
    ${pressForm(row, shown, {
      press: 'ready',
      button: 'This part is ready',
      doing: 'A part is ready',
      fields: unitFields(row, 'requested', 'part'),
    })}`;
  return markup`${isOneUnit ? null : part}
    <h3>It cannot be given</h3>
    <p class="quiet">Say how many you do not have. The customer is asked what to do.</p>
    ${rejectForm(row, shown, 'requested')} ${substituteForms(row, shown, 'requested')}`;
}

export function rejectForm(row: BoardRow, shown: Shown, counted: 'requested' | 'ready'): Html {
  const id = `reason-${counted}-${row.pickupId}`;
  return pressForm(row, shown, {
    press: 'reject',
    button: 'We cannot give this',
    doing: 'It is told that you cannot give it',
    fields: markup`${unitFields(row, counted, `reject-${counted}`)}<label for="${id}">Why</label
      ><select id="${id}" name="reason" required>
        <option value="">Choose …</option>
        ${REJECTION_REASONS.map(
          (reason) => markup`<option value="${reason}">${REASONS[reason]}</option>`,
        )}
      </select>`,
  });
}

export function putBackCard(row: BoardRow, shown: Shown): Html {
  const back = (['expired', 'cancelled'] as const).filter(
    (counted) => linesWith(row, counted).length > 0,
  );
  const why: Readonly<Record<'expired' | 'cancelled', string>> = {
    expired: 'Nobody collected it in time.',
    cancelled: 'It was cancelled.',
  };
  const units = row.lines.reduce((sum, line) => sum + line.expired + line.cancelled, 0);
  return markup`<p>${back.map((counted) => why[counted]).join(' ')} Put ${unitsOf(units)} back on the
    shelf.</p>
    ${back.map((counted) => goodsHtml(row, counted))}
    ${
      shown.mayPress
        ? markup`<div class="presses">
            ${pressForm(row, shown, {
              press: 'put-back',
              button: 'Back on the shelf',
              doing: 'It is back on the shelf',
              isMain: true,
            })}
          </div>`
        : null
    }`;
}
