// A short note at the lower edge of the window, without animation: one at a time, and announced to screen readers.

export interface NoteAction {
  readonly text: string;
  readonly act: () => void;
}

/** Shows the text with buttons for the actions, and replaces the previous note. Returns a function that removes it. */
export function showNote(text: string, ...actions: readonly NoteAction[]): () => void {
  const place = document.querySelector('.app-note') ?? makePlace();
  const line = document.createElement('span');
  line.textContent = text;
  place.replaceChildren(line);
  const hide = (): void => {
    if (line.parentNode === place) place.replaceChildren();
  };
  for (const action of actions) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = action.text;
    button.addEventListener('click', () => {
      hide();
      action.act();
    });
    place.append(button);
  }
  return hide;
}

function makePlace(): Element {
  const place = document.createElement('div');
  place.className = 'app-note';
  place.role = 'status';
  document.body.append(place);
  return place;
}
