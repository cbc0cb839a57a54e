const NAMESPACE = 'http://www.w3.org/2000/svg';

/**
 * An SVG element. Attributes that are null or false are left out; text children become text nodes.
 * @param {string} name
 * @param {Object<string, *>} [attributes]
 * @param {...(Node|string|null)} children
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(NAMESPACE, name);
  setSVG(element, attributes);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets attributes; null and false remove. */
export function setSVG(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false)
      element.removeAttribute(key);
    else
      element.setAttribute(key, value);
  }
}

/** A coordinate with one decimal, which is what a screen shows. */
export function px(value) {
  return Math.round(value * 10) / 10;
}

/** The path through points; a gap where one is not finite. */
export function linePath(xs, ys) {
  let path = '';
  let pen = 'M';
  for (let i = 0; i < xs.length; i += 1) {
    if (!Number.isFinite(xs[i]) || !Number.isFinite(ys[i])) {
      pen = 'M';
      continue;
    }
    path += `${pen}${px(xs[i])} ${px(ys[i])}`;
    pen = 'L';
  }
  return path;
}

/** The path of a staircase that holds each height until the next place. */
export function stepPath(xs, ys) {
  let path = '';
  for (let i = 0; i < xs.length; i += 1)
    path += i === 0 ? `M${px(xs[i])} ${px(ys[i])}` : `H${px(xs[i])}V${px(ys[i])}`;
  return path;
}
