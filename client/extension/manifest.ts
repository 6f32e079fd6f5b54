// The extension's manifest. It requests no permissions and can load only its own files.
import { VERSION } from '../../sw/protocol/messages.ts';

export const BROWSERS = ['chromium', 'firefox'] as const;
/** Edges of the icons in pixels, drawn from icon.svg. Chromium takes no SVG here. */
export const ICON_SIZES = [16, 32, 48, 128] as const;
export const iconFile = (px: number): string => `icon-${px}.png`;

export function writeManifest(browser: (typeof BROWSERS)[number]): string {
  const manifest = {
    manifest_version: 3,
    name: 'Stillhere heartbeat',
    version: VERSION,
    description: 'Inspect the reading queue of a site with Stillhere in the devtools',
    icons: Object.fromEntries(ICON_SIZES.map((px) => [px, iconFile(px)])),
    devtools_page: 'devtools.html',
    content_security_policy: { extension_pages: "default-src 'none'; script-src 'self'; connect-src 'self'" },
    ...(browser === 'firefox' && {
      browser_specific_settings: { gecko: { id: 'heartbeat@stillhere.example', strict_min_version: '128.0' } },
    }),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
