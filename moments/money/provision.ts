/** What a sale sets aside for what of it will come back (rules 4, 4a), by cohort. */
import { cohortName } from '../../canonical/rules/posting/cohort';
import type { JournalLine, ShippedLine } from '../../canonical/rules/posting/posting';
import { provisionLines, setAsideFor, type SetAside } from '../../canonical/rules/posting/returns';
import type { ChannelSetup } from '../../canonical/schema/channel';
import type { Write } from '../../store/writes';
import { provisionWrites } from '../../store/returns/provisions';

/** What the returns of a sale drain. */
const cohortOf = ({ entity, channelInstance }: ChannelSetup, onDate: string) =>
  cohortName({ entity, channelInstance, month: onDate.slice(0, 'YYYY-MM'.length) });

/** One for each line, in their order; none where nothing of the channel's sales is expected back. */
export function setAsideOf(
  setup: ChannelSetup,
  onDate: string,
  lines: readonly ShippedLine[],
): readonly SetAside[] {
  const { expectedReturnPermille: ratePermille, restockingFeePermille } = setup.policies;
  if (ratePermille === 0) return [];
  const { returnRecoveryPerUnitMinor: recoveryPerUnitMinor } = setup.policies;
  const expected = { ratePermille, restockingFeePermille, recoveryPerUnitMinor };
  return lines.map((line) => setAsideFor(line, cohortOf(setup, onDate), expected));
}

/** Lines of the journal that books the sale. */
export function provisionJournal(
  location: string,
  lines: readonly ShippedLine[],
  setAside: readonly SetAside[],
): JournalLine[] {
  return setAside.flatMap((one, index) => {
    const line = lines[index];
    return line ? provisionLines(line, location, one) : [];
  });
}

export function provisionRows(
  of: { readonly orderId: string; readonly invoiceNo: number },
  lines: readonly ShippedLine[],
  setAside: readonly SetAside[],
): Write[] {
  const rows = setAside.flatMap(({ provision, rflMinor, rraMinor }, index) => {
    const line = lines[index];
    return line ? [{ ...provision, rflMinor, rraMinor, lineNo: line.lineNo }] : [];
  });
  return provisionWrites(of, rows);
}
