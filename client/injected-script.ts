// The script that a server injects early into a page. The page's element can override its options.

/**
 * The script with which a server starts the heartbeat early, in pages without their own. Its element is at the end of
 * the page and shares the heartbeat.
 */
export const INJECTED_SCRIPT = 'script[data-stillhere-start]';
