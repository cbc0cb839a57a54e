import {button, el} from './dom.js';

let count = 0;

/**
 * A modal dialog. It closes by Escape, and the focus goes back to where it was.
 * @param {string} title
 * @param {Array<Node>} content
 * @param {Array<Node>} buttons
 * @returns {HTMLDialogElement}
 */
export function openDialog(title, content, buttons) {
  count += 1;
  const id = `dialog-${count}`;
  const dialog = el(
    'dialog', {'aria-labelledby': id}, el('h2', {id}, title), el('div', {class: 'dialog-body'}, content),
    el('div', {class: 'dialog-buttons'}, buttons));
  const before = document.activeElement;
  dialog.addEventListener('close', () => {
    dialog.remove();
    before?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks before something is done. The dialog stays, with what went wrong, where doing it fails.
 * @param {{title: string, content: Array<Node>, action: string, danger?: boolean, act: function(): Promise}} options
 */
export function confirmAction({title, content, action, danger, act}) {
  const wrong = el('p', {class: 'problem-text', role: 'alert', hidden: true});
  const doIt = button(action, async () => {
    doIt.disabled = true;
    try {
      await act();
      dialog.close();
    } catch (error) {
      wrong.hidden = false;
      wrong.textContent = `${error.message} ${error.advice ?? ''}`;
      doIt.disabled = false;
    }
  }, {class: danger ? 'danger' : 'primary'});
  const dialog = openDialog(title, [...content, wrong], [button('Cancel', () => dialog.close()), doIt]);
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target.tagName === 'INPUT') doIt.click();
  });
  return dialog;
}
