// The extension's manifest. It requests no permissions and can load only its own files.
import { VERSION } from '../../sw/protocol/messages.ts';

export const BROWSERS = ['chromium', 'firefox'] as const;

export function writeManifest(browser: (typeof BROWSERS)[number]): string {
  const manifest = {
    manifest_version: 3,
    name: 'Stillhere heartbeat',
    version: VERSION,
    description: 'Inspect the reading queue of a site with Stillhere in the devtools',
    devtools_page: 'devtools.html',
    content_security_policy: { extension_pages: "default-src 'none'; script-src 'self'; connect-src 'self'" },
    ...(browser === 'firefox' && {
      browser_specific_settings: { gecko: { id: 'heartbeat@stillhere.example', strict_min_version: '128.0' } },
    }),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
