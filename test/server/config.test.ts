// The configuration: defaults, and a report of all errors together.
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_THEME } from '../../server/gate/theme.ts';
import { ConfigError, readConfig } from '../../server/config/config.ts';
import { readSecrets } from '../../server/config/secrets.ts';

const LONG = 'x'.repeat(32);

describe('the environment', () => {
  it('needs nothing', () => {
    expect(readConfig({ PATH: '/bin' })).toEqual({
      host: '127.0.0.1',
      limits: { gate: 60, beats: 10, network: 500 },
      maxConnections: 10_000,
      port: 8080,
      storeUrl: 'file:data/stillhere.db',
      storeFile: 'data/stillhere.db',
      siteDir: undefined,
      single: false,
      protect: ['/portfolio/confidential/'],
      secret: undefined,
      ownerToken: undefined,
      ownerPath: '/owner',
      ownerOrigin: undefined,
      base: '',
      frameAncestors: [],
      gateMode: 'open',
      allow: [],
      gate: { ...DEFAULT_THEME, keptDays: undefined, hasOptOut: false },
      readerErase: false,
      corsOrigins: [],
      accessMs: 86_400_000,
      publicUrl: undefined,
      trustProxy: false,
      processes: 1,
      logLevel: 'info',
    });
  });

  it('may leave a variable empty', () => {
    expect(readConfig({ PORT: '', SECRET: '', ALLOW: '' })).toEqual(readConfig({}));
  });

  it('is parsed correctly', () => {
    expect(
      readConfig({
        PROTECT: '/A, /b/c/ ',
        ALLOW: ' Ann@example.com,,example.ORG ',
        ACCESS_HOURS: '48',
        PUBLIC_URL: 'https://x.example/',
      }),
    ).toMatchObject({
      protect: ['/a/', '/b/c/'],
      allow: ['ann@example.com', 'example.org'],
      accessMs: 172_800_000,
      publicUrl: new URL('https://x.example'),
    });
  });

  it.for([
    ['PORT', '80a'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['STORE_URL', 'data/x.db'],
    ['STORE_URL', 'file:'],
    ['STORE_URL', 'postgres://x'],
    ['PROTECT', 'confidential'],
    ['SECRET', 'short'],
    ['OWNER_TOKEN', 'short'],
    ['ACCESS_HOURS', '0'],
    ['ACCESS_HOURS', '1.5'],
    ['PUBLIC_URL', 'example.com'],
    ['PUBLIC_URL', 'https://example.com/path'],
    ['PUBLIC_URL', 'https://[x'],
    ['TRUST_PROXY', 'yes'],
    ['LOG_LEVEL', 'loud'],
    ['SMTP_URL', 'mail.example'],
    ['SMTP_URL', 'https://mail.example'],
    ['SMTP_URL', 'smtp://ann:100%@mail.example'],
    ['SMTP_URL', 'smtp://mail.example/?tls.rejectUnauthorized=false'],
    ['MAIL_FROM', 'Ann <ann@site.example>'],
    ['MAIL_FROM', 'ann@site.example\r\nBcc: bob@site.example'],
    ['MAIL_TO', ','],
    ['MAIL_TO', 'ann@site.example, bob'],
    ['MAIL_DIGEST', 'daily'],
    ['MAIL_DIGEST', '24:00'],
    ['QUIET_HOURS', '22'],
    ['QUIET_HOURS', '22-22:00'],
    ['QUIET_HOURS', '22-7-8'],
    ['TIME_ZONE', 'Mars/Olympus'],
    ['WEBHOOK_URL', 'receiver.example'],
    ['WEBHOOK_URL', 'ftp://receiver.example'],
    ['WEBHOOK_URL', 'https://ann:secret@receiver.example/'],
    ['WEBHOOK_SECRET', 'x'.repeat(40)],
    ['WEBHOOK_SECRET', `whsec_${'x'.repeat(28)}`],
    ['WEBHOOK_SECRET', `whsec_${'x'.repeat(31)}-`],
    ['WEBHOOK_SECRET', `whsec_${'x'.repeat(88)}`],
  ] as const)('%s=%s is refused with what it must be', ([name, value]) => {
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`\n  ${name}: must .+`));
  });

  it.for([
    [{ WEBHOOK_URL: 'https://receiver.example/' }, 'WEBHOOK_SECRET'],
    [{ SMTP_URL: 'smtp://mail.example', MAIL_TO: 'ann@site.example' }, 'MAIL_FROM'],
  ] as const)('%j needs %s, too', ([environment, missing]) => {
    expect(() => readConfig(environment)).toThrow(`\n  ${missing}: must be set, too`);
  });

  it('gets all errors reported together', () => {
    const wrong = { PORT: 'x', SECRET: 'short', LOG_LEVEL: 'loud', PUBLIC_URL: 'x' };
    const error = (() => {
      try {
        return readConfig(wrong);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(ConfigError);
    for (const name of Object.keys(wrong)) expect(String(error)).toContain(`\n  ${name}: must`);
  });
});

describe('secrets', () => {
  const open = async (): Promise<{ storeFile: string; secret: undefined; ownerToken: undefined }> => ({
    storeFile: join(await mkdtemp(join(tmpdir(), 'stillhere-')), 'deeper/stillhere.db'),
    secret: undefined,
    ownerToken: undefined,
  });

  it('are created once, readable only by the owner, and stay the same', async () => {
    const config = await open();
    const made = readSecrets(config);
    expect(made).toMatchObject({
      isNew: true,
      secret: expect.stringMatching(/^.{43}$/) as unknown,
      ownerToken: expect.stringMatching(/^.{32}$/) as unknown,
    });
    expect((await stat(made.file ?? '')).mode & 0o777).toBe(0o600);
    expect(readSecrets(config)).toEqual({ ...made, isNew: false });
  });

  it('are different on each installation', async () => {
    expect(readSecrets(await open()).secret).not.toBe(readSecrets(await open()).secret);
  });

  it('from the environment take precedence, and no file is created', async () => {
    const config = await open();
    expect(readSecrets({ ...config, secret: LONG, ownerToken: `${LONG}y` })).toEqual({
      secret: LONG,
      ownerToken: `${LONG}y`,
      isNew: false,
    });
    await expect(stat(`${config.storeFile}.secrets.json`)).rejects.toThrow();
    expect(readSecrets({ ...config, ownerToken: LONG })).toMatchObject({ ownerToken: LONG, isNew: false });
  });

  it.for(['', '{', '{"secret":"x"}', '[]'])('in an invalid file (%s) are not discarded', async (text) => {
    const config = await open();
    const { file = '' } = readSecrets(config);
    await writeFile(file, text);
    expect(() => readSecrets(config)).toThrow(/secrets\.json can't be used: correct it, or delete it/);
    expect(await readFile(file, 'utf8')).toBe(text);
  });
});
