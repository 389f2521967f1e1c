/** What a page of finance shows: words and tables, for a reader who chose an entity and a month. */
import { installation } from '../../../canonical/installation';
import { daysOf, monthAfter, monthOf } from '../../../canonical/rules/close/period';
import type { ApiDependencies } from '../../dependencies';
import { Problem } from '../../http/problem';
import { Month } from '../../schema/period';
import { markup, type Html } from '../html';
import type { Reader } from '../asked-resolution';
import type { Table } from './table';

export interface View {
  readonly title: string;
  readonly parts: readonly (Html | Table)[];
  /** The form that chooses an entity and a month is shown. */
  readonly chooses?: boolean;
}

/** What a view is told of the request. */
export interface Asked {
  readonly db: ApiDependencies['db'];
  readonly configuration: ApiDependencies['configuration'];
  /** Of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Without its query. */
  readonly path: string;
  readonly entity: string;
  /** `YYYY-MM`. */
  readonly month: string;
  readonly reader: Reader;
}

export type ViewOf = (asked: Asked) => Promise<View>;

/** Rows of a page; the file of a table has them alike. */
export const MAX_ROWS = 500;

export const entityNames = (): readonly string[] =>
  installation().entities.map(({ entity }) => entity);

/** The entity and the month that are asked for: else the first one, and this month. */
export function chosen(
  asked: Readonly<Record<string, string>>,
  now = new Date(),
): Pick<Asked, 'entity' | 'month'> {
  const names = entityNames();
  const entity = asked['entity'] ?? names[0] ?? '';
  if (!names.includes(entity)) throw new Problem('not_found', 'there is no such entity');
  const month = Month.safeParse(asked['month']).data ?? monthOf(now.toISOString());
  return { entity, month };
}

/** `?entity=…&month=…`, so that a link leads on in the same books. */
export const inBooks = ({ entity, month }: Pick<Asked, 'entity' | 'month'>, more = ''): string =>
  `?entity=${encodeURIComponent(entity)}&month=${month}${more}`;

export const daysAsked = ({ month }: Pick<Asked, 'month'>) => daysOf(month);

export function choiceHtml({ path, entity, month }: Asked): Html {
  const at = (other: string) =>
    markup`<a href="${path}${inBooks({ entity, month: other })}">${other}</a>`;
  return markup`<form class="choice" method="get" action="${path}">
      <label for="entity">Entity</label>
      <select id="entity" name="entity">
        ${entityNames().map(
          (name) => markup`<option${name === entity ? markup` selected` : null}>${name}</option>`,
        )}
      </select>
      <label for="month">Month</label>
      <input id="month" name="month" type="month" value="${month}" />
      <button>Show</button>
    </form>
    <p class="quiet">${at(monthAfter(month, -1))} · <b>${month}</b> · ${at(monthAfter(month))}</p>`;
}
