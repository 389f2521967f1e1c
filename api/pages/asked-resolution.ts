/** What somebody asked for on an exception's page, and the forms to approve it, deny it, take it back. */
import { APPROVING_ROLE } from '../../canonical/rules/exceptions/approval';
import type { Role } from '../../canonical/schema/api-key';
import type { ResolutionRequest } from '../../canonical/schema/exception-view';
import type { ExceptionSeen } from '../../store/exceptions/exception-queries';
import type { Limits } from '../../moments/exceptions/limits';
import { markup, type Html } from './html';

/** Who looks at the page, by the key that signed in. */
export interface Reader {
  readonly role: Role;
  readonly label: string;
}

export function askedHtml(
  { exceptionId }: ExceptionSeen,
  asked: ResolutionRequest,
  {
    reader,
    hidden,
    limits,
  }: {
    readonly reader: Reader;
    readonly hidden: Html;
    readonly limits: Limits;
  },
): Html {
  const { resolution, reason, askedBy, askedRole, needed, approvedBy, involved } = asked;
  const isOwn = askedBy === reader.label;
  const given = approvedBy.length === 0 ? 'nobody yet' : approvedBy.join(', ');
  const hasSaid = [...approvedBy, ...involved].includes(reader.label);
  const mayApprove = limits.mayApprove(reader.role);
  const mayDo = mayApprove && !isOwn && !hasSaid;
  const action = (verb: string) => `/exceptions/${exceptionId}/${verb}`;
  return markup`<div class="card">
    <h3>Asked for: ${resolution}</h3>
    <p>${askedBy} (${askedRole}): ${reason}</p>
    <p class="quiet">
      Approved by ${given}; ${needed} have to (${APPROVING_ROLE}, or support within its
      limit), none of them who asked.
    </p>
    ${
      mayDo
        ? markup`<form method="post" action="${action('approve')}">
            ${hidden}
            <input type="hidden" name="resolution" value="${resolution}" />
            <button>Approve</button>
          </form>`
        : null
    }
    ${
      mayApprove || isOwn
        ? markup`<form method="post" action="${action('deny')}">
            ${hidden}
            <label for="reason-deny">Reason, without personal data</label>
            <textarea id="reason-deny" name="reason" rows="2" maxlength="300" required></textarea>
            <button>${isOwn ? 'Take it back' : 'Deny'}</button>
          </form>`
        : null
    }
  </div>`;
}
