/** From the fields of a counter's form to the body that the API's own path takes. */
import { Problem } from '../../http/problem';

type Fields = Readonly<Record<string, string>>;

const UNITS = /^units-(\d{1,6})$/;

function linesOf(fields: Fields): { lineNo: number; quantity: number; condition?: string }[] {
  const said = Object.entries(fields).flatMap(([name, text]) => {
    const lineNo = UNITS.exec(name)?.[1];
    const condition = fields[`condition-${lineNo ?? ''}`];
    if (lineNo === undefined || text.trim() === '') return [];
    return [
      {
        lineNo: Number(lineNo),
        quantity: Number(text),
        ...(condition !== undefined && { condition }),
      },
    ];
  });
  const lines = said.filter(({ quantity }) => quantity !== 0);
  if (lines.length > 0) return lines;
  throw new Problem('invalid_request', 'scan or count at least one item');
}

/** @throws Problem invalid_request where no unit is meant */
export const takeBody = (orderId: string, fields: Fields): object => ({
  orderId,
  reason: fields['reason'],
  lines: linesOf(fields),
});

/** @throws Problem invalid_request where no unit is meant */
export const inspectBody = (location: string, fields: Fields): object => ({
  location,
  lines: linesOf(fields),
});
