// The `snippet` command: the HTML to add to a page, with the integrity hash of this version's page library.
import { readConfig } from '../config/config.ts';
import { BUILD_DIR } from '../config/package-root.ts';
import { buildIfStale } from './build.ts';
import { readIntegrity } from '../site/assets.ts';

/** Prints the HTML, ready to paste into a page. */
export async function printSnippet(): Promise<void> {
  await buildIfStale();
  const { base } = readConfig(process.env);
  console.info(`<script type="module" src="${base}/stillhere.js" integrity="${readIntegrity(BUILD_DIR)}"></script>
<session-heartbeat></session-heartbeat>`);
}
