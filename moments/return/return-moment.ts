/**
 * A return in a moment. Its order's row is locked before its own, stock rows last; what changes of
 * the order is written with its version, as every moment of the order does.
 */
import { returnAgendaOf } from '../../canonical/rules/return/agenda';
import type { ReturnSnapshot } from '../../canonical/rules/return/snapshot';
import { channelSetup } from '../../canonical/installation';
import type { ReturnAgenda } from '../../canonical/flows/return';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Sql } from '../../store/database';
import { lockSubject } from '../../store/flows/subject';
import { loadReturn, returnRow } from '../../store/returns/returns';
import { take, type FlowFrame } from '../flow/flow-moment';
import type { ExceptionOf } from '../flow/every-flow';

export interface OfReturn {
  readonly rma: string;
}

export class UnknownReturn extends Error {
  override readonly name = 'UnknownReturn';
}

export const RETURN_FRAME: FlowFrame<OfReturn, ReturnSnapshot, ReturnAgenda> = {
  row: ({ rma }) => returnRow(rma),
  async load(sql, { rma }) {
    const ret = await loadReturn(sql, rma);
    if (!ret) throw new UnknownReturn(`return ${rma} is not here`);
    return ret;
  },
  agendaOf: returnAgendaOf,
};

/** Locks and loads it; throws UnknownReturn where there is none. */
export async function takeReturn(sql: Sql, rma: string): Promise<ReturnSnapshot> {
  return (await take(RETURN_FRAME, sql, { rma }, lockSubject)).inHand;
}

/** The channel that it was sold through. */
export function setupOf({ channelInstance, rma }: ReturnSnapshot): ChannelSetup {
  const setup = channelSetup(channelInstance);
  if (!setup) throw new UnknownReturn(`the channel of return ${rma} is not here`);
  return setup;
}

/** Whose an exception of a return is. */
export function exceptionOfReturn(ret: ReturnSnapshot, moneyMinor?: number): ExceptionOf {
  const { rma, orderId, workflowId, correlationId, currency } = ret;
  return {
    subject: rma,
    workflowId,
    correlationId,
    orderId,
    ...(moneyMinor !== undefined && { moneyMinor, currency }),
  };
}
