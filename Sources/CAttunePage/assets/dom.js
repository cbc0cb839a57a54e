let choices = 0;

/**
 * An HTML element. Children that are text become text nodes, so that nothing anybody wrote is ever read as HTML.
 * @param {string} name
 * @param {Object<string, *>} [attributes] `on` holds listeners; true sets an empty attribute; null and false leave out
 * @param {...(Node|string|number|null|Array)} children
 * @returns {HTMLElement}
 */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'on')
      Object.entries(value).forEach(([event, listener]) => element.addEventListener(event, listener));
    else if (key === 'value')
      element.value = value;
    else
      element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that is no submit button. */
export function button(text, action, attributes = {}) {
  return el('button', {type: 'button', on: {click: action}, ...attributes}, text);
}

/** Pairs as a description list. */
export function pairs(entries, attributes = {}) {
  return el(
    'dl', attributes,
    entries.filter(Boolean).map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))));
}

/** A select with a visible label. */
export function choice(label, options, value, changed) {
  choices += 1;
  const id = `choice-${choices}`;
  const select = el('select', {id, on: {change: () => changed(select.value)}}, options.map((option) => {
    const [key, text] = Array.isArray(option) ? option : [option, option];
    return el('option', {value: key, selected: key === value}, text);
  }));
  return el('div', {class: 'choice'}, el('label', { for: id
            }, label), select);
}

/** Calls at most once in so many milliseconds, the last time too. */
export function throttled(action, milliseconds, signal) {
  let timer = null;
  let again = false;
  const fire = () => {
    timer = null;
    if (signal?.aborted) return;
    if (again) {
      again = false;
      timer = setTimeout(fire, milliseconds);
      action();
    }
  };
  return () => {
    again = true;
    if (timer === null) timer = setTimeout(fire, 0);
  };
}

/** Calls when nothing has happened for so many milliseconds. */
export function debounced(action, milliseconds) {
  let timer = null;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

/** Says something to assistive technology, and shows it for a moment. */
export function announce(text) {
  const region = document.getElementById('announcer');
  region.textContent = text;
  region.classList.add('shown');
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => region.classList.remove('shown'), 4000);
}
