// npm run sandbox: the stand-ins of the outside systems alone, configured by the environment.
import { runEntry } from './entry';

runEntry('sandbox');
