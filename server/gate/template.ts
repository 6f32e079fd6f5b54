// The gate's page as HTML with placeholders, and the code that fills them. An owner's template is handled in the same
// way.
import { createHash } from 'node:crypto';

/** The allowed placeholders. Only `form` is required. */
export const PLACEHOLDERS: readonly string[] = ['form', 'style', 'lang', 'dir', 'title', 'intro', 'owner', 'back'];

const PLACEHOLDER = /\{\{\s*(\w*)\s*\}\}/g;

/** The first group is the CSS. */
export const STYLE_ELEMENTS = /<style\b[^>]*>(.*?)<\/style/gis;

export const DEFAULT_TEMPLATE = `<!doctype html>
<html lang="{{lang}}" dir="{{dir}}" class="stillhere-page">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>{{title}}</title>
    {{style}}
  </head>
  <body>
    <main>
      {{back}}
      <p class="stillhere-owner">{{owner}}</p>
      <h1>{{title}}</h1>
      <p>{{intro}}</p>
      {{form}}
    </main>
  </body>
</html>
`;

/** The names of the template's placeholders, with repetitions. */
export function readPlaceholders(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/** Replaces placeholders by HTML; unknown ones stay. Inserted HTML is not searched for placeholders. */
export function fillTemplate(template: string, html: Readonly<Record<string, string>>): string {
  return template.replace(PLACEHOLDER, (placeholder, name: string) => html[name] ?? placeholder);
}

/** Hashes of the inline stylesheets, for `style-src` of a Content-Security-Policy. */
export function hashStyles(html: string): string[] {
  return [...html.matchAll(STYLE_ELEMENTS)].map(
    ([, css = '']) => `'sha256-${createHash('sha256').update(css).digest('base64')}'`,
  );
}
