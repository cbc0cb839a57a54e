import {button, el} from './dom.js';

/**
 * What went wrong, shown in place of what should be there, with what can be done.
 * @param {Error} error
 * @param {function} [again]
 */
export function problemNote(error, again) {
  return el(
    'div', {class: 'note problem', role: 'alert'}, el('p', {}, el('strong', {}, error.message)),
    error.advice ? el('p', {}, error.advice) : null, again ? button('Try again', again) : null);
}

/** Where there is nothing, says why, and what to do. */
export function emptyNote(text, ...actions) {
  return el('div', {class: 'note empty'}, el('p', {}, text), actions);
}

/** Waits for something, and shows an error in its place. */
export async function filled(container, work, signal) {
  container.setAttribute('aria-busy', 'true');
  try {
    const content = await work();
    if (!signal?.aborted) container.replaceChildren(...[content].flat());
  } catch (error) {
    if (error.name === 'AbortError' || signal?.aborted) return;
    container.replaceChildren(problemNote(error, () => filled(container, work, signal)));
  } finally {
    container.removeAttribute('aria-busy');
  }
}
