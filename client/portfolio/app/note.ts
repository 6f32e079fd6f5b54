// Notes in the page's bar, which has room for them: they neither move nor cover anything. The newest is shown, and the one
// before it again when that is gone. Screen readers announce them.
import { say, sayIn } from './translate.ts';

export interface NoteAction {
  readonly text: string;
  readonly act: () => void;
}

const notes: (readonly HTMLElement[])[] = [];

/**
 * Shows the text with buttons for the actions.
 * @param onClose called when the reader closes the note; undefined: it can't be closed.
 * @returns removes the note.
 */
export function showNote(text: string, actions: readonly NoteAction[] = [], onClose?: () => void): () => void {
  const words = document.createElement('div');
  words.append(sayIn('span', text));
  const hide = (): void => {
    const at = notes.indexOf(note);
    if (at < 0) return;
    notes.splice(at, 1);
    render();
  };
  const makeButton = (label: string, act: () => void): HTMLButtonElement => {
    const button = sayIn('button', label);
    button.type = 'button';
    button.addEventListener('click', () => {
      hide();
      act();
    });
    return button;
  };
  for (const action of actions) words.append(makeButton(action.text, action.act));
  const note = [words, ...(onClose ? [closing(makeButton('×', onClose))] : [])];
  notes.push(note);
  render();
  return hide;
}

function closing(button: HTMLButtonElement): HTMLButtonElement {
  button.className = 'close';
  button.ariaLabel = say('close');
  return button;
}

function render(): void {
  document.querySelector('.app-note')?.replaceChildren(...(notes.at(-1) ?? []));
}
