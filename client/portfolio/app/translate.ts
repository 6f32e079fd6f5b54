// Speaks to readers in their language, where the browser says which.
import { TEXTS, type Language, type TextName } from './texts.ts';

/** The first of the reader's languages that there are texts in. */
const language: Language =
  navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((one): one is Language => one in TEXTS) ?? 'en';

/** The text in the reader's language. */
export function say(name: TextName): string {
  return TEXTS[language][name];
}

/** An element with the text, marked as being in the reader's language. */
export function sayIn<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text: string): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.lang = language;
  element.textContent = text;
  return element;
}

/** Replaces the texts that the pages have in English: elements whose `data-text` is the name of a text. */
export function translatePage(): void {
  if (language === 'en') return;
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    element.textContent = say(element.dataset['text'] as TextName);
    element.lang = language;
  }
}
