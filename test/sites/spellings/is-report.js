/** As carelessly as a host may look at an address: whatever names the report shows it. */
export function answer(url) {
  let text = url;
  try {
    for (let time = 0; time < 3; time++) text = decodeURIComponent(text);
  } catch {}
  return /report/i.test(text.normalize('NFKC')) ? 'SECRET' : 'public';
}
