// The sample portfolio, which is served where no site is named. Only a clone of the repository has it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { BUILD_DIR } from '../config/package-root.ts';
import { DEFAULT_THEME } from '../gate/theme.ts';

export const SAMPLE_DIR = join(BUILD_DIR, 'site');

/** Its gate, which is built with its pages, because it uses their styles. */
const TEMPLATE_FILE = join(BUILD_DIR, 'sample-gate.html');
const OWNER_NAME = 'Maren Achterberg';

/** The configuration with the sample's own gate, where the settings say nothing else. */
export function withSample(config: Config): Config & { readonly siteDir: string } {
  const { template, ownerName = OWNER_NAME } = config.gate;
  return {
    ...config,
    siteDir: SAMPLE_DIR,
    gate: {
      ...config.gate,
      ownerName,
      template: template === DEFAULT_THEME.template ? readFileSync(TEMPLATE_FILE, 'utf8') : template,
    },
  };
}
