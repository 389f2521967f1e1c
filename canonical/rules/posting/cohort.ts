/** The sales whose returns drain one pool: of an entity, through a channel, in a month. */
export interface Cohort {
  readonly entity: string;
  readonly channelInstance: string;
  /** `YYYY-MM`. */
  readonly month: string;
}

export const cohortName = ({ entity, channelInstance, month }: Cohort): string =>
  `${entity}/${channelInstance}/${month}`;

/** @throws RangeError for what names no cohort */
export function parseCohort(name: string): Cohort {
  const [entity, channelInstance, month] = name.split('/');
  if (entity === undefined || channelInstance === undefined || month === undefined) {
    throw new RangeError(`${name} names no cohort`);
  }
  return { entity, channelInstance, month };
}
