// Copies text to the clipboard.

/**
 * Resolves with true on success. `beside`: where a text field may be inserted, for browsers and devtools panels without
 * the API.
 */
export async function copyText(text: string, beside: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.className = 'unseen';
    field.readOnly = true;
    field.value = text;
    beside.after(field);
    field.select();
    // oxlint-disable-next-line typescript/no-deprecated -- all there is in a devtools panel, and on plain http
    const isCopied = document.execCommand('copy');
    field.remove();
    return isCopied;
  }
}
