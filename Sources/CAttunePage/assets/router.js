const ROUTES = [
  [/^\/$/, 'list', []],
  [/^\/new$/, 'editor', []],
  [/^\/compare$/, 'compare', []],
  [/^\/login$/, 'login', []],
  [/^\/experiments\/([^/]+)$/, 'experiment', ['name']],
  [/^\/experiments\/([^/]+)\/trials\/(\d+)$/, 'trial', ['name', 'number']],
];

/** Which view an address means: `{view, query, name?, number?}`. */
export function routeOf(address) {
  for (const [pattern, view, names] of ROUTES) {
    const match = pattern.exec(address.pathname);
    if (match) {
      const values = names.map((name, index) => [name, decoded(match[index + 1])]);
      return {view, query: new URLSearchParams(address.search), ...Object.fromEntries(values)};
    }
  }
  return {view: 'missing', query: new URLSearchParams(address.search)};
}

/** An address of the page, which keeps the namespace. */
export function pageAddress(path, query = {}) {
  const items = new URLSearchParams();
  const namespace = new URLSearchParams(location.search).get('namespace');
  if (namespace) items.set('namespace', namespace);
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') items.set(key, value);
  }
  const text = items.toString();
  return text ? `${path}?${text}` : path;
}

/** The address of an experiment, or of something below it. */
export function experimentAddress(name, query = {}, rest = '') {
  return pageAddress(`/experiments/${encodeURIComponent(name)}${rest}`, query);
}

/** Goes to another view. */
export function go(address, {replace = false} = {}) {
  if (replace)
    history.replaceState(null, '', address);
  else
    history.pushState(null, '', address);
  document.dispatchEvent(new CustomEvent('navigated'));
}

/** Writes choices into the address without leaving the view, so that the address shares what is seen. */
export function remember(changes) {
  const url = new URL(location.href);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '')
      url.searchParams.delete(key);
    else
      url.searchParams.set(key, value);
  }
  history.replaceState(null, '', url.pathname + url.search);
}

/** Follows links of the page without loading it again, and the browser's own buttons. */
export function startRouting(show) {
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !plain || link.hasAttribute('download') || link.target || link.origin !== location.origin) return;
    if (link.getAttribute('href').startsWith('#') || link.pathname.startsWith('/v1/')) return;
    event.preventDefault();
    go(link.href);
  });
  document.addEventListener('navigated', () => show(routeOf(location)));
  window.addEventListener('popstate', () => show(routeOf(location)));
  show(routeOf(location));
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
