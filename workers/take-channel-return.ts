/** What a channel says of returns that it knows: which there are, and what came back to it. */
import { followGoods } from '../moments/return/follow-goods';
import { followReturn } from '../moments/return/follow-channel';
import type { ReturnDisposed, ReturnStatusChanged } from '../canonical/schema/return-events';
import { setAside, type InboxRow } from '../store/inbox/routing';
import type { RouterSettings } from './router-settings';
import { waitForOrder } from './take-return';

export async function takeChannelReturn(
  settings: RouterSettings,
  row: InboxRow,
  data: ReturnStatusChanged,
): Promise<void> {
  const { db, pagesUrl } = settings;
  const { channelInstance, channelOrderRef = '', channelReturnRef } = data;
  const followed = await followReturn(db, data, { ...row, pagesUrl });
  switch (followed.outcome) {
    case 'followed':
    case 'known':
      return;
    case 'no-order':
      return waitForOrder(settings, row, { channelInstance, orderNo: channelOrderRef });
    case 'impossible':
      return aside(settings, row, `${channelReturnRef} is not followed: ${followed.detail}`);
  }
}

/** The webhook names neither order nor return: what was expected back says both. */
export async function takeChannelGoods(
  settings: RouterSettings,
  row: InboxRow,
  { channelInstance, reverseOrderRef }: ReturnDisposed,
): Promise<void> {
  const { db, pagesUrl, places } = settings;
  const goods = await places.returnedGoods(channelInstance, reverseOrderRef);
  if (goods === null) {
    return aside(settings, row, `${channelInstance} does not know ${reverseOrderRef}`);
  }
  const followed = await followGoods(db, goods, { ...row, pagesUrl, channelInstance });
  switch (followed.outcome) {
    case 'followed':
    case 'known':
      return;
    case 'no-return':
      // Its approval is on the way.
      return waitForOrder(settings, row, { rma: goods.channelReturnRef });
    case 'no-place':
      return setAside(db, row, {
        code: 'mapping.store',
        cause: { kind: 'mapping', ref: `store/${channelInstance}/${followed.place}` },
        detail: `goods came back to ${followed.place} of ${channelInstance}, which is mapped to no location`,
      });
    case 'impossible':
      return aside(settings, row, `goods that came back were not recorded: ${followed.detail}`);
  }
}

const aside = ({ db }: RouterSettings, row: InboxRow, detail: string): Promise<void> =>
  setAside(db, row, {
    code: 'event.no-rule',
    cause: { kind: 'event', ref: String(row.eventNo) },
    detail,
  });
