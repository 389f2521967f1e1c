/** What a vendor's folder says of its own part of the set-up file. */
import type { AccountKind, AccountLimits } from '../installation';

export interface ConnectorSetup {
  readonly kind: AccountKind;
  /** Secrets of an account, by the name that the file calls them. */
  readonly secrets: readonly string[];
  /** Where an account of the file says nothing else. */
  readonly limits: AccountLimits;
  /** What the vendor's own master data calls our entities or channels: one map each. */
  readonly names: Readonly<Record<string, 'entity' | 'channel'>>;
  /** What else has to be said of an account, none of it secret. */
  readonly settings?: Readonly<Record<string, { readonly pattern: RegExp; readonly is: string }>>;
  /** Secrets that no two accounts may share: what is signed with one is of that account only. */
  readonly ownSecrets?: readonly string[];
}
