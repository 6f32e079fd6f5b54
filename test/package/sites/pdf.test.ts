// A PDF behind the gate: embedded in a page, which has a heartbeat, and opened by itself, where no script runs.
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { passGate } from '../../helpers/reader.ts';
import { INSTALL_MS, servePacked, siteFolder } from '../../helpers/site-folder.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { VISIT_GAP_MS } from '../../../server/store/visits.ts';
import { until } from '../../helpers/until.ts';

const PAGE = '/report/';
const PDF = '/report/deck.pdf';

describe.concurrent('a PDF behind the gate', { timeout: INSTALL_MS }, () => {
  it('that a page embeds is read as long as its page', async ({ device }) => {
    const server = await servePacked(await siteFolder('deck', 'deck-embedded'), '--protect', PAGE);
    try {
      const id = await expectTrueVisit(server, device, PAGE);
      // The file is part of its page.
      expect((await server.session(id)).pages.map(({ page }) => page)).toEqual([PAGE]);
      const [page] = (await device.context.pages()).toReversed();
      await until(() => page?.frames().some((frame) => frame.url() === server.url + PDF));
    } finally {
      await server.stop();
    }
  });

  it('that is opened by itself is recorded as opened, without a reading time, through a tunnel', async ({ device }) => {
    const server = await servePacked(await siteFolder('deck', 'deck-by-itself'), '--protect', PAGE);
    try {
      const page = await device.newPage();
      const id = await passGate(page, server.url, 'ann@example.com', PDF);
      const opened = await until(async () => {
        const session = await server.session(id);
        return session.sessionEndTime !== null && session;
      });
      expect(page.url()).toBe(server.url + PDF);
      await server.stop();
      await page.close();
      await server.start();

      const again = await device.newPage();
      await again.goto(server.url + PDF);
      expect(again.url()).toBe(server.url + PDF);
      await again.goto(server.url + PAGE);
      const session = await until(async () => {
        const found = await server.session(id);
        return found.pages.length > 1 && found;
      });
      const [first] = session.spans;
      expect(first).toMatchObject({ page: PDF, start: first?.end, end: opened.sessionEndTime });
      expect(session.pages.find((one) => one.page === PDF)).toMatchObject({ readingTimeMs: 0 });
      // In the same half hour it is opened once. The test may be in two of them.
      const halfHours = session.spans
        .filter((span) => span.page === PDF)
        .map((span) => Math.floor(Date.parse(span.start) / VISIT_GAP_MS));
      expect(new Set(halfHours).size).toBe(halfHours.length);
      expect(session.spans.at(-1)?.page).toBe(PAGE);
    } finally {
      await server.stop();
    }
  });
});
