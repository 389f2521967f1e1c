/** Pickups over HTTP: one press for each step. */
import type { z } from 'zod';
import type { Role } from '../../canonical/schema/api-key';
import type { EventType } from '../../canonical/schema/event';
import type { Pressed } from '../../moments/pickup/press-facts';
import { keyedRoute, type BodySpec, type KeyedRoute, type RouteDescription } from '../http/route';
import { countingCodes, press, reSource } from '../pickup-press';
import { MAY } from '../roles';
import { PickupParams, PickupView, PressBodies, ReSourcedView } from '../schema/pickup';

/** A pickup of its own, so far. */
function afterPresses(...steps: readonly string[]) {
  return { before: ['PICKUP_ID=$(collect MUG-BLUE)', ...steps.map((step) => `press ${step}`)] };
}

interface PressRoute<B extends z.ZodType> {
  readonly step: string;
  readonly summary: string;
  readonly description?: string;
  readonly roles?: readonly Role[];
  readonly sameAs?: EventType;
  readonly body: BodySpec<B>;
  readonly pressed: (body: z.infer<B>) => Pressed;
  readonly shell: RouteDescription['shell'];
}

const ERRORS = ['not_found', 'pickup_state', 'pickup_units', 'no_pickup_there'] as const;

function pressRoute<B extends z.ZodType>(of: PressRoute<B>): KeyedRoute {
  const { step, summary, description, body, pressed, roles = MAY.pressPickups, sameAs } = of;
  const { shell } = of;
  return keyedRoute<B, typeof PickupParams>(
    {
      path: `/v1/pickups/{pickupId}/${step}`,
      tag: 'Pickups',
      summary,
      description: [
        description,
        'Out of order: 409 `pickup_state`, with the `state` and what is `possible`.',
      ]
        .filter(Boolean)
        .join(' '),
      roles,
      ...(sameAs !== undefined && { sameAs }),
      params: PickupParams,
      body,
      shell,
      responses: { 200: { description: 'The pickup after it', schema: PickupView } },
      errors: [
        ...ERRORS,
        ...(step === 'extend' ? (['pickup_extension'] as const) : []),
        ...(step === 'hand-over' ? (['pickup_code', 'pickup_collector'] as const) : []),
      ],
    },
    (call, dependencies, key) =>
      countingCodes(call.caller, () => press(dependencies, call, key, pressed(call.body))),
  );
}

export const acceptPickupRoute = pressRoute({
  step: 'accept',
  shell: afterPresses(),
  summary: 'Take a pick request',
  sameAs: 'pickup.accepted.v1',
  body: { schema: PressBodies.accept, mayBeEmpty: true, example: {} },
  pressed: () => ({ press: 'accept' }),
});

export const readyPickupRoute = pressRoute({
  step: 'ready',
  shell: afterPresses('accept'),
  summary: 'Say that units lie ready',
  description: 'The customer and the channel are told, and the time of holding begins.',
  sameAs: 'pickup.ready.v1',
  body: { schema: PressBodies.ready, mayBeEmpty: true, example: {} },
  pressed: ({ lines }) => ({ press: 'ready', lines }),
});

export const arrivedPickupRoute = pressRoute({
  step: 'arrived',
  shell: afterPresses('accept', 'ready'),
  summary: 'Say that whoever collects is here',
  description: 'Bay and vehicle are shown to the store alone, and given up with the visit.',
  sameAs: 'pickup.customer-arrived.v1',
  body: { schema: PressBodies.arrived, mayBeEmpty: true, example: { bay: '4' } },
  pressed: ({ bay, vehicle }) => ({ press: 'arrived', bay, vehicle }),
});

export const handOverPickupRoute = pressRoute({
  step: 'hand-over',
  shell: afterPresses('accept', 'ready'),
  summary: 'Hand units over',
  description:
    'Control passes: what is handed over is invoiced and charged. Of the proof its kind is kept, ' +
    'and by which key; never the document.',
  sameAs: 'pickup.handed-over.v1',
  body: {
    schema: PressBodies.handOver,
    check: ({ proof }) =>
      proof.kind === 'code' && proof.code === undefined
        ? [{ pointer: '/proof/code', code: 'required', detail: 'the code that was shown' }]
        : [],
    example: { proof: { kind: 'id-card', isOtherPerson: false } },
  },
  pressed: ({ lines, proof }) => ({ press: 'hand-over', lines, proof }),
});

export const rejectPickupRoute = pressRoute({
  step: 'reject',
  shell: afterPresses(),
  summary: 'Say that units cannot be given',
  description: 'They wait under `pickup.rejected` for a decision.',
  sameAs: 'pickup.rejected.v1',
  body: { schema: PressBodies.reject, example: { reason: 'not-found' } },
  pressed: ({ reason, lines }) => ({ press: 'reject', reason, lines }),
});

export const substituteUnitsRoute = pressRoute({
  step: 'substitute',
  shell: afterPresses(),
  summary: 'Give another item, with the customer’s consent',
  description:
    'For units of one line that the store has not: they are a line of the other item from now on, ' +
    'at the lower of what was paid and what it costs, or at its own price where the customer ' +
    'agreed. What is less is given back, what is more is authorized anew. Without consent it is a ' +
    'rejection.',
  sameAs: 'pickup.substituted.v1',
  body: {
    schema: PressBodies.substitute,
    example: {
      lineNo: 1,
      quantity: 1,
      sku: 'TEA-ASSAM-250',
      unitPriceMinor: 1_199,
      consent: 'as-paid',
    },
  },
  pressed: (body) => ({ press: 'substitute', ...body }),
});

export const extendPickupRoute = pressRoute({
  step: 'extend',
  shell: {
    call: [
      ...afterPresses('accept', 'ready').before,
      'UNTIL=$(node -p "new Date(Date.now() + 10 * 864e5).toISOString().slice(0, 10)")',
      `press extend '{"untilDate": "'$UNTIL'"}'`,
    ],
  },
  summary: 'Hold a pickup longer',
  description: 'Later only, and so many days past the first deadline as the brand allows.',
  roles: MAY.extendPickups,
  body: { schema: PressBodies.extend, example: { untilDate: '2026-03-14' } },
  pressed: ({ untilDate, reason }) => ({ press: 'extend', untilDate, reason }),
});

export const nameCollectorRoute = pressRoute({
  step: 'collector',
  shell: afterPresses(),
  summary: 'Say who collects in the buyer’s place',
  description:
    'Shown to the store, which compares the document: another person who is not the one named is ' +
    'refused, unless they have the pickup’s code. The name is given up with the order’s copies.',
  roles: MAY.nameCollectors,
  body: { schema: PressBodies.collector, example: { name: 'Sam Example' } },
  pressed: ({ name }) => ({ press: 'collector', name }),
});

export const noShowPickupRoute = pressRoute({
  step: 'no-show',
  shell: {
    before: [
      '# Answered with 409: its deadline is not over.',
      ...afterPresses('accept', 'ready').before,
    ],
  },
  summary: 'Say that nobody came',
  description: 'Not before the deadline: it is never shortened.',
  sameAs: 'pickup.no-show.v1',
  body: { schema: PressBodies.noShow, mayBeEmpty: true, example: {} },
  pressed: () => ({ press: 'no-show' }),
});

export const putBackPickupRoute = pressRoute({
  step: 'put-back',
  shell: {
    before: [
      ...afterPresses('accept', 'ready').before,
      'ORDER_ID="ord_$(echo "${PICKUP_ID#pu_}" | cut -d- -f1)"',
      'curl -s "$API/v1/orders/$ORDER_ID/cancel" -H "Authorization: Bearer $(key oms)" \\',
      '  -H "Idempotency-Key: $(date +%s%N)" -H "Content-Type: application/json" \\',
      `  -d '{"reason": "the buyer changed their mind"}'`,
    ],
  },
  summary: 'Say that goods are on the shelf again',
  description: 'The task that an expiry, or a cancellation of what lay ready, leaves to the store.',
  body: { schema: PressBodies.putBack, mayBeEmpty: true, example: {} },
  pressed: () => ({ press: 'put-back' }),
});

/** Where units that a store cannot give go instead; the customer has agreed. */
export const reSourcePickupRoute = keyedRoute(
  {
    path: '/v1/pickups/{pickupId}/re-source',
    tag: 'Pickups',
    summary: 'Move units to another store, or to the customer’s home',
    description:
      'For what the store rejected (`rejectionNo`), or has not picked (left out). With the ' +
      'customer’s consent to the place and the amount; of lines that are taxed otherwise there, ' +
      'their new taxes. What is more is authorized anew, what is less is given back.',
    roles: MAY.reSourcePickups,
    shell: { before: [...afterPresses().before, `press reject '{"reason": "not-found"}'`] },
    params: PickupParams,
    body: {
      schema: PressBodies.reSource,
      example: {
        rejectionNo: 1,
        to: { kind: 'pickup', storeId: 'store-002' },
        consent: true,
        reason: 'agreed by phone',
      },
    },
    responses: { 200: { description: 'Moved', schema: ReSourcedView } },
    errors: [...ERRORS],
  },
  (call, dependencies, key) => {
    const { rejectionNo = null, to, taxes, reason } = call.body;
    return reSource(dependencies, call, key, { rejectionNo, to, taxes, reason });
  },
);
