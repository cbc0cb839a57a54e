import {button, el} from '../dom.js';
import {go} from '../router.js';
import {Session} from '../session.js';

/** Asks for a token. */
export function loginView({route, session, reload}) {
  const next = safeNext(route.query.get('next'));
  if (session.canRead) {
    go(next, {replace: true});
    return el('div');
  }
  const token = el(
    'input', {type: 'password', id: 'token', autocomplete: 'current-password', required: true, 'data-search': true});
  const wrong = el('p', {class: 'problem-text', role: 'alert'});
  const signIn = async (event) => {
    event?.preventDefault();
    wrong.textContent = '';
    try {
      await Session.signIn(token.value.trim());
      history.replaceState(null, '', next);
      reload();
    } catch (error) {
      wrong.textContent = error.status === 401 || error.status === 403 ?
        'The token is not known here, was revoked, or has expired.' :
        `${error.message} ${error.advice}`;
      token.focus();
    }
  };
  const form = el(
    'form', {class: 'card login', on: {submit: signIn}}, el('h1', {}, 'Sign in'),
    el(
      'label',
      { for: 'token'
      },
      'Token'),
    token, wrong, button('Sign in', signIn, {class: 'primary'}),
    el(
      'p', {class: 'muted'}, 'Whoever runs the service makes one with ', el('code', {}, 'attune token create NAME'),
      '. A token of scope read is enough to look.'));
  return el('div', {class: 'page narrow'}, form);
}

/** Only addresses of this page. */
function safeNext(text) {
  return text?.startsWith('/') && !text.startsWith('//') && !text.startsWith('/\\') && !text.startsWith('/login') ?
    text :
    '/';
}
