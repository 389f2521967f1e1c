/** A step that calls another system: its name, what a person reads of it, the call itself. */
import { stepName } from '../../canonical/rules/order/effect-keys';
import { formatMoney } from '../../canonical/rules/money/money';
import type {
  EffectAnswer,
  MoneyStep,
  OrderAgenda,
  OrderFlowInput,
  RecallOrder,
  ReleaseOrder,
} from '../../canonical/flows/order';
import type { Effects } from './proxies';

export type Step = MoneyStep | ({ readonly step: 'release' } & ReleaseOrder);

/** Authorizations first, then the release, then what is due for what has moved. */
export function dueSteps(agenda: OrderAgenda): Step[] {
  const authorizations = agenda.money.filter((step) => step.step === 'authorize');
  const others = agenda.money.filter((step) => step.step !== 'authorize');
  const releases = agenda.releases.map((due): Step => ({ step: 'release', ...due }));
  return [...authorizations, ...(authorizations.length === 0 ? releases : []), ...others];
}

export function isDue(agenda: OrderAgenda | null, key: string): boolean {
  return (
    agenda !== null &&
    (agenda.releases.some((due) => due.key === key) ||
      agenda.money.some((step) => step.key === key))
  );
}

/**
 * Not due any more, and not because it was done: a promise or a release that a cancellation or a
 * hold came before. What has moved is always paid for or paid back.
 */
export function isUnwanted(agenda: OrderAgenda, step: Step): boolean {
  if (isDue(agenda, step.key)) return false;
  const { groups, tenders } = agenda.order;
  if (step.step === 'release') {
    return groups.some((one) => one.groupNo === step.groupNo && one.state === 'planned');
  }
  if (step.step !== 'authorize') return false;
  return tenders.some((one) => one.tenderNo === step.tenderNo && one.state === 'pending');
}

/** The step's name as exceptions know it. */
export function nameOf(step: Step): string {
  switch (step.step) {
    case 'authorize':
      return stepName.authorize(step.tenderNo);
    case 'capture':
      return stepName.capture(step.tenderNo, step.shipmentNo);
    case 'void':
      return stepName.void(step.tenderNo, step.authorizationNo);
    case 'refund':
      return stepName.refund(step.tenderNo, step.refundNo);
    case 'release':
      return stepName.release(step.groupNo);
  }
}

/** For the Temporal UI: amounts and places, nothing personal. */
export function summaryOf(step: Step, input: OrderFlowInput): string {
  if (step.step === 'release') {
    const units = step.units === 1 ? '1 unit' : `${step.units} units`;
    return `Release ${units} at ${step.location} to ${step.account}`;
  }
  const amount = formatMoney(step.amountMinor, step.currency);
  const at = input.moneyAccount;
  switch (step.step) {
    case 'authorize':
      return `Authorize ${amount} at ${at} (tender ${step.tenderNo})`;
    case 'capture':
      return `Capture ${amount} of shipment ${step.shipmentNo} at ${at}`;
    case 'void':
      return `Void the authorization of ${amount} at ${at} (tender ${step.tenderNo})`;
    case 'refund':
      return `Refund ${amount} at ${at} (refund ${step.refundNo})`;
  }
}

export function recallSummary(order: RecallOrder): string {
  const units = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  return `Recall ${units === 1 ? '1 unit' : `${units} units`} from ${order.account}`;
}

export function performStep(
  step: Step,
  effects: Effects,
  input: OrderFlowInput,
): Promise<EffectAnswer> {
  const summary = summaryOf(step, input);
  switch (step.step) {
    case 'authorize':
      return effects.money.authorizePayment.executeWithOptions({ summary }, [step]);
    case 'capture':
      return effects.money.captureShipment.executeWithOptions({ summary }, [step]);
    case 'void':
      return effects.money.voidAuthorization.executeWithOptions({ summary }, [step]);
    case 'refund':
      return effects.money.refundPayment.executeWithOptions({ summary }, [step]);
    case 'release':
      return effects
        .warehouse(step.account)
        .releaseToWarehouse.executeWithOptions({ summary }, [step]);
  }
}
