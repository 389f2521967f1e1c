// npm run api: the API alone, configured by the environment.
import { runEntry } from './entry';

runEntry('api');
