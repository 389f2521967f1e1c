/** From the fields of a press to the body that the API's own path takes. */
import { isCurrency, parseDecimal } from '../../../canonical/rules/money/money';
import { Problem } from '../../http/problem';

type Fields = Readonly<Record<string, string>>;

const UNITS = /^units-(\d{1,6})$/;

/** The lines of which some units were said; undefined where the form does not ask. */
function linesOf(fields: Fields): { lineNo: number; quantity: number }[] | undefined {
  const said = Object.entries(fields).flatMap(([name, text]) => {
    const lineNo = UNITS.exec(name)?.[1];
    return lineNo === undefined ? [] : [{ lineNo: Number(lineNo), quantity: Number(text) }];
  });
  if (said.length === 0) return undefined;
  const lines = said.filter(({ quantity }) => quantity !== 0);
  if (lines.length === 0) {
    throw new Problem('invalid_request', 'say of at least one item how many it is');
  }
  return lines;
}

const given = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.trim();

function proofOf({ proof: kind, code, collectedBy, isOtherPerson }: Fields) {
  return {
    kind,
    code: kind === 'code' ? given(code) : undefined,
    collectedBy: given(collectedBy),
    isOtherPerson: isOtherPerson === 'yes',
  };
}

/** What one of it costs is typed as on a price tag. */
function substitutionOf({ lineNo, quantity, sku, price = '', currency = '', consent }: Fields) {
  const unitPriceMinor = isCurrency(currency)
    ? parseDecimal(price.trim().replace(',', '.'), currency)
    : null;
  if (unitPriceMinor === null) {
    throw new Problem('invalid_request', 'the price is a number, such as 12.99');
  }
  const units = { lineNo: Number(lineNo), quantity: Number(quantity) };
  return { ...units, sku: given(sku), unitPriceMinor, consent };
}

const BODIES: Readonly<Record<string, (fields: Fields) => object>> = {
  ready: (fields) => ({ lines: linesOf(fields) }),
  'hand-over': (fields) => ({ lines: linesOf(fields), proof: proofOf(fields) }),
  reject: (fields) => ({ reason: fields['reason'], lines: linesOf(fields) }),
  substitute: substitutionOf,
  extend: ({ untilDate }) => ({ untilDate }),
};

/** Without what was left empty. @throws Problem invalid_request where no unit is meant */
export function pressBody(press: string, fields: Fields): unknown {
  const body = Object.hasOwn(BODIES, press) ? BODIES[press]?.(fields) : {};
  return JSON.parse(JSON.stringify(body));
}
