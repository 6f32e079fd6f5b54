// How an owner customizes the gate: the values, their validation and the resulting theme. Reads no files.
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

/** The gate as readers see it, made from an owner's {@link GateOptions}. */
export interface GateTheme {
  /** The first is the default for readers whose languages aren't available. */
  readonly languages: readonly [GateLanguage, ...GateLanguage[]];
  /** The page's HTML with placeholders. */
  readonly template: string;
  /** CSS to append to the gate's own; may be empty. */
  readonly style: string;
  /** A path of the site or an https address. */
  readonly privacyUrl?: string | undefined;
  /** Whom to ask for access. */
  readonly contact?: string | undefined;
  /** Whose pages these are: a person or a company. */
  readonly ownerName?: string | undefined;
  /** How many days after the last visit a session is deleted; undefined: not by itself. */
  readonly keptDays?: number | undefined;
  /** Readers can choose not to be measured. */
  readonly hasOptOut?: boolean | undefined;
}

const LONGEST_CONTACT = 200;
const LONGEST_NAME = 100;

/** Browsers hash a stylesheet after HTML's newline normalization. Files from Windows have other line ends. */
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
        addIssue({ message: `{{${name}}} is unknown, use ${PLACEHOLDERS.map((known) => `{{${known}}}`).join(', ')}` });
    if (names.filter((name) => name === 'form').length !== 1)
      addIssue({ message: 'must contain {{form}} once, for the e-mail field and its button' });
    for (const [, css = ''] of dataset.value.matchAll(STYLE_ELEMENTS))
      if (readPlaceholders(css).length > 0) addIssue({ message: 'must not contain {{…}} inside <style>' });
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

const shortText = (example: string, longest: number) =>
  v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, `must be text, like ${example}`),
    v.maxLength(longest, `must have at most ${longest} characters`),
  );

/**
 * Validates all of an owner's values together and adds defaults. `texts` are by language: single texts of a built-in
 * language, or all texts of another one; the first language is the default. Also `template`, `style`, `privacyUrl`,
 * `contact`, `ownerName`.
 */
export const GateOptions = v.pipe(
  v.strictObject({
    texts: v.optional(v.lazy(textsSchema), {}),
    template: v.optional(Template, DEFAULT_TEMPLATE),
    style: v.optional(Style, ''),
    privacyUrl: v.optional(PrivacyUrl),
    contact: v.optional(shortText('an e-mail address', LONGEST_CONTACT)),
    ownerName: v.optional(shortText('Jane Doe', LONGEST_NAME)),
  }),
  v.forward(
    v.partialCheck(
      [['template'], ['style']],
      ({ template, style }) => style === '' || readPlaceholders(template).includes('style'),
      'would be ignored: the template has no {{style}}',
    ),
    ['style'],
  ),
  v.transform(({ texts, ...look }): GateTheme => ({ ...look, languages: toLanguages(texts) })),
);

/** The gate without customization. */
export const DEFAULT_THEME: GateTheme = v.parse(GateOptions, {});

/** Valibot's strictObject stops at the first unknown key; this schema reports every unknown and missing key. */
function textsSchema(given: unknown): v.GenericSchema<unknown, Readonly<Record<string, GateTexts>>> {
  return v.object(
    Object.fromEntries(Object.entries(given ?? {}).map(([tag, texts]) => [tag, languageSchema(tag, texts)])),
    'must be an object: texts by language',
  );
}

function languageSchema(tag: string, given: unknown): v.GenericSchema<unknown, GateTexts> {
  const shipped = SHIPPED_TEXTS[languageOf(tag)];
  // What owners tell in their own words, they tell invited readers, too.
  const { notice } = { notice: undefined, ...(given as Partial<GateTexts> | null) };
  const defaults = { ...ADDED_LATER, ...shipped, ...(typeof notice === 'string' && { linkNotice: notice }) };
  const names = Object.keys(SHIPPED_TEXTS['en'] ?? {}) as (keyof GateTexts)[];
  const entries = names.map((name) => {
    const text = defaults[name];
    return [name, text === undefined ? textSchema(name) : v.optional(textSchema(name), text)];
  });
  const schema = v.objectWithRest(
    Object.fromEntries(entries) as Record<keyof GateTexts, v.GenericSchema<string>>,
    v.never('is not a text of the gate'),
    ({ path }) => (path ? 'is missing' : 'must be an object: texts by name'),
  );
  return languageOf(tag) ? schema : v.never('must be a language, like fr or pt-BR');
}

function textSchema(name: keyof GateTexts) {
  const known = FILLED_IN[name];
  return v.pipe(
    v.string('must be text'),
    v.trim(),
    v.minLength(1, 'must not be empty'),
    v.check(
      (text) => [...text.matchAll(/\{(\w+)\}/g)].every(([, word]) => word === known),
      known ? `may contain {${known}} but no other word in braces` : 'may contain no word in braces',
    ),
  );
}

/**
 * The language without region and script; empty if the tag is invalid. Intl accepts `english`, which no browser sends.
 */
function languageOf(tag: string): string {
  try {
    return new Intl.Locale(tag).language.match(/^[a-z]{2,3}$/)?.[0] ?? '';
  } catch {
    return '';
  }
}

function toLanguages(texts: Readonly<Record<string, GateTexts>>): GateTheme['languages'] {
  // An owner's languages first, in their order.
  return Object.entries({ ...texts, ...SHIPPED_TEXTS, ...texts }).map(([tag, its]) => {
    const locale = new Intl.Locale(tag);
    return { tag: locale.baseName, direction: locale.getTextInfo().direction === 'rtl' ? 'rtl' : 'ltr', texts: its };
    // Not empty: there are the built-in ones.
  }) as [GateLanguage, ...GateLanguage[]];
}
