/** What the API is made of; `main.ts` builds them, tests give their own. */
import type { Logger } from 'pino';
import type { Configuration } from '../canonical/schema/configuration';
import type { Database } from '../store/database';
import type { OrderFlows } from './order-flow';

export interface ApiDependencies {
  readonly db: Database;
  /** Connections that only orders at the door use: no report or webhook holds a buyer up. */
  readonly buyers: Database;
  readonly configuration: Configuration;
  readonly log: Logger;
  readonly flows: OrderFlows;
  /** False while the process stops: readiness says so, and load balancers go elsewhere. */
  readonly isServing: () => boolean;
}
