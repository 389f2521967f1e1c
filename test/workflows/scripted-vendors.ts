/**
 * A processor, a channel that moves its own money, and a warehouse, behind our ports: they do what
 * they are asked, or what a test wrote for their next answers to one order.
 */
import { VendorFault, type Refused } from '../../canonical/ports/fault';
import type { FoundRefund, MoneyMover, PaymentGateway } from '../../canonical/ports/payment';
import type { TaxService } from '../../canonical/ports/tax';
import type { Warehouse } from '../../canonical/ports/warehouse';

/**
 * How a vendor answers a call: `down` made nothing, `refused` is a definite no, `slow` is made when
 * the test says so, `lost` is made and its answer never comes.
 */
export type Behaviour = 'ok' | 'refused' | 'down' | 'slow' | 'lost';
/** `find…`: was asked whether it had been made. */
export type Verb =
  | 'authorize'
  | 'capture'
  | 'void'
  | 'refund'
  | 'release'
  | 'recall'
  | 'findAuthorization'
  | 'quote';

interface Request {
  readonly key: string;
  readonly orderId: string;
}

const NO: Refused = { outcome: 'refused', vendorCode: 'no', detail: 'as the test says' };

/** One order as its vendors know it. */
export class VendorsOfOrder {
  /** Every call that reached a vendor, in order. */
  readonly calls: { readonly verb: Verb; readonly key: string }[] = [];
  /** Effects as the vendors know them: key → how often they were made. */
  readonly made = new Map<string, number>();
  /** Refunds that somebody else made. */
  refundedByOthers: FoundRefund[] = [];
  /** Whether its authorizations take more than one capture. */
  isMulticapture = false;
  /** The vendor ends its slow call. */
  endSlowCall: () => void = () => undefined;
  private readonly behaviours = new Map<Verb, Behaviour[]>();

  /** The vendor's next answers to a verb; `ok` from then on. */
  script(verb: Verb, ...behaviours: Behaviour[]): void {
    this.behaviours.set(verb, behaviours);
  }

  verbs(): Verb[] {
    return this.calls.map((call) => call.verb);
  }

  madeOnceEach(): boolean {
    return [...this.made.values()].every((times) => times === 1);
  }

  async call<A>(verb: Verb, { key }: Request, made: A): Promise<A | Refused> {
    this.calls.push({ verb, key });
    const behaviour = this.behaviours.get(verb)?.shift() ?? 'ok';
    if (behaviour === 'down') throw new VendorFault('vendor', 'unavailable', 'is down');
    if (behaviour === 'refused') return NO;
    if (behaviour === 'slow') await new Promise<void>((resolve) => (this.endSlowCall = resolve));
    this.made.set(key, (this.made.get(key) ?? 0) + 1);
    if (behaviour === 'lost') throw new VendorFault('vendor', 'ambiguous', 'no answer');
    return made;
  }

  find<A>({ key }: Request, made: A): Promise<A | null> {
    return Promise.resolve(this.made.has(key) ? made : null);
  }
}

export class ScriptedVendors {
  private readonly orders = new Map<string, VendorsOfOrder>();

  of(orderId: string): VendorsOfOrder {
    const known = this.orders.get(orderId) ?? new VendorsOfOrder();
    this.orders.set(orderId, known);
    return known;
  }

  readonly mover: MoneyMover = {
    findClaimed: () => Promise.resolve(null),
    capture: (request) => this.of(request.orderId).call('capture', request, captured(request)),
    findCapture: (request) => this.of(request.orderId).find(request, captured(request)),
    void: (request) => this.of(request.orderId).call('void', request, voided(request)),
    findVoid: (request) => this.of(request.orderId).find(request, voided(request)),
    refund: (request) => this.of(request.orderId).call('refund', request, refunded(request)),
    findRefund: (request) => this.of(request.orderId).find(request, refunded(request)),
    otherRefunds: ({ orderId, knownRefs }) =>
      Promise.resolve(
        this.of(orderId).refundedByOthers.filter(({ reference }) => !knownRefs.includes(reference)),
      ),
  };

  readonly gateway: PaymentGateway = {
    ...this.mover,
    authorize: (request) =>
      this.of(request.orderId).call('authorize', request, this.authorized(request)),
    findAuthorization: (request) => {
      const vendors = this.of(request.orderId);
      vendors.calls.push({ verb: 'findAuthorization', key: request.key });
      return vendors.find(request, this.authorized(request));
    },
  };

  readonly warehouse: Warehouse = {
    request: (request) => this.of(request.orderId).call('release', request, taken(request)),
    findRequest: (request) => this.of(request.orderId).find(request, taken(request)),
    recall: (request) =>
      this.of(request.orderId).call('recall', request, {
        outcome: 'recalled',
        lines: request.lines,
      }),
  };

  /** Every line is taxed with nothing there. */
  readonly tax: Pick<TaxService, 'quote'> = {
    quote: ({ orderId, lines }) =>
      this.of(orderId).call(
        'quote',
        { key: `quote:${orderId}`, orderId },
        {
          outcome: 'quoted' as const,
          lines: lines.map(({ lineNo }) => ({ lineNo, taxes: [] })),
        },
      ),
  };

  private authorized(request: Request & { readonly amountMinor: number }) {
    return {
      outcome: 'authorized' as const,
      reference: `auth_${request.key}`,
      amountMinor: request.amountMinor,
      isMulticapture: this.of(request.orderId).isMulticapture,
      expiresAt: null,
    };
  }
}

interface Amount extends Request {
  readonly amountMinor: number;
}
const captured = ({ key, amountMinor }: Amount) => ({
  outcome: 'captured' as const,
  reference: `ch_${key}`,
  amountMinor,
});
const refunded = ({ key, amountMinor }: Amount) => ({
  outcome: 'refunded' as const,
  reference: `re_${key}`,
  amountMinor,
});
const voided = ({ key }: Request) => ({ outcome: 'voided' as const, reference: `void_${key}` });
const taken = ({ key }: Request) => ({ outcome: 'taken' as const, reference: key });
