/** The shop that the worked orders are sold in, made over the API as an operator would make it. */
import type { Api } from './api-client';

export const WAREHOUSE = 'dc-east';
export const MUG = 'MUG-BLUE';
export const TEA = 'TEA-ASSAM-250';

/** The ledger's accounts and what the ERP calls them. */
const ERP_ACCOUNTS: Readonly<Record<string, string>> = {
  TILL: '1050',
  CLR: '1200',
  AR: '1210',
  INV: '1300',
  CL: '2100',
  GC: '2150',
  TAX: '2200',
  REFP: '2300',
  GRNI: '2400',
  'ACCRUED-SUPPLY': '2440',
  'ACCRUED-FREIGHT': '2450',
  REV: '4000',
  SHIPREV: '4100',
  DISC: '4900',
  COGS: '5000',
  'FEE-FREIGHT': '5100',
  SHRINK: '5200',
  'INV-QC': '1320',
  RRA: '1330',
  'VENDOR-REC': '1340',
  RFL: '2250',
  'ACCRUED-RECOVERY': '2460',
  'REV-RESTOCK': '4200',
  RET: '4910',
  SCRAP: '5210',
  'WRITE-DOWN': '5220',
  CIT: '1110',
  BANK: '1100',
  RSV: '1220',
  DISP: '1230',
  SUSP: '1290',
  'PAYOUT-DUE': '2260',
  MFT: '2210',
  'FEE-COMM': '5300',
  'FEE-FULFIL': '5310',
  'FEE-LABEL': '5320',
  'FEE-ADS': '5330',
  'FEE-STORAGE': '5340',
  'FEE-SUBSCRIPTION': '5350',
  'FEE-PROC': '5360',
  'FEE-CB': '5370',
  'FEE-OTHER': '5380',
  'CB-LOSS': '5390',
  REIMBURSEMENT: '4300',
  'SETTLE-ADJ': '5395',
};
const ERP_INSTANCE = 'netsuite-us';

const mapping = (kind: string, source: string, value: string) =>
  `/v1/mappings/${kind}/${source}/${encodeURIComponent(value)}`;

/** Idempotent: a second start finds the same shop. */
export async function openShop(operator: Api): Promise<void> {
  await operator.put(`/v1/locations/${WAREHOUSE}`, {
    name: 'East distribution centre',
    kind: 'dc',
    timeZone: 'America/New_York',
    entity: 'us-01',
  });
  const cost = (minorUnits: number) => ({ standardCost: { currency: 'USD', minorUnits } });
  await Promise.all([
    operator.put(`/v1/items/${MUG}`, { description: 'Stoneware mug, blue', ...cost(410) }),
    operator.put(`/v1/items/${TEA}`, { description: 'Assam tea, 250 g', ...cost(525) }),
    ...['shopify-us', 'web-us'].map((channel) =>
      operator.put(mapping('tax-code', channel, 'State Tax'), { target: 'US-STATE' }),
    ),
    operator.put(mapping('tender', 'shopify-us', 'shopify_payments'), { target: 'card' }),
    operator.put(mapping('tender', 'web-us', 'stripe'), { target: 'card' }),
    ...Object.entries(ERP_ACCOUNTS).map(([account, target]) =>
      operator.put(mapping('account', ERP_INSTANCE, account), { target }),
    ),
  ]);
}

/** Goods arrive, as the warehouse says it; the same event twice is one receipt. */
export async function receiveGoods(oms: Api): Promise<void> {
  await oms.post('/v1/events', {
    specversion: '1.0',
    id: 'opening-receipt',
    source: '/wms/wms-main',
    type: 'inventory.received.v1',
    time: new Date().toISOString(),
    data: {
      location: WAREHOUSE,
      lines: [
        { sku: MUG, quantity: 500 },
        { sku: TEA, quantity: 300 },
      ],
    },
  });
}
