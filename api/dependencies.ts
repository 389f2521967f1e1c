/** What the API is made of; `main.ts` builds them, tests give their own. */
import type { Logger } from 'pino';
import type { Configuration } from '../canonical/schema/configuration';
import type { Database } from '../store/database';
import type { OrderFlows } from './order-flow';
import type { Storage } from './storage';

/** Of the process. While it starts, what needs the store is answered with 503. */
export type Stage = 'starting' | 'serving' | 'stopping';

export interface ApiDependencies {
  readonly db: Database;
  /** Connections that only orders at the door use: no report or webhook holds a buyer up. */
  readonly buyers: Database;
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly flows: OrderFlows;
  readonly storage: Storage;
  /** Readiness names any but `serving`, and load balancers go elsewhere. */
  readonly stage: () => Stage;
}
