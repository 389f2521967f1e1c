/** What happened to something, in time order, as people read it. */
import { markup, type Html } from './html';
import { timeText } from './time-text';

export interface HistoryEntry {
  /** RFC 3339. */
  readonly at: string;
  readonly what: string;
  readonly who: string;
  readonly words: string;
}

export function historyTable(entries: readonly HistoryEntry[]): Html {
  const inOrder = [...entries].sort((a, b) => (a.at < b.at ? -1 : 1));
  return markup`<table>
    <tr>
      <th>When</th>
      <th>What</th>
      <th>Who</th>
      <th>Reason</th>
    </tr>
    ${inOrder.map(
      ({ at, what, who, words }) =>
        markup`<tr>
          <td>${timeText(at)}</td>
          <td>${what}</td>
          <td>${who}</td>
          <td>${words}</td>
        </tr>`,
    )}
  </table>`;
}
