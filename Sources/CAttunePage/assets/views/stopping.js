import {el, pairs, throttled} from '../dom.js';
import {experimentPath, get} from '../api.js';
import {emptyNote} from '../notes.js';
import {experimentAddress} from '../router.js';
import {finite, formatCount, formatNumber, formatShare, formatValue} from '../charts/format.js';

/** Which trials were stopped early, why, and what that risked. */
export async function stoppingTab(context) {
  const {name, signal} = context;
  const container = el('div', {class: 'stopping'});
  const load = async () => {
    const audit = await get(experimentPath(name, 'audit'), {}, signal);
    container.replaceChildren(...auditContent(audit, name));
  };
  await load();
  context.onTick(throttled(() => load().catch(() => {}), 3000, signal));
  return container;
}

/** A rule with its settings. */
export function ruleText(rule) {
  if (typeof rule === 'string') return rule;
  return [
    rule.rule, ...Object.entries(rule.settings ?? {}).map(([key, value]) => `${key}=${formatValue(value)}`)
  ].join(' ');
}

function auditContent(audit, name) {
  if (!audit.rule) return [emptyNote('No rule stops trials of this experiment early.')];
  const {wrong} = audit;
  const summary = el(
    'section', {class: 'card', 'aria-label': 'Summary'},
    el('h2', {}, `${formatCount(audit.stopped)} of ${formatCount(audit.checked)} trials were stopped early`),
    pairs(
      [
        ['Rule', ruleText(audit.rule)],
        wrong && finite(wrong.share) &&
          [
            'Stopped wrongly',
            `about ${formatShare(wrong.share)}${
              finite(wrong.low) ? `, between ${formatShare(wrong.low)} and ${formatShare(wrong.high)}` :
                                  ''}${wrong.judged ? `, judged on ${wrong.judged} trials` : ''}`
          ],
      ],
      {class: 'facts'}),
    audit.note ? el('p', {}, audit.note) : null);
  if (audit.trials.length === 0) return [summary];
  return [
    summary,
    el(
      'div', {class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Trials that were stopped'},
      el(
        'table', {class: 'data'},
        el(
          'thead', {},
          el('tr', {}, ['Trial', 'At step', 'It stood at', 'Why'].map((text) => el('th', {scope: 'col'}, text)))),
        el(
          'tbody', {},
          audit.trials.map(
            (trial) => el(
              'tr', {},
              el(
                'th', {scope: 'row'},
                el('a', {href: experimentAddress(name, {}, `/trials/${trial.number}`)}, trial.number)),
              el('td', {}, formatNumber(trial.step)), el('td', {}, formatNumber(trial.value)),
              el('td', {class: 'wide'}, trial.why ?? ''))))))
  ];
}
