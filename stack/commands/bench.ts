// npm run bench: the measurements.
import { createRequire } from 'node:module';
import path from 'node:path';
import { PROJECT_ROOT } from '../supervisor/home';

createRequire(__filename)(path.join(PROJECT_ROOT, 'bench', 'main.ts'));
