// How an owner makes the gate the site's own: the values, what each must be, and what is made of them. Reads no file.
/// <reference lib="esnext.intl" />
import * as v from 'valibot';
import { DEFAULT_TEMPLATE, PLACEHOLDERS, readPlaceholders, STYLE_ELEMENTS } from './template.ts';
import { ADDED_LATER, FILLED_IN, SHIPPED_TEXTS, type GateTexts } from './texts.ts';
import { readNextPath } from './next-path.ts';

export interface GateLanguage {
  /** As in `<html lang>`. */
  readonly tag: string;
  readonly direction: string;
  readonly texts: GateTexts;
}

/** The gate as readers see it: what {@link GateOptions} makes of an owner's wishes. */
export interface GateTheme {
  /** The first one is for readers who want none of these. */
  readonly languages: readonly [GateLanguage, ...GateLanguage[]];
  /** The page's HTML, with placeholders. */
  readonly template: string;
  /** CSS that comes after the gate's own; may be empty. */
  readonly style: string;
  /** A path of the site or an https address. */
  readonly privacyUrl?: string | undefined;
  /** Whom to ask for access. */
  readonly contact?: string | undefined;
}

const LONGEST_CONTACT = 200;

/** Browsers count a stylesheet's hash with the line ends of HTML; a file from Windows has others. */
const htmlText = v.pipe(
  v.string(),
  v.transform((text) => text.replace(/\r\n?/g, '\n')),
);

const Template = v.pipe(
  htmlText,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const names = readPlaceholders(dataset.value);
    for (const name of new Set(names))
      if (!PLACEHOLDERS.includes(name))
        addIssue({ message: `{{${name}}} is none of ${PLACEHOLDERS.map((known) => `{{${known}}}`).join(', ')}` });
    if (names.filter((name) => name === 'form').length !== 1)
      addIssue({ message: 'must have {{form}} once: the e-mail field and its button come there' });
    for (const [, css = ''] of dataset.value.matchAll(STYLE_ELEMENTS))
      if (readPlaceholders(css).length > 0) addIssue({ message: 'can have no {{…}} inside of <style>' });
  }),
);

const Style = v.pipe(
  htmlText,
  v.check((css) => !/<\/style/i.test(css), 'must be CSS, without </style'),
);

const PrivacyUrl = v.pipe(
  v.string(),
  v.transform((address) =>
    /^https:\/\/[^/]/.test(address) && URL.canParse(address) ? address : readNextPath(address),
  ),
  v.string('must be a path of the site, like /privacy/, or an https address'),
);

const Contact = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'must be a text, like an e-mail address'),
  v.maxLength(LONGEST_CONTACT, `must have at most ${LONGEST_CONTACT} characters`),
);

/**
 * Checks an owner's wishes, all at once, and fills in the rest: `texts` by language (single ones of a language that the gate
 * has, all of any other; the first language named is the default), `template`, `style`, `privacyUrl`, `contact`.
 */
export const GateOptions = v.pipe(
  v.strictObject({
    texts: v.optional(v.lazy(textsSchema), {}),
    template: v.optional(Template, DEFAULT_TEMPLATE),
    style: v.optional(Style, ''),
    privacyUrl: v.optional(PrivacyUrl),
    contact: v.optional(Contact),
  }),
  v.forward(
    v.partialCheck(
      [['template'], ['style']],
      ({ template, style }) => style === '' || readPlaceholders(template).includes('style'),
      'would be left out: the template has no {{style}}',
    ),
    ['style'],
  ),
  v.transform(({ texts, ...look }): GateTheme => ({ ...look, languages: toLanguages(texts) })),
);

/** The gate as it comes. */
export const DEFAULT_THEME: GateTheme = v.parse(GateOptions, {});

/** Valibot's strictObject stops at the first unknown key; this names each one, and each that is missing. */
function textsSchema(given: unknown): v.GenericSchema<unknown, Readonly<Record<string, GateTexts>>> {
  const tags = typeof given === 'object' && given ? Object.keys(given) : [];
  return v.object(
    Object.fromEntries(tags.map((tag) => [tag, languageSchema(tag)])),
    'must be an object: texts by language',
  );
}

function languageSchema(tag: string): v.GenericSchema<unknown, GateTexts> {
  const shipped = SHIPPED_TEXTS[languageOf(tag)];
  const names = Object.keys(SHIPPED_TEXTS['en'] ?? {}) as (keyof GateTexts)[];
  const entries = names.map((name) => {
    const text = shipped?.[name] ?? ADDED_LATER[name];
    return [name, text === undefined ? textSchema(name) : v.optional(textSchema(name), text)];
  });
  const schema = v.objectWithRest(
    Object.fromEntries(entries) as Record<keyof GateTexts, v.GenericSchema<string>>,
    v.never('is no text of the gate'),
    ({ path }) => (path ? 'is missing' : 'must be an object: texts by name'),
  );
  return languageOf(tag) ? schema : v.never('must be a language, like fr or pt-BR');
}

function textSchema(name: keyof GateTexts) {
  const known = FILLED_IN[name];
  return v.pipe(
    v.string('must be a text'),
    v.trim(),
    v.minLength(1, 'must not be empty'),
    v.check(
      (text) => [...text.matchAll(/\{(\w+)\}/g)].every(([, word]) => word === known),
      known ? `can hold {${known}} and no other word in braces` : 'can hold no word in braces',
    ),
  );
}

/** Without region and script; empty if it is none. Intl takes `english`, too, which no browser asks for. */
function languageOf(tag: string): string {
  try {
    return new Intl.Locale(tag).language.match(/^[a-z]{2,3}$/)?.[0] ?? '';
  } catch {
    return '';
  }
}

function toLanguages(texts: Readonly<Record<string, GateTexts>>): GateTheme['languages'] {
  // An owner's languages first, in their order.
  const [first, ...others] = Object.entries({ ...texts, ...SHIPPED_TEXTS, ...texts }).map(([tag, its]) => {
    const locale = new Intl.Locale(tag);
    return { tag: locale.baseName, direction: locale.getTextInfo().direction ?? 'ltr', texts: its };
  });
  if (!first) throw new TypeError('The gate has no texts');
  return [first, ...others];
}
