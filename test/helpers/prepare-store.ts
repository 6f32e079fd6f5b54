// Creates or migrates the store in the file that the first argument names.
import { prepareFile } from '../../server/store/sqlite/open.ts';

await prepareFile(process.argv[2] ?? '');
