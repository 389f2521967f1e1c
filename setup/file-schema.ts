/** The shape of a set-up file: what an editor completes from, and the first half of the check. */
import { z } from 'zod';
import { ROLES, SYSTEMS } from '../canonical/schema/api-key';
import { FLOW_SWITCHES, MONEY_MODES } from '../canonical/schema/channel';
import { BANK_FORMATS } from '../canonical/ports/bank';
import { OWNERS } from '../canonical/schema/error-codes';
import type { ConnectorSetup } from '../canonical/schema/connector-setup';
import { EVENT_TYPES } from '../canonical/schema/event';
import { ChannelInstance, LocationId } from '../canonical/schema/ids';
import { Currency, MAX_MINOR_UNITS } from '../canonical/schema/money';
import { NOT_PICKED_PLACES, PICKUP_CAPTURES } from '../canonical/schema/policies';
import { CONDITIONS, RETURN_REASONS } from '../canonical/schema/return';
import { TENDER_KINDS } from '../canonical/schema/tender-kind';
import { suggestion } from './suggestion';

export type ConnectorSetups = Readonly<Record<string, ConnectorSetup>>;

/** One line of the message for each unknown key, in the issue's own order of keys. */
function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') {
        const known = Object.keys(shape);
        return (issue.keys ?? [])
          .map((key) => `"${key}" is not a setting here${suggestion(key, known)}`)
          .join('\n');
      }
      return undefined;
    },
  });
}

/** Text that has to be there; `what` says what is wanted. */
const text = (pattern: RegExp, what: string) =>
  z
    .string({
      error: (issue) => (issue.input === undefined ? 'is missing' : `has to be ${what}`),
    })
    .regex(pattern, `has to be ${what}`);

const Name = text(/^[a-z0-9][a-z0-9-]{0,39}$/, 'a name of lower-case letters, digits and dashes');
const Secret = text(
  /^(env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/,
  'env:NAME or file:/path, where the secret is: it never stands in this file',
);
const BaseUrl = text(
  /^(https?:\/\/\S+|env:[A-Za-z_][A-Za-z0-9_]*)$/,
  'an http or https address, or env:NAME where it is',
);
const VendorId = text(/^\S.{0,79}$/, "the vendor's own id, in quotes where it is a number");

const Limits = strict({
  perSecond: z.int().min(1).max(1_000).optional(),
  atOnce: z.int().min(1).max(200).optional(),
}).meta({ description: 'What the vendor grants this account; else what its connector says' });

const days = z.int().min(0).max(3_650).optional();
const permille = z.int().min(0).max(1_000).optional();
/** A fortnight. */
const MAX_PICK_MINUTES = 20_160;
const minor = z.int().min(0).max(MAX_MINOR_UNITS).optional();

/** Every one is optional: what is not said here is said a level above, or by the product. */
const PolicyOverrides = strict({
  splitOverNodes: z.boolean().optional(),
  pickupHeldDays: days,
  pickupCaptureAt: z.enum(PICKUP_CAPTURES).optional(),
  pickupReminderDays: z.array(z.int().min(0).max(3_650)).max(10).optional(),
  pickupPickMinutes: z.int().min(1).max(MAX_PICK_MINUTES).optional(),
  pickupNotPicked: z.array(z.enum(NOT_PICKED_PLACES)).max(NOT_PICKED_PLACES.length).optional(),
  pickupMaxExtensionDays: days,
  authorizationLifeDays: days,
  authorizationRenewalDays: days,
  refundOrder: z.array(z.enum(TENDER_KINDS)).max(TENDER_KINDS.length).optional(),
  refundApprovalAboveMinor: minor,
  refundSecondApprovalAboveMinor: minor,
  writeOffAloneUpToMinor: minor,
  returnWindowDays: days,
  returnWindowDaysFor: z
    .partialRecord(z.enum(RETURN_REASONS), z.int().min(0).max(3_650))
    .optional(),
  returnReasons: z.array(z.enum(RETURN_REASONS)).max(RETURN_REASONS.length).optional(),
  returnConditions: z.array(z.enum(CONDITIONS)).max(CONDITIONS.length).optional(),
  returnReviewAbove: z.int().min(0).max(1_000).optional(),
  returnReviewDays: days,
  returnReceiptDays: days,
  restockingFeePermille: permille,
  refurbishedValuePermille: permille,
  cashRefundUpToMinor: minor,
  storeCreditBonusPermille: permille,
  expectedReturnPermille: permille,
  returnRecoveryPerUnitMinor: minor,
  backorderPromiseDays: days,
  cancelUnfillableAfterDays: days,
});

const FlowSwitch = z.enum(FLOW_SWITCHES).meta({
  description: 'off: no new orders. shadow: heard and understood, and nothing is done',
});

const Entity = strict({
  functionalCurrency: Currency,
  erp: Name.meta({ description: 'The account of the ERP that has its books' }),
});

const Money = strict({
  mode: z.enum(MONEY_MODES).meta({
    description: 'psp: we call the processor. channel: we ask the channel',
  }),
  account: Name.optional().meta({ description: "Who moves the money; else the channel's own" }),
  byGateway: z.record(z.string(), Name).optional().meta({
    description: 'Gateways, as the channel calls them, that another account serves',
  }),
});

/** Some of them, or every one: said outright. */
function some(one: z.ZodType<string, string>, what: string, known: readonly string[] = []) {
  return z.union([z.literal('all'), z.array(one).min(1)], {
    error: ({ input }) => {
      const given: readonly unknown[] = Array.isArray(input) ? input : [];
      const wrong = given.find((each) => !one.safeParse(each).success);
      if (wrong === undefined) return `has to be all, or a list of ${what}`;
      return `"${String(wrong)}" is none of ${what}${suggestion(String(wrong), known)}`;
    },
  });
}
const BRINGS = [...SYSTEMS, ...EVENT_TYPES];

const Key = strict({
  role: z.enum(ROLES),
  secret: Secret.meta({ description: 'The key itself; one whose variable is not set is not made' }),
  channels: some(ChannelInstance, 'channels').optional().meta({
    description: 'Whose orders it may submit, see and decide on; a key of channel or oms needs it',
  }),
  sources: some(z.string().min(1).max(300), 'sources').optional().meta({
    description:
      'From which sources it sends events; else from none. all: those that no other key names',
  }),
  types: some(z.enum(BRINGS), 'event types and systems', BRINGS).optional().meta({
    description:
      'What it may say: event types, or the system that owns them; else what its role may',
  }),
  store: LocationId.optional().meta({ description: 'The location of a store: it sees no other' }),
});

/** Owners of exceptions. */
export const TEAMS = Object.values(OWNERS).filter((owner) => owner !== OWNERS.caller);

const Team = strict({
  notifier: Name.meta({ description: 'The account that sends the message' }),
  channel: z.enum(['email', 'sms']),
  to: text(/^(\S+@\S+|\+?[\d ()-]{3,20})$/, 'an e-mail address or a telephone number'),
}).meta({ description: 'Whom it is told when an exception that this team owns is overdue' });

const Teams = strict(
  Object.fromEntries(TEAMS.map((team) => [team, Team.optional()])) as Record<
    (typeof TEAMS)[number],
    z.ZodOptional<typeof Team>
  >,
);

/** As the vendors' folders of readers are called. */
const SETTLING = ['amazon', 'stripe', 'shopify', 'adyen', 'paypal', 'pos'] as const;

const Settlement = strict({
  source: z.enum(SETTLING).meta({ description: 'Whose reports it sends' }),
  entity: Name.meta({ description: 'Whose money it holds until it settles' }),
  vendorAccount: VendorId.optional().meta({
    description: 'What its reports call it: one of another account is refused',
  }),
}).meta({ description: 'An account that settles and is no account above: a marketplace, tills' });

const Column = z.string().min(1).max(120);
const CsvStatement = strict({
  bookedOn: Column,
  amount: z
    .union([Column, strict({ debit: Column, credit: Column })])
    .meta({ description: 'One signed column, or two of which one is filled' }),
  balance: Column.meta({ description: 'The balance after each line' }),
  valueOn: Column.optional(),
  remittance: Column.optional(),
  counterparty: Column.optional(),
  bankRef: Column.optional(),
  endToEndId: Column.optional(),
  dateOrder: z.enum(['year-month-day', 'day-month-year', 'month-day-year']),
  delimiter: z.enum([',', ';', '\t']),
}).meta({ description: 'Which column of its CSV statements is what' });

const Bank = strict({
  entity: Name.meta({ description: 'Whose account it is' }),
  currency: Currency,
  numbers: z
    .array(text(/^\S.{0,59}$/, 'a number of the account, in quotes'))
    .min(1)
    .max(10)
    .meta({ description: 'Its IBAN, and what else its statements call it by' }),
  csv: CsvStatement.optional(),
}).meta({ description: 'An account at a bank whose statements come here' });

const Feed = strict({
  folder: text(/^(env:[A-Za-z_][A-Za-z0-9_]*|\/.+)$/, 'an absolute path, or env:NAME').optional(),
  format: z
    .enum(BANK_FORMATS)
    .optional()
    .meta({ description: 'Of a bank: which format its files have' }),
  silentAfterDays: z.int().min(1).max(370).optional().meta({
    description: 'Nothing for so long is an exception; else what its source is known for',
  }),
}).meta({ description: 'How reports of an account, or statements of a bank, arrive' });

const Node = strict({
  warehouse: Name.meta({ description: 'The account of its warehouse system' }),
});

function accountSchema(connector: string, setup: ConnectorSetup) {
  const secrets = Object.fromEntries(setup.secrets.map((name) => [name, Secret]));
  const names = Object.fromEntries(
    Object.entries(setup.names).map(([name, of]) => [
      name,
      z.record(z.string(), VendorId).meta({ description: `What the vendor calls each ${of}` }),
    ]),
  );
  const settings = Object.fromEntries(
    Object.entries(setup.settings ?? {}).map(([name, { pattern, is }]) => [
      name,
      text(pattern, is),
    ]),
  );
  return strict({
    connector: z.literal(connector),
    baseUrl: BaseUrl,
    secrets: strict(secrets),
    limits: Limits.optional(),
    ...settings,
    ...names,
  });
}

function accountsSchema(connectors: ConnectorSetups) {
  const [first, ...others] = Object.entries(connectors).map(([name, setup]) =>
    accountSchema(name, setup),
  );
  if (!first) throw new RangeError('an installation without connectors has no accounts');
  const known = Object.keys(connectors);
  const Account = z.discriminatedUnion('connector', [first, ...others], {
    error: (issue) => {
      if (issue.code !== 'invalid_union') return undefined;
      const given: unknown = (issue.input as { connector?: unknown } | undefined)?.connector;
      return typeof given === 'string'
        ? `there is no connector "${given}"${suggestion(given, known)}`
        : `has to name its connector: ${known.join(', ')}`;
    },
  });
  return z.record(Name, Account);
}

/** Built from what the connectors say of their own accounts. */
export function setupFileSchema(connectors: ConnectorSetups) {
  const shops = Object.entries(connectors)
    .filter(([, setup]) => setup.kind === 'commerce')
    .map(([name]) => name);
  const Channel = strict({
    connector: z.enum(shops).optional().meta({
      description: "The shop's connector; its account is called as the channel is",
    }),
    entity: Name,
    money: Money,
    warehouse: Name.meta({ description: 'Of every node that names none of its own' }),
    tax: Name,
    notifier: Name,
    ownShop: z.boolean().meta({ description: "Its SKUs are our items' own" }),
    test: z.boolean().optional().meta({
      description: 'For tests: its test orders are processed, in the books of an entity of its own',
    }),
    brand: Name.optional(),
    region: Name.optional(),
    flows: strict({ order: FlowSwitch.optional() }).optional(),
    policies: PolicyOverrides.optional(),
  });
  return strict({
    entities: z.record(Name, Entity),
    accounts: accountsSchema(connectors),
    channels: z.record(ChannelInstance, Channel),
    nodes: z.record(LocationId, Node).optional(),
    settlements: z.record(Name, Settlement).optional(),
    banks: z.record(Name, Bank).optional(),
    feeds: z.record(Name, Feed).optional(),
    keys: z.record(Name, Key).optional(),
    teams: Teams.optional(),
    policies: strict({
      everywhere: PolicyOverrides.optional(),
      brands: z.record(Name, PolicyOverrides).optional(),
      regions: z.record(Name, PolicyOverrides).optional(),
    }).optional(),
  }).meta({ title: 'The set-up of a Throughline installation' });
}

export type SetupFile = z.infer<ReturnType<typeof setupFileSchema>>;
