/** Stripe's form encoding: `metadata[order]=1&expand[]=latest_charge` to nested objects. */

export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = Record<string, FormValue>;

const PARAMETERS_MAX = 1_000;
const DEPTH_MAX = 5;

/** Undefined when there are too many parameters or they are nested too deep. */
export function readForm(text: string): Form | undefined {
  const form: Form = Object.create(null);
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    const path = [...name.matchAll(/[^[\]]+|\[\]/g)].map(([part]) => part);
    if (count > PARAMETERS_MAX || path.length > DEPTH_MAX) return undefined;
    place(form, path, value);
  }
  return form;
}

function place(form: Form, path: readonly string[], value: string): void {
  const [head, ...rest] = path;
  if (head === undefined) return;
  if (rest.length === 0) {
    form[head] = value;
    return;
  }
  if (rest[0] === '[]') {
    const known = form[head];
    const list = Array.isArray(known) ? known : [];
    list.push(value);
    form[head] = list;
    return;
  }
  const known = form[head];
  const nested: Form =
    typeof known === 'object' && !Array.isArray(known) ? known : Object.create(null);
  form[head] = nested;
  place(nested, rest, value);
}
