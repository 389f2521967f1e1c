/** A line of the table of figures. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
}
