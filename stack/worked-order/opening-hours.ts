/** Opening hours that are the same on every day of the week. */
const DAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

export const everyDay = (from: string, to: string) =>
  Object.fromEntries(DAYS.map((day) => [day, [{ from, to }]]));

/** What is played there does not depend on the time of day. */
export const ALWAYS_OPEN = everyDay('00:00', '24:00');
