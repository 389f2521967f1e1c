/** What an associate says of a line that is on the counter: how many units, and how they look. */
import { CONDITIONS } from '../../../canonical/schema/return';
import { markup, type Html } from '../html';
import { CONDITION_WORDS } from '../returns/return-words';

export interface LineInputs {
  readonly lineNo: number;
  readonly mostUnits: number;
  /** As it was typed, or is to begin with. */
  readonly units: number | string;
  /** Chosen before; undefined: the first. */
  readonly condition?: string | undefined;
}

export function lineInputs({ lineNo, mostUnits, units, condition }: LineInputs): Html {
  return markup`<div class="two">
    <div>
      <label for="units-${lineNo}">Units (of ${mostUnits})</label
      ><input
        id="units-${lineNo}"
        name="units-${lineNo}"
        type="number"
        inputmode="numeric"
        min="0"
        max="${mostUnits}"
        value="${units}"
      />
    </div>
    <div>
      <label for="condition-${lineNo}">Condition</label
      ><select id="condition-${lineNo}" name="condition-${lineNo}">
        ${CONDITIONS.map(
          (one) =>
            markup`<option value="${one}"${condition === one ? ' selected' : null}>
              ${CONDITION_WORDS[one]}
            </option>`,
        )}
      </select>
    </div>
  </div>`;
}
