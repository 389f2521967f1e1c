/** What a vendor's folder says of its own part of the set-up file. */
import type { MessageTemplate } from '../ports/notification';
import type { AccountKind, AccountLimits } from '../installation';
import type { TenderKind } from './tender-kind';

export interface ConnectorSetup {
  readonly kind: AccountKind;
  /** Kinds of tender whose money such an account captures, voids and gives back; none left out. */
  readonly tenderKinds?: readonly TenderKind[];
  /** Secrets of an account, by the name that the file calls them. */
  readonly secrets: readonly string[];
  /** Where an account of the file says nothing else. */
  readonly limits: AccountLimits;
  /** What the vendor's own master data calls our entities or channels: one map each. */
  readonly names: Readonly<Record<string, 'entity' | 'channel'>>;
  /** What else has to be said of an account, none of it secret. */
  readonly settings?: Readonly<Record<string, { readonly pattern: RegExp; readonly is: string }>>;
  /** What its own mail tells a buyer when it is told so; no second message goes out for that. */
  readonly tellsBuyerOf?: readonly MessageTemplate[];
  /** Secrets that no two accounts may share: what is signed with one is of that account only. */
  readonly ownSecrets?: readonly string[];
}
