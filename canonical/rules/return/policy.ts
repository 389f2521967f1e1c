/** May these units come back? Every reason why not, line by line; the numbers are data. */
import type { Condition, Disposition, ReturnReason } from '../../schema/return';
import type { ReturnSnapshot } from './snapshot';

export interface ReturnableLine {
  readonly lineNo: number;
  readonly ordered: number;
  /** Shipped or picked up. */
  readonly moved: number;
  /** Taken back, or expected by another return that is open. */
  readonly spokenFor: number;
  /** RFC 3339: when the last of its units left; null: none did. */
  readonly movedAt: string | null;
  /** Sold for good. */
  readonly isFinalSale: boolean;
}

/** About goods that are not there, and about what the channel does not grant. */
export type ReturnRefusalCode =
  | 'no_such_line'
  | 'not_shipped'
  | 'already_returned'
  | 'outside_window'
  | 'final_sale'
  | 'reason_not_taken';

export interface ReturnRefusal {
  /** In the list of what was asked. */
  readonly index: number;
  readonly code: ReturnRefusalCode;
  readonly detail: string;
  /** Units of the line that could come back: for one of those reasons, or as goodwill. */
  readonly possible: number;
  /** For which reasons they could; none: only as goodwill, or not at all. */
  readonly reasons: readonly ReturnReason[];
}

/** What somebody who may grants all the same, as goodwill. */
const POLICY_CODES: readonly ReturnRefusalCode[] = [
  'outside_window',
  'final_sale',
  'reason_not_taken',
];
export const isGrantable = ({ code }: ReturnRefusal): boolean => POLICY_CODES.includes(code);

/** The channel's own. */
export interface ReturnRules {
  readonly windowDays: number;
  readonly windowDaysFor: Readonly<Partial<Record<ReturnReason, number>>>;
  readonly reasons: readonly ReturnReason[];
}
export interface AskedReturn {
  readonly reason: ReturnReason;
  /** RFC 3339. */
  readonly askedAt: string;
}

const DAY_MS = 86_400_000;

export function returnRefusals(
  asked: readonly UnitsBack[],
  lines: readonly ReturnableLine[],
  rules: ReturnRules,
  request: AskedReturn,
): ReturnRefusal[] {
  return asked.flatMap((units, index): ReturnRefusal[] => {
    const line = lines.find((one) => one.lineNo === units.lineNo);
    const isAbsent = absent(units, line);
    if (isAbsent !== null) return [{ index, reasons: [], ...isAbsent }];
    if (!line) return [];
    const possible = Math.max(0, line.moved - line.spokenFor);
    const reasons = rules.reasons.filter(
      (one) => notGranted(line, rules, one, request).length === 0,
    );
    const of = `${units.quantity} of line ${units.lineNo}`;
    return notGranted(line, rules, request.reason, request).map(({ code, why }) => ({
      index,
      code,
      detail: `${of}: ${why}`,
      possible: reasons.length > 0 ? possible : 0,
      reasons,
    }));
  });
}

interface UnitsBack {
  readonly lineNo: number;
  readonly quantity: number;
}

/** Units that are not with the customer, or that another return speaks for. */
function absent(
  { lineNo, quantity }: UnitsBack,
  line: ReturnableLine | undefined,
): Pick<ReturnRefusal, 'code' | 'detail' | 'possible'> | null {
  if (!line) {
    return { code: 'no_such_line', detail: `the order has no line ${lineNo}`, possible: 0 };
  }
  const possible = Math.max(0, line.moved - line.spokenFor);
  const of = `${quantity} of line ${lineNo}`;
  if (quantity > line.moved) {
    const detail = `${of}: ${line.moved} of its ${line.ordered} have left`;
    return { code: 'not_shipped', detail, possible };
  }
  if (quantity > possible) {
    const detail = `${of}: ${line.spokenFor} of its ${line.moved} came back or are expected back`;
    return { code: 'already_returned', detail, possible };
  }
  return null;
}

/** Every reason why the channel does not take a line back for that reason. */
function notGranted(
  line: ReturnableLine,
  { windowDays, windowDaysFor, reasons }: ReturnRules,
  reason: ReturnReason,
  { askedAt }: AskedReturn,
): { readonly code: ReturnRefusalCode; readonly why: string }[] {
  const within = windowDaysFor[reason] ?? windowDays;
  const ageDays = line.movedAt === null ? 0 : ageInDays(line.movedAt, askedAt);
  return [
    ...(reasons.includes(reason)
      ? []
      : [{ code: 'reason_not_taken' as const, why: `${reason} is no reason to this channel` }]),
    ...(line.isFinalSale && !isOurDoing(reason)
      ? [{ code: 'final_sale' as const, why: 'it was sold for good' }]
      : []),
    ...(ageDays > within
      ? [
          {
            code: 'outside_window' as const,
            why: `it left ${Math.floor(ageDays)} days ago, and comes back within ${within}`,
          },
        ]
      : []),
  ];
}

const ageInDays = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY_MS;

/** What usually becomes of goods; a person who looks at them may say otherwise. */
export const USUAL_DISPOSITION: Readonly<Record<Condition, Disposition>> = {
  new: 'restock',
  opened: 'restock',
  used: 'refurbish',
  damaged: 'scrap',
  defective: 'return-to-vendor',
};

/** What comes back for these reasons is our doing: no fee is kept for it. */
const OUR_DOING: readonly ReturnSnapshot['reason'][] = [
  'defective',
  'damaged-in-transit',
  'wrong-item',
  'not-as-described',
  'arrived-late',
];
export const isOurDoing = (reason: ReturnSnapshot['reason']): boolean => OUR_DOING.includes(reason);

/** What somebody did not want any more is in no condition that is paid back unasked. */
export function isBeyondConditions(
  lines: readonly { readonly condition: Condition | null }[],
  reason: ReturnSnapshot['reason'],
  conditions: readonly Condition[],
): boolean {
  if (isOurDoing(reason)) return false;
  return lines.some(({ condition }) => condition !== null && !conditions.includes(condition));
}
