import {button, choice, debounced, el} from '../dom.js';
import {call, experimentPath, get} from '../api.js';
import {problemNote} from '../notes.js';
import {experimentAddress, go, remember} from '../router.js';
import {codeField} from './code.js';
import {hintPanel} from './hints.js';

/** Writes an experiment: what is wrong is shown where it is, as one types. */
export async function editorView({route, session, signal}) {
  if (!session.canWrite)
    return el(
      'div', {class: 'page'}, el('h1', {}, 'New experiment'),
      el('p', {}, 'The token does not allow making experiments.'));
  const [templates, schema] = await Promise.all([get('templates', {}, signal), get('schema', {}, signal)]);
  const from = route.query.get('from');
  const chosen = templates.find((template) => template.name === route.query.get('template')) ?? templates[0];
  const text = from ? await cloned(from, signal) : chosen?.text ?? '';
  const problems = el('ul', {class: 'problems', 'aria-label': 'Problems'});
  const verdict = el('p', {class: 'verdict', role: 'status'}, 'Checking …');
  const wrong = el('div');
  const code = codeField({text, label: 'The experiment as YAML', changed: () => check()});
  const hints = hintPanel({code, schema, session});
  const create = button('Create', () => send(), {class: 'primary'});

  let asked = 0;
  const validate = async () => {
    asked += 1;
    const mine = asked;
    try {
      const reply = await call('Experiments/ValidateExperiment', {text: code.text}, signal);
      if (mine === asked) show(reply.problems ?? [], reply.valid);
    } catch (error) {
      if (error.name !== 'AbortError') verdict.textContent = error.message;
    }
  };
  const check = debounced(validate, 300);
  const show = (found, valid) => {
    const errors = found.filter((problem) => !problem.warning);
    code.mark(found);
    verdict.textContent = valid ? 'Valid' : `${errors.length} ${errors.length === 1 ? 'problem' : 'problems'}`;
    verdict.dataset.state = valid ? 'valid' : 'invalid';
    create.disabled = !valid;
    problems.replaceChildren(...found.map((problem) => problemItem(problem, code)));
  };
  const send = async () => {
    create.disabled = true;
    wrong.replaceChildren();
    try {
      const reply = await call('Experiments/CreateExperiment', {text: code.text}, signal);
      go(experimentAddress(reply?.name ?? nameOf(code.text)));
    } catch (error) {
      if (error.name === 'AbortError') return;
      wrong.replaceChildren(problemNote(error));
      create.disabled = false;
    }
  };
  validate();
  return el(
    'div', {class: 'page editor'},
    el(
      'div', {class: 'page-head'}, el('h1', {}, from ? `Clone of ${from}` : 'New experiment'),
      el('div', {class: 'head-actions'}, verdict, create)),
    from ? null : templateChoice(templates, chosen, code), wrong,
    el('div', {class: 'editor-columns'}, el('div', {}, code.element, problems), hints));
}

function templateChoice(templates, chosen, code) {
  const summary = el('span', {class: 'muted'}, chosen?.summary ?? '');
  return el(
    'div', {class: 'filters'},
    choice('Begin with', templates.map((template) => [template.name, template.name]), chosen?.name, (name) => {
      const template = templates.find((candidate) => candidate.name === name);
      code.replace(template.text);
      summary.textContent = template.summary;
      remember({template: name});
    }), summary);
}

/** Another experiment's text, under a name of its own. */
async function cloned(name, signal) {
  const {yaml} = await get(experimentPath(name), {}, signal);
  return yaml
    .replace(/^(\s*name:\s*)(["']?)([\w-]+)\2/m, (_, start, quote, old) => `${start}${quote}${nextName(old)}${quote}`)
    .replace(/^(metadata:\s*\{.*?\bname:\s*)([\w-]+)/m, (_, start, old) => `${start}${nextName(old)}`);
}

function nextName(name) {
  const match = /^(.*)-(\d+)$/.exec(name);
  return match ? `${match[1]}-${Number(match[2]) + 1}` : `${name}-2`;
}

function nameOf(text) {
  return /metadata:[\s\S]*?\bname:\s*["']?([\w-]+)/.exec(text)?.[1] ?? '';
}

function problemItem(problem, code) {
  const where = problem.line > 0 ? `Line ${problem.line}` : problem.field;
  const place = problem.line > 0 ? button(where, () => code.goTo(problem.line, problem.column), {class: 'link'}) :
                                   el('strong', {}, where);
  return el(
    'li', {'data-kind': problem.warning ? 'warning' : 'error'}, place, ' ',
    problem.line > 0 && problem.field ? el('code', {}, problem.field) : null, ' ', problem.message);
}
