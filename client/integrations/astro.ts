// The Astro integration, `stillhere/astro/integration`: puts the heartbeat into the pages under chosen paths, without a line in
// them. What it puts there comes from this same module, so it must do nothing when it is imported.
import { heartbeatOfComponent, heartbeatOnPaths, type PathOptions } from './follow-router.ts';

export { heartbeatOfComponent, heartbeatOnPaths };

export interface StillhereAstroOptions extends PathOptions {
  /** Paths that begin so are read, as `/confidential/`: the site's own addresses, with its `base`. */
  readonly paths: readonly string[];
}

/** As much of Astro's `AstroIntegration` as is used. */
export interface StillhereAstroIntegration {
  readonly name: string;
  readonly hooks: {
    'astro:config:setup': (setup: { injectScript: (stage: 'page', content: string) => void }) => void;
  };
}

/**
 * For the `integrations` of astro.config: `stillhere({ paths: ['/confidential/'] })`. The other options are those of the
 * heartbeat. Follows `<ClientRouter />`, too. Throws where there are no paths, since then nothing would ever be counted.
 */
export default function stillhere({ paths, ...options }: StillhereAstroOptions): StillhereAstroIntegration {
  if (!paths.some((path) => path.startsWith('/')))
    throw new TypeError("stillhere: paths must name what is read, like ['/confidential/']");
  const told = [paths, options, 'astro:after-swap'].map((value) => JSON.stringify(value)).join(', ');
  return {
    name: 'stillhere',
    hooks: {
      'astro:config:setup': ({ injectScript }) =>
        injectScript(
          'page',
          `import { heartbeatOnPaths } from 'stillhere/astro/integration';\nheartbeatOnPaths(${told});`,
        ),
    },
  };
}
