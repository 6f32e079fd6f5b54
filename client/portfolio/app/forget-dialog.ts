// Asks before the device forgets the reader, and says what is deleted and what the owner keeps. Needs no network.
import { say, sayIn } from './translate.ts';

/** Resolves with true if the reader is sure; with false on Cancel and Escape. */
export async function askToForget(): Promise<boolean> {
  const lines = [say('forgetHere'), say('forgetUnsent'), `${say('forgetThere')} ${say('recorded')}`];
  // Safari 15.0 to 15.3
  if (!('HTMLDialogElement' in window)) return confirm([say('forgetTitle'), ...lines].join('\n\n'));
  const dialog = document.createElement('dialog');
  const title = sayIn('h2', say('forgetTitle'));
  title.id = 'forget-title';
  dialog.setAttribute('aria-labelledby', title.id);
  const form = document.createElement('form');
  form.method = 'dialog';
  const buttons = document.createElement('div');
  buttons.className = 'buttons';
  const cancel = sayIn('button', say('cancel'));
  cancel.className = 'button quiet';
  cancel.autofocus = true;
  const sure = sayIn('button', say('forget'));
  sure.className = 'button';
  sure.value = 'sure';
  buttons.append(sure, cancel);
  form.append(title, ...lines.map((line) => sayIn('p', line)), buttons);
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === sure.value);
    });
    dialog.showModal();
  });
}
