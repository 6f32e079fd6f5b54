// The Astro integration, `stillhere/astro/integration`: adds the heartbeat to pages under chosen paths, without changes
// to them. The injected code imports this same module, so importing it must have no effects.
import { heartbeatOfComponent, heartbeatOnPaths, type PathOptions } from './follow-router.ts';

export { heartbeatOfComponent, heartbeatOnPaths };

export interface StillhereAstroOptions extends PathOptions {
  /** Pages whose path has one of these prefixes are counted, like `/confidential/`. Include the site's `base`. */
  readonly paths: readonly string[];
}

/** The part of Astro's `AstroIntegration` that is used. */
export interface StillhereAstroIntegration {
  readonly name: string;
  readonly hooks: {
    'astro:config:setup': (setup: {
      readonly config: { readonly base: string };
      readonly injectScript: (stage: 'page', content: string) => void;
    }) => void;
  };
}

/**
 * For `integrations` in astro.config: `stillhere({ paths: ['/confidential/'] })`. The other options are those of the
 * heartbeat. Supports `<ClientRouter />`. Throws if there are no paths, because nothing would ever be counted.
 */
export default function stillhere({ paths, ...options }: StillhereAstroOptions): StillhereAstroIntegration {
  if (!paths.some((path) => path.startsWith('/')))
    throw new TypeError("stillhere: paths must list the pages to count, like ['/confidential/']");
  return {
    name: 'stillhere',
    hooks: {
      'astro:config:setup': ({ config: { base }, injectScript }) => {
        const told = [paths, options, 'astro:after-swap', base].map((value) => JSON.stringify(value)).join(', ');
        injectScript(
          'page',
          `import { heartbeatOnPaths } from 'stillhere/astro/integration';\nheartbeatOnPaths(${told});`,
        );
      },
    },
  };
}
