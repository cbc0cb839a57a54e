import {button, el} from '../dom.js';
import {pageAddress} from '../router.js';
import {save} from '../export.js';
import {copyText} from './summary.js';

/** The experiment as it was written. */
export function yamlTab({name, experiment, session}) {
  const lines = experiment.yaml.replace(/\n$/, '').split('\n');
  return el(
    'section', {class: 'card', 'aria-label': 'YAML'},
    el(
      'div', {class: 'card-head'}, el('h2', {}, 'As it was written'),
      button('Copy', () => copyText(experiment.yaml, 'The YAML is copied')),
      button('Save', () => save(new Blob([experiment.yaml], {type: 'text/yaml'}), `${name}.yaml`)),
      session.canWrite ? el('a', {class: 'button', href: pageAddress('/new', {from: name})}, 'Clone') : null),
    el(
      'pre', {class: 'code', tabindex: 0, 'aria-label': 'YAML'},
      el('code', {}, lines.map((line) => yamlLine(line)))));
}

/** A line with its key and its comment told apart. */
function yamlLine(line) {
  const [, start, key, rest] = /^(\s*(?:- )?)([\w.-]+:)?(.*)$/.exec(line);
  const comment = /^\s*#/.test(line) || (!key && rest.trimStart().startsWith('#'));
  if (comment) return [el('span', {class: 'code-comment'}, line), '\n'];
  return [start, key ? el('span', {class: 'code-key'}, key) : null, rest, '\n'];
}
