/** The shipped set-up with another answer to when what a store holds is charged. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PickupCaptureAt } from '../canonical/schema/policies';
import { PROJECT_ROOT } from '../stack/supervisor/home';

const SHIPPED = path.join(PROJECT_ROOT, 'stack', 'setup.yaml');

/** Writes it into the folder and gives its path, for THROUGHLINE_SETUP. */
export function chargedAt(folder: string, captureAt: PickupCaptureAt): string {
  const file = path.join(folder, 'setup.yaml');
  const policies = `\npolicies:\n  everywhere:\n    pickupCaptureAt: ${captureAt}\n`;
  writeFileSync(file, readFileSync(SHIPPED, 'utf8') + policies);
  return file;
}
