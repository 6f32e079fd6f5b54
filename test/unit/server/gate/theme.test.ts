// What an owner may make of the gate, and the sentence for each thing that it may not be.
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { DEFAULT_TEMPLATE } from '../../../../server/gate/template.ts';
import { SHIPPED_TEXTS, type GateTexts } from '../../../../server/gate/texts.ts';
import { DEFAULT_THEME, GateOptions, type GateTheme } from '../../../../server/gate/theme.ts';

const { en, de } = SHIPPED_TEXTS as Record<'en' | 'de', GateTexts>;

/** The theme, or what is wrong, each with its place. */
function read(options: unknown): GateTheme | string[] {
  const parsed = v.safeParse(GateOptions, options);
  if (parsed.success) return parsed.output;
  return parsed.issues.map((issue) => `${v.getDotPath(issue) ?? ''}: ${issue.message}`);
}
const theme = (options: unknown): GateTheme => {
  const found = read(options);
  if (Array.isArray(found)) throw new Error(found.join('\n'));
  return found;
};

describe('the gate as it comes', () => {
  it('has its own template, no style, and its languages, English first', () => {
    expect(DEFAULT_THEME).toEqual({
      template: DEFAULT_TEMPLATE,
      style: '',
      languages: [
        { tag: 'en', direction: 'ltr', texts: en },
        { tag: 'de', direction: 'ltr', texts: de },
      ],
    });
  });
});

describe('texts', () => {
  it('of a language that the gate has may be single ones, trimmed; that language comes first', () => {
    const { languages } = theme({ texts: { de: { title: ' Nur für Sie ' } } });
    expect(languages).toEqual([
      { tag: 'de', direction: 'ltr', texts: { ...de, title: 'Nur für Sie' } },
      { tag: 'en', direction: 'ltr', texts: en },
    ]);
  });

  it('of another one must be all, but for those that were added later', () => {
    const { noCookies, offline, opening, owner, back, home, installed, ...older } = en;
    const { languages } = theme({ texts: { 'ar-EG': older } });
    expect(languages.map(({ tag, direction }) => [tag, direction])).toEqual([
      ['ar-EG', 'rtl'],
      ['en', 'ltr'],
      ['de', 'ltr'],
    ]);
    expect(languages[0].texts).toEqual({ ...older, noCookies, offline, opening, owner, back, home, installed });
  });

  it('are known by the usual spelling of their tag', () => {
    expect(theme({ texts: { 'DE-ch': { title: 'x' } } }).languages[0]).toMatchObject({
      tag: 'de-CH',
      texts: { ...de, title: 'x' },
    });
  });

  it('may have the words in braces that are filled in', () => {
    const texts = { en: { tooMany: '{wait}, {wait}', notOnListContact: 'ask {contact}', notice: '{owner} sees you' } };
    expect(theme({ texts }).languages[0].texts).toMatchObject(texts.en);
  });

  it.for<[unknown, string[]]>([
    [7, ['texts: must be an object: texts by language']],
    [null, ['texts: must be an object: texts by language']],
    [{ de: 'x' }, ['texts.de: must be an object: texts by name']],
    [{ de: { titel: 'x' } }, ['texts.de.titel: is not a text of the gate']],
    [{ de: { title: '' } }, ['texts.de.title: must not be empty']],
    [{ de: { title: 7 } }, ['texts.de.title: must be text']],
    [{ de: { title: '{wait}' } }, ['texts.de.title: may contain no word in braces']],
    [{ de: { tooMany: '{wait} {x}' } }, ['texts.de.tooMany: may contain {wait} but no other word in braces']],
    [
      { de: { notOnListContact: '{wait}' } },
      ['texts.de.notOnListContact: may contain {contact} but no other word in braces'],
    ],
    [{ english: en }, ['texts.english: must be a language, like fr or pt-BR']],
    [{ 'x-own': en }, ['texts.x-own: must be a language, like fr or pt-BR']],
    [{ de_DE: en }, ['texts.de_DE: must be a language, like fr or pt-BR']],
    [{ und: en }, ['texts.und: must be a language, like fr or pt-BR']],
  ])('%j: %j', ([texts, problems]) => {
    const found = read({ texts });
    expect(Array.isArray(found) ? found : []).toEqual(problems);
  });

  it('of another language that are missing are named', () => {
    const { title, button, ...others } = en;
    expect([title, button].every(Boolean)).toBe(true);
    expect(read({ texts: { fr: others } })).toEqual(['texts.fr.title: is missing', 'texts.fr.button: is missing']);
  });
});

describe('template and style', () => {
  it.for(['\r\n', '\r', '\n'])('have the line ends of HTML: %j', (end) => {
    expect(theme({ template: `a${end}${end}{{style}}{{form}}`, style: `b${end}c` })).toMatchObject({
      template: 'a\n\n{{style}}{{form}}',
      style: 'b\nc',
    });
  });

  it.for<[unknown, string[]]>([
    [{ template: 'x' }, ['template: must contain {{form}} once, for the e-mail field and its button']],
    [{ template: '{{form}}{{form}}' }, ['template: must contain {{form}} once, for the e-mail field and its button']],
    [
      { template: '{{form}}{{a}}{{a}}' },
      [
        'template: {{a}} is unknown, use {{form}}, {{style}}, {{lang}}, {{dir}}, {{title}}, {{intro}}, {{owner}}, {{back}}',
      ],
    ],
    [
      { template: '{{form}}<style>{{title}}</style><style>a{}</style>' },
      ['template: must not contain {{…}} inside <style>'],
    ],
    [{ template: '{{form}}<style>a{}</style>' }, []],
    [{ style: 'a{}</STYLE >' }, ['style: must be CSS, without </style']],
    [{ style: 'a{}', template: '{{form}}' }, ['style: would be ignored: the template has no {{style}}']],
    [{ style: 'a{}', template: '{{form}}{{style}}' }, []],
    [{ template: '{{form}}' }, []],
    // One wrong value says nothing of the others, and hides nothing that is wrong with them.
    [
      { style: 'a{}', template: '{{form}}', contact: 7 },
      [expect.stringMatching(/^contact: /), 'style: would be ignored: the template has no {{style}}'],
    ],
    [{ style: 'a{}', template: 7 }, [expect.stringMatching(/^template: /)]],
    [{ style: 7, template: '{{form}}' }, [expect.stringMatching(/^style: (?!would)/)]],
  ])('%j: %j', ([options, problems]) => {
    const found = read(options);
    expect(Array.isArray(found) ? found : []).toEqual(problems);
  });

  it('that are no texts are said to be none, and nothing else', () => {
    expect(read({ template: 7 })).toHaveLength(1);
    expect(read({ style: 7 })).toHaveLength(1);
  });
});

describe('the privacy page', () => {
  const privacy = (privacyUrl: unknown): string | undefined | string[] => {
    const found = read({ privacyUrl });
    return Array.isArray(found) ? found : found.privacyUrl;
  };
  const WRONG = ['privacyUrl: must be a path of the site, like /privacy/, or an https address'];

  it.for(['/privacy/', 'https://example.com/p?a=b'])('may be %s', (url) => {
    expect(privacy(url)).toBe(url);
  });

  it.for(['privacy', '//x', 'http://x.example/', 'https:///x', 'https://', 'https://[', 'xhttps://x.example', ''])(
    'may not be %j',
    (url) => {
      expect(privacy(url)).toEqual(WRONG);
    },
  );
});

it('the contact is a short text, trimmed', () => {
  expect(theme({ contact: ' Ann ' }).contact).toBe('Ann');
  expect(theme({ contact: 'x'.repeat(200) }).contact).toHaveLength(200);
  expect(read({ contact: ' ' })).toEqual(['contact: must be text, like an e-mail address']);
  expect(read({ contact: 'x'.repeat(201) })).toEqual(['contact: must have at most 200 characters']);
});

it("the owner's name is a short text, trimmed", () => {
  expect(theme({ ownerName: ' Jane Doe ' }).ownerName).toBe('Jane Doe');
  expect(read({ ownerName: ' ' })).toEqual(['ownerName: must be text, like Jane Doe']);
  expect(read({ ownerName: 'x'.repeat(101) })).toEqual(['ownerName: must have at most 100 characters']);
});

it('a wish that the gate does not know is refused', () => {
  expect(read({ colour: 'red' })).toHaveLength(1);
});
