// `snippet`: the lines for a page that is read, with the integrity of the page library that this version gives out.
import { BUILD_DIR, buildIfStale } from '../site/build.ts';
import { readLibrary } from '../site/library.ts';

/** Prints them, to be put into a page as they are. */
export async function printSnippet(): Promise<void> {
  await buildIfStale();
  const { integrity } = readLibrary(BUILD_DIR, '');
  console.info(`<script type="module" src="/stillhere.js" integrity="${integrity}"></script>
<session-heartbeat></session-heartbeat>`);
}
