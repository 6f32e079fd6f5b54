// What a server puts early into a page, and what the page's element may say otherwise.

/**
 * The script by which a server starts the heartbeat early, where it found none of the page's own. Its element comes with the page's
 * last bytes, and shares the heartbeat.
 */
export const INJECTED_SCRIPT = 'script[data-stillhere-start]';
