// Notes in the page's bar, which has room for them: they neither move nor cover anything. The newest is shown, and the one
// before it again when that is gone. Screen readers announce them.
import { say, sayIn } from './translate.ts';

export interface NoteAction {
  readonly text: string;
  readonly act: () => void;
}

const notes: HTMLElement[][] = [];

/**
 * Shows the text with buttons for the actions.
 * @param onClose called when the reader closes the note; undefined: it can't be closed.
 * @returns removes the note.
 */
export function showNote(text: string, actions: readonly NoteAction[] = [], onClose?: () => void): () => void {
  const note: HTMLElement[] = [sayIn('span', text)];
  const hide = (): void => {
    const at = notes.indexOf(note);
    if (at < 0) return;
    notes.splice(at, 1);
    render();
  };
  const addButton = (button: HTMLButtonElement, act: () => void): void => {
    button.type = 'button';
    button.addEventListener('click', () => {
      hide();
      act();
    });
    note.push(button);
  };
  for (const action of actions) addButton(sayIn('button', action.text), action.act);
  if (onClose) {
    const close = sayIn('button', '×');
    close.className = 'close';
    close.ariaLabel = say('close');
    addButton(close, onClose);
  }
  notes.push(note);
  render();
  return hide;
}

function render(): void {
  document.querySelector('.app-note')?.replaceChildren(...(notes.at(-1) ?? []));
}
