// The gate's variables and their files: accepted values, and a report of all errors together.
import { describe, expect, it } from 'vitest';
import { ADDED_LATER, SHIPPED_TEXTS } from '../../server/gate/texts.ts';
import { ConfigError, readConfig } from '../../server/config/config.ts';
import { writeOwnerFiles } from '../helpers/owner-files.ts';

/** The error messages, one per line, without the files' folder. */
function readProblems(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const [, ...lines] = (error as Error).message.split('\n');
    return lines.map((line) => line.trim().replace(/: \/\S*\/(?=\w)/, ': '));
  }
}

const refuse = async (files: Record<string, unknown>, values: Record<string, string> = {}): Promise<string[]> =>
  readProblems({ ...(await writeOwnerFiles(files)), ...values });

describe('texts', () => {
  it('that are invalid are reported, each with its file', async () => {
    const { title, ...others } = SHIPPED_TEXTS['en'] ?? {};
    expect(title).toBeDefined();
    expect(
      await refuse({
        GATE_TEXTS: {
          en: { titel: 'x', headline: 'x', button: 7, intro: ' ', tooMany: 'in {minutes}', label: '{contact}' },
          fr: others,
          nl: {},
          english: { title: 'x' },
          de_DE: {},
          de: 'x',
        },
      }),
    ).toEqual(
      [
        ...['intro: must not be empty', 'label: may contain no word in braces', 'button: must be text'].map(
          (line) => `en.${line}`,
        ),
        'en.tooMany: may contain {wait} but no other word in braces',
        'en.titel: is not a text of the gate',
        'en.headline: is not a text of the gate',
        'fr.title: is missing',
        ...Object.keys(SHIPPED_TEXTS['en'] ?? {})
          // Added later, so an owner's own language may lack them.
          .filter((name) => !(name in ADDED_LATER))
          .map((name) => `nl.${name}: is missing`),
        'english: must be a language, like fr or pt-BR',
        'de_DE: must be a language, like fr or pt-BR',
        'de: must be an object: texts by name',
      ].map((line) => `GATE_TEXTS: gate_texts: ${line}`),
    );
  });

  it.for([['{"en": {\n'], ['']])('that are not JSON (%j) are refused in one line', async ([text]) => {
    const [line, ...others] = await refuse({ GATE_TEXTS: text });
    expect(line).toMatch(/^GATE_TEXTS: gate_texts: can't be read: .*JSON/);
    expect(others).toEqual([]);
  });

  it('that are not an object are refused', async () => {
    expect(await refuse({ GATE_TEXTS: 7 })).toEqual(['GATE_TEXTS: gate_texts: must be an object: texts by language']);
  });

  it('may be empty, and may begin with a byte order mark', async () => {
    const variables = await writeOwnerFiles({ GATE_TEXTS: '\uFEFF{}' });
    expect(readConfig(variables)).toEqual(readConfig({}));
  });
});

describe('a template', () => {
  it.for([
    ['', 'must contain {{form}} once, for the e-mail field and its button'],
    ['{{form}}{{form}}', 'must contain {{form}} once, for the e-mail field and its button'],
    [
      '{{form}}{{ titel }}',
      '{{titel}} is unknown, use {{form}}, {{style}}, {{lang}}, {{dir}}, {{title}}, {{intro}}, {{owner}}, {{back}}',
    ],
    ['<style>a::after { content: "{{title}}" }</style>{{form}}', 'must not contain {{…}} inside <style>'],
  ] as const)('%j is refused', async ([template, reason]) => {
    expect(await refuse({ GATE_TEMPLATE: template })).toEqual([`GATE_TEMPLATE: gate_template: ${reason}`]);
  });
});

describe('a style', () => {
  it('must not end its element', async () => {
    expect(await refuse({ GATE_STYLE: 'a {}</STYLE><script>' })).toEqual([
      'GATE_STYLE: gate_style: must be CSS, without </style',
    ]);
  });

  it('needs a place in the template', async () => {
    expect(await refuse({ GATE_STYLE: 'a {}', GATE_TEMPLATE: '{{form}}' })).toEqual([
      'GATE_STYLE: gate_style: would be ignored: the template has no {{style}}',
    ]);
    expect(await refuse({ GATE_STYLE: 'a {}', GATE_TEMPLATE: '{{style}}{{form}}' })).toEqual([]);
  });
});

describe('the privacy page', () => {
  it.for(['/privacy/', '/portfolio/', '/p?a=b#c', 'https://example.com/p', 'https://example.com'])(
    'may be at %s',
    (url) => {
      expect(readConfig({ PRIVACY_URL: url }).gate.privacyUrl).toBe(url);
    },
  );

  it.for([
    'privacy',
    '//example.com/',
    'http://example.com/',
    'javascript:alert(1)',
    'https://',
    'https:/x',
    ' /p',
    '/\\x',
  ])('is refused at %j', (url) => {
    expect(readProblems({ PRIVACY_URL: url })).toEqual([
      'PRIVACY_URL: must be a path of the site, like /privacy/, or an https address',
    ]);
  });

  it.for([
    ['/portfolio/confidential/', '/portfolio/Confidential/privacy.html'],
    ['/a/, /b/', '/b'],
    ['/b/', '/%62/x'],
    ['/', '/privacy/'],
  ] as const)('does not lie behind the gate (PROTECT=%s, %s)', ([PROTECT, PRIVACY_URL]) => {
    expect(readProblems({ PROTECT, PRIVACY_URL })).toEqual([
      'PRIVACY_URL: must lie outside of PROTECT, where it can be read before the gate',
    ]);
  });
});

it('the contact must be a short text', () => {
  expect(readConfig({ GATE_CONTACT: ' ann@example.com ' }).gate.contact).toBe('ann@example.com');
  expect(readProblems({ GATE_CONTACT: ' ' })).toEqual(['GATE_CONTACT: must be text, like an e-mail address']);
  expect(readProblems({ GATE_CONTACT: 'x'.repeat(201) })).toEqual(['GATE_CONTACT: must have at most 200 characters']);
});

it('all errors are reported together with those of other settings', async () => {
  const files = { GATE_TEMPLATE: new Uint8Array([0xff]), GATE_STYLE: '</style' };
  const problems = await refuse(files, {
    PORT: 'x',
    GATE_TEXTS: '/not/there.json',
    PRIVACY_URL: 'x',
    GATE_CONTACT: ' ',
  });
  const beginnings = [
    'PORT: must',
    "GATE_TEXTS: there.json: can't be read: ENOENT",
    "GATE_TEMPLATE: gate_template: can't be read: The encoded data",
    'GATE_STYLE: gate_style: must',
    'PRIVACY_URL: must',
    'GATE_CONTACT: must',
  ];
  expect(problems).toHaveLength(beginnings.length);
  for (const [index, beginning] of beginnings.entries()) expect(problems[index]).toContain(beginning);
});
