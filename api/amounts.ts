/** Rows hold minor units beside one currency; what is shown holds money. */
import type { Money } from '../canonical/schema/money';

/** `grossMinor: number` → `gross: Money`; everything else as it is. */
type WithAmounts<Row> = {
  [
    Name in keyof Row as Name extends `${infer Shown}Minor` ? Shown : Name
  ]: Name extends `${string}Minor` ? Money : Row[Name];
};

const MINOR = /Minor$/;

export function withAmounts<Row extends object>(row: Row, currency: string): WithAmounts<Row> {
  const shown = Object.entries(row).map(([name, value]: [string, unknown]) =>
    MINOR.test(name) ? [name.replace(MINOR, ''), { currency, minorUnits: value }] : [name, value],
  );
  return Object.fromEntries(shown) as WithAmounts<Row>;
}
