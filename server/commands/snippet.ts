// `snippet`: the lines for a page that is read, with the integrity of the page library that this version gives out.
import { BUILD_DIR } from '../config/package-root.ts';
import { buildIfStale } from './build.ts';
import { readIntegrity } from '../site/assets.ts';

/** Prints them, to be put into a page as they are. */
export async function printSnippet(): Promise<void> {
  await buildIfStale();
  console.info(`<script type="module" src="/stillhere.js" integrity="${readIntegrity(BUILD_DIR)}"></script>
<session-heartbeat></session-heartbeat>`);
}
