/** How a return of ours is named where others have no field for it: `rma_… 2`. */

const RMA = /\brma_[0-9a-z]{20,40}\b/;

/** `no`: 0 as it is expected; else the receipt of goods that nobody had asked about. */
export const returnMark = (rma: string, no: number): string => (no === 0 ? rma : `${rma} ${no}`);

/** Null where a text names none. */
export const readRma = (text: string): string | null => RMA.exec(text)?.[0] ?? null;
