/**
 * An order with a pickup of its line 1, while line 2 is shipped, driven by whatever comes next, beside what any order
 * may meet.
 */
import type { Database } from '../../store/database';
import { OrderMachine } from './order-machine';
import { giveBack, handOver, moveTo, ready, startPickups, VENICE } from './pickup-steps';
import { ship } from './steps';

const unitsOf = (
  held: { readonly groupNo: number; readonly lineNo: number; readonly units: number },
  quantity: number,
) => ({
  groupNo: held.groupNo,
  lines: [{ lineNo: held.lineNo, quantity: Math.min(quantity, held.units) }],
});

export class PickupMachine extends OrderMachine {
  private handovers = 0;
  private sent = 0;
  constructor(
    private readonly database: Database,
    orderId: string,
    isMulticapture: boolean,
  ) {
    super(database, orderId, isMulticapture);
  }

  /** Units of one line at one store, where there are any in that place. */
  private async at(place: 'released' | 'cancelled') {
    const { lines, groups } = await this.order();
    const stores = groups.filter(({ kind }) => kind === 'pickup').map((one) => one.groupNo);
    const found = lines.flatMap(({ lineNo, allocations }) =>
      allocations
        .filter((one) => stores.includes(one.groupNo) && one[place] > 0)
        .map((one) => ({ lineNo, groupNo: one.groupNo, units: one[place], one })),
    );
    return found[0];
  }

  /** False where no store is to be asked. */
  async start(): Promise<boolean> {
    const { pickups = [] } = await this.agenda();
    await startPickups(this.database, this.orderId);
    return pickups.length > 0;
  }

  /** So many of what a store has lie ready. */
  async ready(units: number): Promise<void> {
    const held = await this.at('released');
    if (held) await ready(this.database, this.orderId, unitsOf(held, units));
  }

  /** One unit, held or given up before; false where there is none. */
  async handOver(from: 'released' | 'cancelled'): Promise<boolean> {
    const held = await this.at(from);
    if (!held || (from === 'cancelled' && held.one.released + held.one.reserved > 0)) return false;
    this.handovers += 1;
    const answer = await handOver(this.database, this.orderId, {
      ...unitsOf(held, 1),
      handoverNo: this.handovers,
    });
    if (answer.outcome !== 'recorded') throw new Error(answer.reason);
    return true;
  }

  async expire(units: number): Promise<void> {
    const held = await this.at('released');
    if (held) await giveBack(this.database, this.orderId, unitsOf(held, units));
  }

  /** One unit to another store, taxed with so much there; where that cannot be, nothing. */
  async move(taxMinor: number | null): Promise<void> {
    const held = await this.at('released');
    if (!held) return;
    const { lineNo } = held;
    const taxes = [{ lineNo, taxes: [{ taxCode: 'CA-STATE', amountMinor: taxMinor ?? 0 }] }];
    const of = unitsOf(held, 1);
    await moveTo(this.database, this.orderId, of, VENICE, taxMinor === null ? [] : taxes);
  }

  /** One unit of what is shipped; false where the warehouse has none. */
  override async ship(): Promise<boolean> {
    const [, line] = (await this.order()).lines;
    if ((line?.released ?? 0) === 0) return false;
    this.sent += 1;
    const parcel = `${this.orderId}-${this.sent}`;
    await ship(this.database, this.orderId, parcel, [{ lineNo: 2, quantity: 1 }]);
    return true;
  }
}
