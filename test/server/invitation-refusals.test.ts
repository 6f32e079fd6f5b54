// Personal links that can't be used: the refusal is the same for all, and tells nothing.
import { afterEach, describe, expect, it } from 'vitest';
import { findUsable } from '../../server/gate/invitation.ts';
import { hashOfKey, makeKey } from '../../server/store/key-hash.ts';
import { cookieOf, enter, invite, lookUp } from '../helpers/invite.ts';
import { NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const BAD_LINK = 'This link does not work any more. Please ask the person who sent it to you for a new one.';

let app: TestApp;
afterEach(() => app.close());

const sessions = () => app.store.listSessions({ pageSize: 100 });

describe('a link that can not be used', () => {
  const links: Readonly<Record<string, () => Promise<string>>> = {
    expired: () => invite(app.store, NOW, { untilMs: NOW }),
    revoked: async () => {
      const token = await invite(app.store, NOW);
      await app.store.invitations.revoke('to-ann', NOW);
      return token;
    },
    'of a reader who is blocked': async () => {
      const token = await invite(app.store, NOW);
      await app.store.blockedReaders.block('ann@example.com', NOW);
      return token;
    },
    unknown: async () => makeKey(),
    malformed: async () => 'x'.repeat(31),
    long: async () => 'x'.repeat(10_000),
    'the hash of one': async () => hashOfKey(await invite(app.store, NOW)),
  };

  it('is refused with the same answer, whatever is wrong with it', async () => {
    const answers = new Set<string>();
    for (const make of Object.values(links)) {
      app = await startTestApp();
      const token = await make();
      const form = await enter(app, { invitation: token, form: 'form-1', email: 'ann@example.com' });
      for (const { status, headers, body } of [await lookUp(app, token), form])
        answers.add(JSON.stringify([status, headers['set-cookie'], headers['content-length'], body]));
      expect(await sessions()).toEqual([]);
      await app.close();
    }
    app = await startTestApp();
    expect(
      [...answers].map((answer) => [answer.slice(0, 5), answer.includes(BAD_LINK), answer.includes('ann@')]),
    ).toEqual([
      ['[403,', true, false],
      ['[403,', true, false],
    ]);
  });

  it('leaves the reader an address to type', async () => {
    app = await startTestApp();
    const form = await enter(app, { invitation: 'unknown' });
    expect(form.body).toContain(`<p id="reason" role="alert">${BAD_LINK}</p>`);
    expect(form.body).toMatch(/<input id="email"[^>]* value=""[^>]*"reason">/);
    expect((await enter(app, { invitation: '', email: 'ann@example.com' })).status).toBe(303);
    expect(await sessions()).toMatchObject([{ identity: 'typed', invitationId: null }]);
  });

  it('says so in the language of the reader', async () => {
    app = await startTestApp();
    const { body } = await lookUp(app, 'unknown', { 'accept-language': 'de' });
    expect(JSON.parse(body)).toMatchObject({
      error: expect.stringMatching(/^Dieser Link funktioniert nicht mehr/) as string,
    });
  });

  it('is counted among what the gate refuses', async () => {
    app = await startTestApp();
    await lookUp(app, 'unknown');
    await enter(app, { invitation: 'unknown' });
    await app.writeRefusals();
    const { body } = await app.send('GET', '/api/days?from=2026-11-24&timeZone=UTC', {
      authorization: `Bearer ${OWNER_TOKEN}`,
    });
    expect(JSON.parse(body)).toMatchObject({ days: [{ refused: 2 }] });
  });

  it('is not found by 10,000 guesses', async () => {
    app = await startTestApp();
    const token = await invite(app.store, NOW);
    const nearby = Array.from(
      token,
      (digit, at) => token.slice(0, at) + (digit === 'a' ? 'b' : 'a') + token.slice(at + 1),
    );
    const guesses = [...nearby, ...Array.from({ length: 10_000 - nearby.length }, makeKey)];
    const found = await Promise.all(guesses.map((guess) => findUsable(app.store, guess, NOW)));
    expect(found).toEqual(Array.from({ length: 10_000 }));
    expect(await findUsable(app.store, token, NOW)).toMatchObject({ id: 'to-ann' });
  });
});

describe('revoking', () => {
  it('ends the access of readers who came by the link', async () => {
    app = await startTestApp();
    const token = await invite(app.store, NOW);
    const cookie = cookieOf(await enter(app, { invitation: token }));
    expect((await app.send('GET', '/confidential/', { cookie })).status).toBe(200);
    await app.store.invitations.revoke('to-ann', NOW + 1);
    expect((await app.send('GET', '/confidential/', { cookie })).status).toBe(303);
    expect((await enter(app, { invitation: token }, { cookie })).status).toBe(403);
  });

  it('that happens while the reader is let in leaves no session', async () => {
    app = await startTestApp({}, (store) => {
      const create = store.createSession.bind(store);
      return Object.assign(store, {
        createSession: async (session: Parameters<typeof create>[0]) => {
          await store.erasures.erase('ann@example.com', NOW);
          await create(session);
        },
      });
    });
    const { status, headers } = await enter(app, { invitation: await invite(app.store, NOW) });
    expect([status, headers['set-cookie']]).toEqual([403, undefined]);
    expect(await sessions()).toEqual([]);
  });
});
