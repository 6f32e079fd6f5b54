// The offline page's list of pages that can be read without a network.
import { findGrant, listPages } from '../../../sw/offline/page-cache.ts';
import { readSession } from '../../cookies.ts';

/** Adds a link for each confidential page that is cached for this reader. */
export async function listPagesIn(list: Element): Promise<void> {
  const session = readSession();
  const grant = 'caches' in window ? await findGrant((owner) => owner === session) : undefined;
  if (!grant) return;
  for (const { url, answer } of await listPages(grant)) {
    const link = document.createElement('a');
    link.href = url;
    link.textContent = await titleOf(answer);
    const item = document.createElement('li');
    item.append(link);
    list.append(item);
  }
}

async function titleOf(answer: Response): Promise<string> {
  const { title } = new DOMParser().parseFromString(await answer.text(), 'text/html');
  return title.split(' | ')[0] ?? title;
}
