/** The file's shape as JSON schema, for editors. */
import { z } from 'zod';
import { setupFileSchema, type ConnectorSetups } from './file-schema';

export function setupJsonSchema(connectors: ConnectorSetups): object {
  return z.toJSONSchema(setupFileSchema(connectors), { target: 'draft-7', reused: 'inline' });
}
