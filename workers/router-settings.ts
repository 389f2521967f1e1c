/** What the router works with: the flows there are, what begins one, and how long it waits. */
import type { FlowRegistry } from '../canonical/flows/registry';
import type { Database } from '../store/database';
import type { InboxRow } from '../store/inbox/routing';
import type { PlaceAsker } from './ask-places';

/** What an event begins: takes its data, opens a flow in a moment of its own, settles its row. */
export interface Starter {
  begin(settings: RouterSettings, row: InboxRow, data: object): Promise<void>;
}
/** By event type. */
export type Starters = Readonly<Partial<Record<string, Starter>>>;

export interface RouterSettings {
  readonly db: Database;
  readonly flows: FlowRegistry;
  readonly starters: Starters;
  readonly places: PlaceAsker;
  readonly fulfilmentDeadlineMs: number;
  /** Where people reach the API's pages. */
  readonly pagesUrl?: string;
  /** How long an event waits for its flow before it is somebody's to look at. */
  readonly eventWaitMs: number;
}
